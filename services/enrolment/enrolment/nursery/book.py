"""All that is written down of a crèche's days, as its engine reads it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import cast

from ronde.house import Creche
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.creche.book import Absence, Adaptation, Book, Booking, Child, Contract, Place, Shift
from enrolment.creche.care import held_once
from enrolment.creche.hours import Hours, grid, hours
from enrolment.creche.occupation import Occupation
from enrolment.tables import (
    HELD,
    CareOffer,
    CrecheAbsence,
    CrecheAdaptation,
    CrecheApplication,
    CrecheChild,
    CrecheContract,
    CrechePlaceOffer,
    CrecheShift,
)

WHOLE_WEEKS = timedelta(days=6)


async def occupation(session: AsyncSession, creche: Creche, first: date, last: date) -> Occupation:
    """Of the whole weeks from `first` to `last`."""
    return Occupation(creche, await book_of(session, creche, first, last), first, last)


async def book_of(session: AsyncSession, creche: Creche, first: date, last: date) -> Book:
    """What counts in the whole weeks from `first` to `last`; weeks and hours that are offered count as taken."""
    begins, ends = first - WHOLE_WEEKS, last + WHOLE_WEEKS
    children = await session.scalars(select(CrecheChild).where(CrecheChild.creche == creche.id))
    contracts = await session.scalars(
        select(CrecheContract)
        .join(CrecheChild)
        .where(CrecheChild.creche == creche.id, CrecheContract.starts_on <= ends)
        .where(or_(CrecheContract.ends_on.is_(None), CrecheContract.ends_on >= begins))
    )
    absences = await session.scalars(
        select(CrecheAbsence)
        .join(CrecheChild)
        .where(CrecheChild.creche == creche.id, CrecheAbsence.starts_on <= ends, CrecheAbsence.ends_on >= begins)
    )
    adaptations = await session.scalars(
        select(CrecheAdaptation)
        .join(CrecheChild)
        .where(CrecheChild.creche == creche.id)
        .where(CrecheAdaptation.starts_on <= ends, CrecheAdaptation.ends_on >= begins)
    )
    shifts = await session.scalars(
        select(CrecheShift)
        .where(CrecheShift.creche == creche.id, CrecheShift.starts_on <= ends)
        .where(or_(CrecheShift.ends_on.is_(None), CrecheShift.ends_on >= begins))
    )
    offered = await session.execute(
        select(CrechePlaceOffer, CrecheApplication)
        .join(CrecheApplication)
        .where(CrechePlaceOffer.creche == creche.id, CrechePlaceOffer.state == "offered")
        .where(CrechePlaceOffer.starts_on <= ends)
    )
    held = [(who_asks(application), offer) for offer, application in offered]
    care = await session.scalars(
        select(CareOffer)
        .where(CareOffer.creche == creche.id, CareOffer.state.in_(HELD))
        .where(CareOffer.day >= begins, CareOffer.day <= ends)
        .order_by(CareOffer.offered_at, CareOffer.id)
    )
    return Book(
        children=(*map(child, children), *(one for one, _ in held)),
        contracts=(
            *map(contract, contracts),
            *(Contract(child=one.id, start=offer.starts_on, grid=grid(*offer.week)) for one, offer in held),
        ),
        adaptations=tuple(map(_adaptation, adaptations)),
        absences=tuple(map(absence, absences)),
        bookings=tuple(_bookings(care)),
        staff=tuple(map(_shift, shifts)),
    )


def who_asks(row: CrecheApplication) -> Child:
    """The child of an application, as the crèche's engine knows one who is not there yet."""
    return Child(id=f"application/{row.id}", born_on=row.born, place=cast(Place, row.place))


def child(row: CrecheChild) -> Child:
    return Child(id=str(row.id), born_on=row.born_on, walks_from=row.walks_from, place=cast(Place, row.place))


def contract(row: CrecheContract) -> Contract:
    return Contract(
        child=str(row.child_id), start=row.starts_on, end=row.ends_on, grid=grid(*row.week),
        exceptions=_days(row.exceptions),
    )  # fmt: skip


def _adaptation(row: CrecheAdaptation) -> Adaptation:
    return Adaptation(child=str(row.child_id), start=row.starts_on, end=row.ends_on, days=_days(row.days))


def absence(row: CrecheAbsence) -> Absence:
    when = None if row.hours is None else hours(row.hours)
    return Absence(child=str(row.child_id), start=row.starts_on, end=row.ends_on, hours=when)


def _bookings(offers: Iterable[CareOffer]) -> Iterator[Booking]:
    """Hours that several are asked about at once count once."""
    together: dict[object, list[CareOffer]] = defaultdict(list)
    for one in offers:
        together[one.slot_id if one.state == "offered" and one.slot_id else one.id].append(one)
    for several in together.values():
        held = held_once(hours(one.hours) for one in several)
        for one, mine in zip(several, held, strict=True):
            yield Booking(child=str(one.child_id), day=one.day, hours=mine)


def _shift(row: CrecheShift) -> Shift:
    return Shift(
        start=row.starts_on, end=row.ends_on, grid=grid(*row.week), exceptions=_days(row.exceptions),
        first_category=row.first_category,
    )  # fmt: skip


def _days(exceptions: Mapping[str, str]) -> Mapping[date, Hours]:
    return {date.fromisoformat(day): hours(text) for day, text in exceptions.items()}
