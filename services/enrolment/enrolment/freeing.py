"""Which hours a child's absences free, and what becomes of those that are not free after all, in a locked crèche."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import Creche
from ronde.ids import new_id
from sqlalchemy import func, select

from enrolment import creche_book
from enrolment.care_telling import withdraw_offer
from enrolment.creche import care
from enrolment.creche.hours import NONE, hours, written
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
    book = await creche_book.book_of(tx.session, creche, today, last)
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
    await take_back(tx, terms, creche, list(known.values()))


async def take_back(tx: Tx, terms: Terms, creche: Creche, slots: Sequence[CareSlot]) -> None:
    """What is offered of these slots and not in their hours any more; of what is booked, what breaks a rule.

    Who booked last goes first.
    """
    await tx.session.flush()
    free = {one.id: hours(one.hours) for one in slots}
    held = select(CareOffer).where(CareOffer.slot_id.in_(free), CareOffer.state.in_(HELD))
    for offer in await tx.session.scalars(held.order_by(CareOffer.state.desc(), CareOffer.offered_at.desc())):
        mine = hours(offer.hours)
        if offer.slot_id is None or not mine & ~free[offer.slot_id]:
            continue
        if offer.state == "booked":
            full = await creche_book.occupation(tx.session, creche, offer.day, offer.day)
            if care.kept(full, offer.day, mine):
                continue
        await withdraw_offer(tx, terms, creche, offer, "not-free")
