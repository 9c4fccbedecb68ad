"""A family that is forgotten leaves occasional care: its wishes go, what it held goes to the next, numbers stay."""

from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import delete, select, update

from enrolment.creche.hours import hours
from enrolment.nursery import lock_creche
from enrolment.nursery.asking import moments
from enrolment.nursery.care_telling import withdraw_offer
from enrolment.nursery.caring import offer_freed_hours
from enrolment.settings import Terms
from enrolment.tables import HELD, CareOffer, CareWish


async def leave_occasional_care(tx: Tx, terms: Terms, party_id: UUID) -> None:
    """Of a locked family. Hours of the past stay in the crèche's days, without a way to the family."""
    theirs = select(CareWish.id).where(CareWish.party_id == party_id)
    where = set(await tx.session.scalars(select(CareWish.creche).where(CareWish.party_id == party_id)))
    # in the order of the house file, as nobody locks two otherwise
    for creche in (one for one in terms.creches if one.id in where):
        await lock_creche(tx, creche)
        held = select(CareOffer).where(
            CareOffer.wish_id.in_(theirs), CareOffer.creche == creche.id, CareOffer.state.in_(HELD)
        )
        for offer in await tx.session.scalars(held):
            if moments(offer.day, hours(offer.hours), terms)[0] > now():
                await withdraw_offer(tx, terms, creche, offer, "family")
        await tx.session.execute(
            update(CareOffer).where(CareOffer.wish_id.in_(theirs)).values(wish_id=None, link_hash=None)
        )
        await tx.session.execute(delete(CareWish).where(CareWish.party_id == party_id, CareWish.creche == creche.id))
        await offer_freed_hours(tx, terms, creche)
    # of a crèche that the house file has no more
    await tx.session.execute(delete(CareWish).where(CareWish.party_id == party_id))
