"""Who comes to a crèche on one day, by first name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ronde.house import Creche
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.creche.book import Booking
from enrolment.creche.hours import Span, first, hours, spans
from enrolment.creche.today import Expected, expected
from enrolment.nursery.book import book_of
from enrolment.rules import whole_months
from enrolment.tables import CareOffer, CrecheChild


@dataclass(frozen=True)
class AtTheDoor:
    """`months`: of age, where another child of the day has the same first name."""

    id: str
    first_name: str
    months: int | None
    hours: Expected

    @property
    def comes(self) -> Sequence[Span]:
        return spans(self.hours.comes)

    @property
    def away(self) -> Sequence[Span]:
        return spans(self.hours.away)


async def at_the_door(session: AsyncSession, creche: Creche, day: date) -> list[AtTheDoor]:
    """In the order in which they come, those who do not come last; none on a day on which it is closed."""
    if creche.hours(day) is None:
        return []
    book = await book_of(session, creche, day, day)
    booked = await session.scalars(
        select(CareOffer).where(CareOffer.creche == creche.id, CareOffer.day == day, CareOffer.state == "booked")
    )
    # the book holds hours that are only offered; at the door there is who said yes
    bookings = tuple(Booking(child=str(one.child_id), day=one.day, hours=hours(one.hours)) for one in booked)
    found = expected(replace(book, bookings=bookings), day)
    children = await session.scalars(select(CrecheChild).where(CrecheChild.creche == creche.id))
    known = {str(child.id): child for child in children}
    names = Counter(known[one.child].first_name for one in found)
    shown = [
        AtTheDoor(
            one.child, child.first_name, whole_months(child.born_on, day) if names[child.first_name] > 1 else None, one
        )
        for one in found
        for child in [known[one.child]]
    ]
    return sorted(shown, key=lambda one: (not one.hours.comes, first(one.hours.comes), one.first_name, one.id))
