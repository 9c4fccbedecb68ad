"""A family does not wish for occasional care any more: what it is offered goes to the next, what it booked stays."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche
from sqlalchemy import select

from enrolment.nursery import NotInCreche, lock_creche
from enrolment.nursery.care_telling import withdraw_offer
from enrolment.nursery.caring import offer_freed_hours
from enrolment.settings import Terms
from enrolment.tables import CareOffer, CareWish


@dataclass(frozen=True, kw_only=True)
class EndWish:
    """Ending twice is once. `party_id`: the family whose word it is; None: the crèche's."""

    id: UUID
    party_id: UUID | None = None


async def end_wish(tx: Tx, terms: Terms, creche: Creche, cmd: EndWish) -> None:
    """Raises NotInCreche."""
    await lock_creche(tx, creche)
    wish = await tx.session.get(CareWish, cmd.id)
    if wish is None or wish.creche != creche.id or cmd.party_id not in (None, wish.party_id):
        raise NotInCreche
    wish.live = False
    offered = select(CareOffer).where(CareOffer.wish_id == wish.id, CareOffer.state == "offered")
    for offer in await tx.session.scalars(offered):
        await withdraw_offer(tx, terms, creche, offer, "family")
    await offer_freed_hours(tx, terms, creche)
