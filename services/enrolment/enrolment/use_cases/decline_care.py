"""Decline offered hours of occasional care: they go to the next at once."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment_creche import OccasionalCareDeclined

from enrolment.nursery import lock_offer
from enrolment.nursery.care_telling import tell_care
from enrolment.nursery.caring import offer_freed_hours
from enrolment.settings import Terms
from enrolment.tables import CareOffer


@dataclass(frozen=True, kw_only=True)
class DeclineCare:
    """Not this time.

    `by`: the organisation whose staff do it for a family that phones; None: the family itself.
    """

    offer_id: UUID
    by: str | None = None


class NoCareOffered(Refused):
    """There is no offer to decline."""

    code, status = "no-care-offered", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ces heures ne vous sont pas proposées en ce moment.",
        "en": "These hours are not offered to you at the moment.",
    }


async def decline_care(tx: Tx, terms: Terms, cmd: DeclineCare) -> CareOffer:
    """Also after the deadline, when nobody has noticed yet. Declining twice is once.

    Raises NotInCreche, NotTheirCreche.
    """
    creche, offer = await lock_offer(tx, terms, cmd.offer_id, cmd.by)
    if offer.state == "declined":
        return offer
    if offer.state != "offered":
        raise NoCareOffered(state=offer.state)
    offer.state, offer.deadline = "declined", None
    await tell_care(tx, terms, creche, offer, OccasionalCareDeclined)
    await offer_freed_hours(tx, terms, creche)
    return offer
