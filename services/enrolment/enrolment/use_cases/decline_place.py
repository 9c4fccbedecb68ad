"""Decline a place in a crèche: its week goes to the next by the same rule, at once."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment_creche import CrechePlaceDeclined

from enrolment.nursery import awarding
from enrolment.nursery.commissions import their_commission
from enrolment.settings import Terms
from enrolment.tables import CrechePlaceOffer


@dataclass(frozen=True, kw_only=True)
class DeclinePlace:
    """No, thank you. `by`: the organisation whose staff do it for a family that phones; None: the family itself."""

    offer_id: UUID
    by: str | None = None


class NoPlaceOffered(Refused):
    """There is no offer to decline."""

    code, status = "no-place-offered", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Il n'y a pas, ou plus, de place à refuser.",
        "en": "There is no place to decline, or no longer.",
    }


async def decline_place(tx: Tx, terms: Terms, cmd: DeclinePlace) -> CrechePlaceOffer:
    """Also after the deadline, when nobody has noticed yet. The family stays in the line for the wishes it put before.

    Twice is once. Raises OfferUnknown, NotTheirCommission, NoPlaceOffered.
    """
    offer, application = await awarding.lock_offer(tx, terms, cmd.offer_id)
    if cmd.by:
        their_commission(terms, application.commission, cmd.by)
    if offer.state == "declined":
        return offer
    if offer.state != "offered":
        raise NoPlaceOffered(state=offer.state)
    await awarding.let_go(tx, terms, offer, application, "declined", CrechePlaceDeclined, cmd.by)
    return offer
