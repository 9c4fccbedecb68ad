"""Let go a place in a crèche that nobody answered for in time, and offer it to the next by the same rule."""

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment_creche import CrechePlaceExpired
from sqlalchemy import select

from enrolment.nursery import awarding
from enrolment.settings import Terms
from enrolment.tables import CrechePlaceOffer


async def expire_places(tx: Tx, terms: Terms) -> bool:
    """One offer; False when none is overdue. Run by a timer, by as many services as there are."""
    due = select(CrechePlaceOffer.id).where(CrechePlaceOffer.state == "offered", CrechePlaceOffer.deadline <= now())
    found = await tx.session.scalar(due.order_by(CrechePlaceOffer.deadline).limit(1))
    if found is None:
        return False
    offer, application = await awarding.lock_offer(tx, terms, found)
    if offer.state == "offered":
        await awarding.let_go(tx, terms, offer, application, "expired", CrechePlaceExpired)
    return True
