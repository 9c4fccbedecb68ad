"""Accept a place in a crèche while it is held: the child is among its children, with a contract of that week."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde_contracts.enrolment_creche import CrechePlaceAccepted

from enrolment.nursery import awarding
from enrolment.nursery.commissions import their_commission
from enrolment.settings import Terms
from enrolment.tables import CrecheChild, CrecheContract, CrechePlaceOffer


@dataclass(frozen=True, kw_only=True)
class AcceptPlace:
    """Yes. `by`: the organisation whose staff do it for a family that phones; None: the family itself."""

    offer_id: UUID
    by: str | None = None


class PlaceOver(Refused):
    """The answer comes after the deadline, or the offer was answered already."""

    code, status = "place-over", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette place n'est plus réservée pour vous : le délai pour répondre est passé, ou vous y avez renoncé. "
        "Votre page dit ce qu'il en est de votre demande ; l'équipe vous répond aussi par téléphone.",
        "en": "This place is no longer held for you: the time to answer is over, or you said no to it. Your page says "
        "how your application stands; the team also answers by telephone.",
    }


async def accept_place(tx: Tx, terms: Terms, cmd: AcceptPlace) -> CrechePlaceOffer:
    """Only an offer whose deadline has not passed becomes a contract, open until somebody ends it. Twice is once.

    Raises OfferUnknown, NotTheirCommission, PlaceOver.
    """
    offer, application = await awarding.lock_offer(tx, terms, cmd.offer_id)
    if cmd.by:
        their_commission(terms, application.commission, cmd.by)
    if offer.state == "accepted":
        return offer
    if offer.state != "offered" or offer.deadline <= now():
        raise PlaceOver(state=offer.state)
    child = CrecheChild(
        id=new_id(), creche=offer.creche, first_name=application.first_name or application.reference,
        born_on=application.born, walks_from=None, place=application.place,
    )  # fmt: skip
    tx.session.add(child)
    await tx.session.flush()
    contract = CrecheContract(
        id=new_id(), child_id=child.id, starts_on=offer.starts_on, ends_on=None, week=offer.week, exceptions={}
    )
    tx.session.add(contract)
    offer.contract_id = contract.id
    awarding.end(offer, "accepted", cmd.by)
    application.state, application.updated_at = "admitted", now()
    awarding.tell(tx, terms, offer, application, CrechePlaceAccepted, contract_id=contract.id)
    return offer
