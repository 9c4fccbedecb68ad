"""Accept offered hours of occasional care, while they are held: the first yes has them."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment_creche import OccasionalCareBooked
from sqlalchemy import select

from enrolment.creche.hours import hours
from enrolment.nursery import lock_offer
from enrolment.nursery.care_telling import tell_care, withdraw_offer
from enrolment.nursery.caring import offer_freed_hours
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


class CareTaken(CareOver):
    """Several were asked at once, and another family said yes first."""

    code = "care-taken"
    words: ClassVar[dict[str, str]] = {
        "fr": "Une autre famille a dit oui juste avant. Vous restez sur la liste : d'autres heures viendront.",
        "en": "Another family said yes just before. You stay on the list: other hours will come.",
    }


async def accept_care(tx: Tx, terms: Terms, cmd: AcceptCare) -> CareOffer:
    """Only an offer whose deadline has not passed is booked. Accepting twice is once.

    Who else is being asked about these hours is told that they are gone, and what is left of them goes on.
    Raises CareOver, CareTaken, NotInCreche, NotTheirCreche.
    """
    creche, offer = await lock_offer(tx, terms, cmd.offer_id, cmd.by)
    if offer.state == "booked":
        return offer
    if offer.why == "taken":
        raise CareTaken
    if offer.deadline is None or offer.deadline <= now():
        raise CareOver(state=offer.state)
    offer.state, offer.deadline = "booked", None
    await tell_care(tx, terms, creche, offer, OccasionalCareBooked, absence_id=offer.absence_id)
    others = select(CareOffer).where(
        CareOffer.slot_id == offer.slot_id, CareOffer.id != offer.id, CareOffer.state == "offered"
    )
    for one in await tx.session.scalars(others.order_by(CareOffer.nth)):
        if hours(one.hours) & hours(offer.hours):
            await withdraw_offer(tx, terms, creche, one, "taken")
    await offer_freed_hours(tx, terms, creche)
    return offer
