"""Offer a place by hand: the only way out of the published order, with a reason that everybody concerned can read."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment import EnrolmentConfirmed
from sqlalchemy import tuple_

from enrolment.line import lock_enrolment, not_begun, theirs
from enrolment.log import note, note_each
from enrolment.offering import deadline_of, free_places, offer
from enrolment.refusals import NoTimeToAnswer
from enrolment.settings import Terms
from enrolment.tables import IN_LINE, Enrolment, place_of
from enrolment.telling import tell_enrolment


@dataclass(frozen=True, kw_only=True)
class OfferByHand:
    """`by`: the organisation whose staff do it; `reason` in their words, for the family's and everybody's log.

    `said_yes`: the family is on the telephone and takes the place.
    """

    enrolment_id: UUID
    by: str
    reason: str
    said_yes: bool = False


class NotWaiting(Refused):
    """They do not wait: there is nothing to offer them."""

    code, status = "not-waiting", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette famille n'est pas sur la liste d'attente.",
        "en": "This family is not on the waiting list.",
    }


class NoPlaceFree(Refused):
    """They said yes, and there are not as many places as they need."""

    code, status = "no-place-free", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Il n'y a pas assez de places libres pour cette famille. Sans confirmation immédiate, la prochaine place "
        "libre sera pour elle.",
        "en": "There are not enough free places for this family. Without confirming at once, the next one is theirs.",
    }


async def offer_by_hand(tx: Tx, terms: Terms, cmd: OfferByHand) -> Enrolment:
    """At once when there is a place for them; else they are put first in line, and the next that fits is theirs.
    Twice is once.

    Raises NotTheirSession, NotWaiting, SessionBegan, NoTimeToAnswer; NoPlaceFree when they said yes.
    """
    session, enrolment = await lock_enrolment(tx, cmd.enrolment_id)
    theirs(session, cmd.by)
    if enrolment.state == "offered" and not cmd.said_yes:
        return enrolment
    if enrolment.state != "waiting":
        raise NotWaiting(state=enrolment.state)
    not_begun(session)
    fits = session.state == "open" and (await free_places(tx, session)).hold(enrolment)
    if cmd.said_yes and not fits:
        raise NoPlaceFree
    if fits and not cmd.said_yes and await deadline_of(tx, terms, session, enrolment.party_id) is None:
        raise NoTimeToAnswer
    if enrolment.first_at is None:
        ahead = tuple_(*IN_LINE) < place_of(enrolment.id)
        await note_each(tx, session, ahead & Enrolment.first_at.is_(None), "overtaken", by_hand=True)
        enrolment.first_at = now()  # behind those whom staff put first before
        note(tx, enrolment, "put-first", by=cmd.by, reason=cmd.reason)
    if cmd.said_yes:
        enrolment.state = "confirmed"
        note(tx, enrolment, "accepted", by=cmd.by)
        tell_enrolment(tx, enrolment, EnrolmentConfirmed, accepted_offer=True)
    elif fits:
        await offer(tx, terms, session, enrolment)
    return enrolment
