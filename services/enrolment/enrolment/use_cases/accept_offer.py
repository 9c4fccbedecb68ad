"""Accept an offered place, while it is held."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment import EnrolmentConfirmed
from sqlalchemy import update

from enrolment.line import lock_enrolment
from enrolment.log import note
from enrolment.tables import Enrolment
from enrolment.telling import tell_enrolment


@dataclass(frozen=True, kw_only=True)
class AcceptOffer:
    """Yes."""

    enrolment_id: UUID


class OfferOver(Refused):
    """The answer comes after the deadline, or nothing is offered."""

    code, status = "offer-over", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette place n'est plus réservée pour vous : le délai pour répondre est passé. "
        "Vous pouvez vous inscrire de nouveau sur la liste d'attente.",
        "en": "This place is no longer held for you: the time to answer is over. You may join the waiting list again.",
    }


async def accept_offer(tx: Tx, cmd: AcceptOffer) -> Enrolment:
    """Compare and swap: only an offer whose deadline has not passed becomes a place. Accepting twice is once."""
    _, enrolment = await lock_enrolment(tx, cmd.enrolment_id)
    if enrolment.state == "confirmed":
        return enrolment
    swapped = await tx.session.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.state == "offered", Enrolment.deadline > now())
        .values(state="confirmed", deadline=None)
        .returning(Enrolment.id)
    )
    if swapped.first() is None:
        raise OfferOver(state=enrolment.state)
    note(tx, enrolment, "accepted")
    tell_enrolment(tx, enrolment, EnrolmentConfirmed, accepted_offer=True)
    return enrolment
