"""Decline an offered place: it goes to the next at once."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment import EnrolmentDeclined

from enrolment.line import lock_enrolment
from enrolment.log import note
from enrolment.offering import offer_free_places
from enrolment.settings import Terms
from enrolment.tables import Enrolment
from enrolment.telling import tell_enrolment


@dataclass(frozen=True, kw_only=True)
class DeclineOffer:
    """No, thank you."""

    enrolment_id: UUID


class NothingOffered(Refused):
    """There is no offer to decline."""

    code, status = "nothing-offered", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Aucune place ne vous est proposée en ce moment.",
        "en": "No place is offered to you at the moment.",
    }


async def decline_offer(tx: Tx, terms: Terms, cmd: DeclineOffer) -> Enrolment:
    """Also after the deadline, when nobody has noticed yet: a no is a no. Declining twice is once."""
    session, enrolment = await lock_enrolment(tx, cmd.enrolment_id)
    if enrolment.state == "declined":
        return enrolment
    if enrolment.state != "offered":
        raise NothingOffered(state=enrolment.state)
    enrolment.state, enrolment.deadline = "declined", None
    note(tx, enrolment, "declined")
    tell_enrolment(tx, enrolment, EnrolmentDeclined)
    await offer_free_places(tx, session, terms)
    return enrolment
