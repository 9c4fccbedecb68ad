"""Which hours a child's absences free, and what becomes of those that are not free after all, in a locked crèche."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import Creche
from ronde.ids import new_id
from sqlalchemy import func, select

from enrolment.creche import care
from enrolment.creche.hours import NONE, hours, written
from enrolment.nursery.book import book_of, occupation
from enrolment.nursery.care_telling import withdraw_offer
from enrolment.settings import Terms
from enrolment.tables import HELD, CareOffer, CareSlot, CrecheAbsence

LONGEST = timedelta(days=366)
"""So much of an absence is looked at, from today on."""


async def free_hours_of(tx: Tx, terms: Terms, creche: Creche, child_id: UUID) -> None:
    """Write down again which hours the child's absences free from today on, and take back what they do not any more.

    What the child itself has in these hours, as occasional care, is given up.
    """
    await tx.session.flush()
    today = now().astimezone(terms.timezone).date()
    of_child = select(CareSlot).where(CareSlot.child_id == child_id, CareSlot.day >= today)
    known = {one.day: one for one in await tx.session.scalars(of_child)}
    ends = await tx.session.scalar(select(func.max(CrecheAbsence.ends_on)).where(CrecheAbsence.child_id == child_id))
    last = max([today, min(ends or today, today + LONGEST), *known])
    book = await book_of(tx.session, creche, today, last)
    own = select(CareOffer).where(CareOffer.child_id == child_id, CareOffer.day >= today, CareOffer.state.in_(HELD))
    for offer in await tx.session.scalars(own):
        if care.absent(book, str(child_id), offer.day) & hours(offer.hours):
            await withdraw_offer(tx, terms, creche, offer, "family")
    for day in (today + timedelta(days=n) for n in range((last - today).days + 1)):
        freed = care.freed(book, str(child_id), day) if creche.hours(day) else NONE
        if day in known:
            known[day].hours = written(freed)
        elif freed:
            slot = CareSlot(id=new_id(), creche=creche.id, day=day, hours=written(freed), child_id=child_id)
            tx.session.add(slot)
    await take_back(tx, terms, creche, known)


async def take_back(tx: Tx, terms: Terms, creche: Creche, days: Iterable[date]) -> None:
    """Withdraw what is offered on these days beyond the hours of its slot, and what is held and breaks a rule.

    A gap may have been offered, and a booking may have stayed, only because a child was absent who comes after all:
    so every slot's are judged, offers before bookings, and the last one first.
    """
    await tx.session.flush()
    held = (
        select(CareOffer, CareSlot.hours)
        .outerjoin(CareSlot, CareSlot.id == CareOffer.slot_id)
        .where(CareOffer.creche == creche.id, CareOffer.day.in_(set(days)), CareOffer.state.in_(HELD))
        .order_by(CareOffer.state.desc(), CareOffer.offered_at.desc(), CareOffer.id)
    )
    found = [(offer, hours(offer.hours), free) for offer, free in (await tx.session.execute(held)).all()]
    for offer, mine, free in found:
        if offer.state == "offered" and free is not None and mine & ~hours(free):
            await withdraw_offer(tx, terms, creche, offer, "not-free")
    for offer, mine, _ in found:
        if offer.state in HELD:
            full = await occupation(tx.session, creche, offer.day, offer.day)
            if not care.kept(full, offer.day, mine):
                await withdraw_offer(tx, terms, creche, offer, "not-free")
