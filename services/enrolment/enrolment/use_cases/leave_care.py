"""Give back hours of occasional care: the family does not come, or the crèche cannot take the child."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.creche.hours import hours
from enrolment.nursery import lock_offer
from enrolment.nursery.asking import moments
from enrolment.nursery.care_telling import withdraw_offer
from enrolment.nursery.caring import offer_freed_hours
from enrolment.settings import Terms
from enrolment.tables import HELD, CareOffer


@dataclass(frozen=True, kw_only=True)
class LeaveCare:
    """`why`: whose word it is. `by`: the organisation whose staff do it; None: the family itself."""

    offer_id: UUID
    why: Literal["family", "creche"] = "family"
    by: str | None = None


class NothingHeld(Refused):
    """Nothing is offered or booked."""

    code, status = "nothing-held", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ces heures ne sont pas, ou plus, réservées.",
        "en": "These hours are not booked, or not any more.",
    }


class CareBegan(Refused):
    """The hours have begun, or are over."""

    code, status = "care-began", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ces heures ont déjà commencé : appelez la crèche.",
        "en": "These hours have begun: please call the crèche.",
    }


async def leave_care(tx: Tx, terms: Terms, cmd: LeaveCare) -> CareOffer:
    """The hours go to the next while there is time. Leaving twice is once. Raises NotInCreche, NotTheirCreche."""
    creche, offer = await lock_offer(tx, terms, cmd.offer_id, cmd.by)
    if offer.state == "withdrawn":
        return offer
    if offer.state not in HELD:
        raise NothingHeld(state=offer.state)
    if moments(offer.day, hours(offer.hours), terms)[0] <= now():
        raise CareBegan
    await withdraw_offer(tx, terms, creche, offer, cmd.why)
    await offer_freed_hours(tx, terms, creche)
    return offer
