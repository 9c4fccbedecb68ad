"""Freed hours of a crèche are offered, in turn, while it is locked (`nursery.lock_creche`).

As many families are asked about them at once as the crèche's rule says: `occasional.asked_at_once`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import Creche
from ronde.ids import new_id
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from enrolment.creche import care
from enrolment.creche.book import Book, Booking
from enrolment.creche.hours import Hours, grid, hours, union, written
from enrolment.creche.occupation import Occupation
from enrolment.nursery.asking import answer_by, in_time, moments, next_morning
from enrolment.nursery.book import book_of
from enrolment.nursery.book import child as known
from enrolment.nursery.care_telling import tell_offer
from enrolment.settings import Terms
from enrolment.tables import HELD, CareOffer, CareSlot, CareWish, CrecheAbsence, CrecheChild

NO = ("declined", "expired")


@dataclass
class _Round:
    """One look at the crèche: who may be asked, in turn, and its days with what is held meanwhile."""

    wishes: list[tuple[CareWish, care.Wish]]
    book: Book

    def hold(self, one: Booking) -> None:
        self.book = replace(self.book, bookings=(*self.book.bookings, one))

    def asked(self, wish: care.Wish) -> None:
        """Who is being asked is not asked anything else."""
        self.wishes = [one for one in self.wishes if one[1].id != wish.id]


async def offer_freed_hours(tx: Tx, terms: Terms, creche: Creche) -> None:
    """Ask the next families about each slot, up to as many at once as the crèche's rule says."""
    await tx.session.flush()
    at = now()
    today = at.astimezone(terms.timezone).date()
    of_slot = select(func.count()).where(CareOffer.slot_id == CareSlot.id, CareOffer.state == "offered")
    seat = of_slot.scalar_subquery() < creche.occasional.asked_at_once
    found = select(CareSlot).where(CareSlot.creche == creche.id, CareSlot.day >= today, CareSlot.hours != "", seat)
    slots = list(await tx.session.scalars(found.order_by(CareSlot.day, CareSlot.id)))
    for slot in slots:
        slot.look_at = next_morning(at, slot.day, creche.occasional, terms)
    near = [one for one in slots if one.day <= today + timedelta(days=creche.occasional.ahead_days)]
    wishes = await _wishes(tx, creche, at) if near else []
    if not wishes:
        return
    looking = _Round(wishes, await book_of(tx.session, creche, near[0].day, near[-1].day))
    for slot in near:
        await _ask(tx, terms, creche, slot, looking)


async def _ask(tx: Tx, terms: Terms, creche: Creche, slot: CareSlot, looking: _Round) -> None:
    """The first in turn whom the hours suit, who have not said no to them, and who can be asked now."""
    of_slot = list(await tx.session.scalars(select(CareOffer).where(CareOffer.slot_id == slot.id)))
    left = hours(slot.hours) & in_time(now(), slot.day, creche.occasional, terms)
    left &= ~union(hours(one.hours) for one in of_slot if one.state == "booked")
    if not left or not looking.wishes:
        return
    being_asked = [one for one in of_slot if one.state == "offered"]
    book = care.without(looking.book, (str(one.child_id) for one in being_asked), slot.day)
    full = Occupation(creche, book, slot.day, slot.day)
    children = {one.id: one for one in book.children}
    asked = [
        care.Asked(hours(one.hours), care.kind(creche, children[str(one.child_id)], slot.day)) for one in being_asked
    ]
    free = (n for n in count() if n not in {one.nth for one in being_asked})
    has = select(CareOffer.child_id).where(CareOffer.day == slot.day, CareOffer.state.in_(HELD))
    not_asked = set(await tx.session.scalars(has))
    not_asked |= {one.child_id for one in of_slot if one.state in NO or one.why in ("family", "creche")}
    for row, wish in looking.wishes:
        if len(asked) >= creche.occasional.asked_at_once:
            return
        if row.child_id in not_asked or not row.starts_on <= slot.day <= (row.ends_on or slot.day):
            continue
        kind = care.kind(creche, wish.child, slot.day)
        stretch = care.suitable(full, book, wish, slot.day, care.instead(left, kind, asked))
        if not stretch:
            continue
        begins, _ = moments(slot.day, stretch, terms)
        until = answer_by(now(), begins, creche.occasional, terms, early=row.early)
        if until is not None:
            await _offer(tx, terms, creche, slot, row, stretch, until, next(free))
            looking.asked(wish)
            if not asked:
                looking.hold(Booking(child=wish.child.id, day=slot.day, hours=stretch))
            asked.append(care.Asked(stretch, kind))


async def _offer(
    tx: Tx, terms: Terms, creche: Creche, slot: CareSlot, wish: CareWish, stretch: Hours, until: datetime, nth: int
) -> None:
    offer = CareOffer(
        id=new_id(), slot_id=slot.id, wish_id=wish.id, creche=creche.id, child_id=wish.child_id, day=slot.day,
        hours=written(stretch), state="offered", deadline=until, absence_id=await _freed_by(tx, slot, stretch),
        offered_at=now(), nth=nth, version=0,
    )  # fmt: skip
    slot.look_at = None
    tx.session.add(offer)
    await tell_offer(tx, terms, creche, offer, wish)
    await tx.session.flush()


async def _freed_by(tx: Tx, slot: CareSlot, stretch: Hours) -> UUID | None:
    """The absence that freed the hours, the longest-lasting one when several did; None for a gap."""
    several = await tx.session.scalars(
        select(CrecheAbsence)
        .where(CrecheAbsence.child_id == slot.child_id)
        .where(CrecheAbsence.starts_on <= slot.day, CrecheAbsence.ends_on >= slot.day)
        .order_by(CrecheAbsence.ends_on.desc(), CrecheAbsence.id)
    )
    return next((one.id for one in several if one.hours is None or hours(one.hours) & stretch), None)


async def _wishes(tx: Tx, creche: Creche, at: datetime) -> list[tuple[CareWish, care.Wish]]:
    """In turn, without those who are being asked something. What a family was not left is no offer that it had."""
    open = aliased(CareOffer)
    being_asked = select(open.child_id).where(open.state == "offered")
    had = or_(CareOffer.why.is_(None), CareOffer.why.not_in(("not-free", "taken")))
    lately = CareOffer.offered_at > at - timedelta(weeks=creche.occasional.fair_weeks)
    rows = await tx.session.execute(
        select(
            CareWish,
            CrecheChild,
            func.count(CareOffer.id).filter(had & lately),
            func.max(CareOffer.offered_at).filter(had),
        )
        .join(CrecheChild, CrecheChild.id == CareWish.child_id)
        .outerjoin(CareOffer, CareOffer.child_id == CareWish.child_id)
        .where(CareWish.creche == creche.id, CareWish.live, CareWish.child_id.not_in(being_asked))
        .group_by(CareWish.id, CrecheChild.id)
    )
    found = [
        (
            row,
            care.Wish(
                id=str(row.id), child=known(child), week=grid(*row.week),
                least=-(-row.least_minutes // 15), offered=offered, since=max(row.since, last or row.since),
            ),
        )
        for row, child, offered, last in rows
    ]  # fmt: skip
    return sorted(found, key=lambda pair: care.turn(pair[1]))
