"""Give a family more time to answer an offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment import EnrolmentOffered

from enrolment import rules
from enrolment.line import lock_enrolment, theirs
from enrolment.log import note
from enrolment.settings import Terms
from enrolment.tables import Enrolment
from enrolment.telling import tell_enrolment


@dataclass(frozen=True, kw_only=True)
class ExtendOffer:
    """`until`: the new deadline; `by`: the organisation whose staff give it."""

    enrolment_id: UUID
    by: str
    until: datetime


class NothingToExtend(Refused):
    """No offer stands."""

    code, status = "nothing-to-extend", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Aucune place n'est proposée à cette famille en ce moment.",
        "en": "No place is offered to this family at the moment.",
    }


class DeadlineImpossible(Refused):
    """Sooner than the present one, in the night, or after the start; `after` and `latest` say what is possible."""

    code, status = "deadline-impossible", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Le nouveau délai doit être après l'actuel, en journée, et avant le début de la séance.",
        "en": "The new deadline must come after the present one, by day, and before the session starts.",
    }
    example: ClassVar[dict[str, str]] = {"after": "2027-01-11T10:00:00+01:00", "latest": "2027-01-12T09:30:00+01:00"}


async def extend_offer(tx: Tx, terms: Terms, cmd: ExtendOffer) -> Enrolment:
    """Also when the time is over and nobody has noticed yet: the place is still held for them.

    Raises NotTheirSession, NothingToExtend, DeadlineImpossible.
    """
    session, enrolment = await lock_enrolment(tx, cmd.enrolment_id)
    theirs(session, cmd.by)
    if enrolment.state != "offered" or enrolment.deadline is None or session.starts_at is None:
        raise NothingToExtend(state=enrolment.state)
    if cmd.until == enrolment.deadline:
        return enrolment
    latest = rules.last_moment(now(), session.starts_at, terms)
    by_day = cmd.until == rules.evening_before(cmd.until, terms)
    if latest is None or not max(enrolment.deadline, now()) < cmd.until <= latest or not by_day:
        raise DeadlineImpossible(after=enrolment.deadline.isoformat(), latest=latest.isoformat() if latest else None)
    enrolment.deadline = cmd.until
    note(tx, enrolment, "new-deadline", by=cmd.by, deadline=cmd.until)
    tell_enrolment(tx, enrolment, EnrolmentOffered, deadline=cmd.until)
    return enrolment
