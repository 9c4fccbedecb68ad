"""Let the offers of occasional care go whose deadline has passed, and look again at hours nobody was asked about."""

from datetime import datetime

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment_creche import OccasionalCareExpired
from sqlalchemy import select, update

from enrolment.nursery import lock_creche
from enrolment.nursery.care_telling import tell_care
from enrolment.nursery.caring import offer_freed_hours
from enrolment.settings import Terms
from enrolment.tables import CareOffer, CareSlot


async def expire_care(tx: Tx, terms: Terms) -> bool:
    """One crèche's; False when none has any. Run by a timer, by as many services as there are."""
    at = now()
    found = await _due(tx, terms, at)
    creche = terms.creche(found)
    if creche is None:
        return False
    await lock_creche(tx, creche)
    over = select(CareOffer).where(CareOffer.creche == creche.id, CareOffer.deadline <= at)
    for offer in await tx.session.scalars(over.order_by(CareOffer.deadline, CareOffer.id)):
        offer.state, offer.deadline = "expired", None
        await tell_care(tx, terms, creche, offer, OccasionalCareExpired)
    seen = update(CareSlot).where(CareSlot.creche == creche.id, CareSlot.look_at <= at)
    await tx.session.execute(seen.values(look_at=None))
    await offer_freed_hours(tx, terms, creche)
    return True


async def _due(tx: Tx, terms: Terms, at: datetime) -> str | None:
    known = [one.id for one in terms.creches]
    late = select(CareOffer.creche).where(CareOffer.deadline <= at, CareOffer.creche.in_(known)).limit(1)
    look = select(CareSlot.creche).where(CareSlot.look_at <= at, CareSlot.creche.in_(known)).limit(1)
    return await tx.session.scalar(late) or await tx.session.scalar(look)
