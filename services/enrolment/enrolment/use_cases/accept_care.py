"""Accept offered hours of occasional care, while they are held."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment_creche import OccasionalCareBooked

from enrolment.nursery import lock_offer
from enrolment.nursery.care_telling import tell_care
from enrolment.settings import Terms
from enrolment.tables import CareOffer


@dataclass(frozen=True, kw_only=True)
class AcceptCare:
    """Yes, the child comes.

    `by`: the organisation whose staff do it for a family that phones; None: the family itself.
    """

    offer_id: UUID
    by: str | None = None


class CareOver(Refused):
    """The answer comes after the deadline, or nothing is offered."""

    code, status = "care-over", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ces heures ne sont plus réservées pour vous. Vous restez sur la liste : d'autres vous seront proposées.",
        "en": "These hours are no longer held for you. You stay on the list: others will be offered to you.",
    }


async def accept_care(tx: Tx, terms: Terms, cmd: AcceptCare) -> CareOffer:
    """Only an offer whose deadline has not passed is booked. Accepting twice is once.

    Raises NotInCreche, NotTheirCreche.
    """
    creche, offer = await lock_offer(tx, terms, cmd.offer_id, cmd.by)
    if offer.state == "booked":
        return offer
    if offer.deadline is None or offer.deadline <= now():
        raise CareOver(state=offer.state)
    offer.state, offer.deadline = "booked", None
    await tell_care(tx, terms, creche, offer, OccasionalCareBooked, absence_id=offer.absence_id)
    return offer
