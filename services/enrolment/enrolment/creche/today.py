"""Who comes to a crèche on one day, in which hours, and in which they were to come but do not."""

from datetime import date
from typing import NamedTuple

from enrolment.creche.book import Book
from enrolment.creche.hours import NONE, Hours
from enrolment.creche.occupation import monday_of
from enrolment.creche.stays import days_of


class Expected(NamedTuple):
    """A child's hours of that day. `away`: of its contract or its bookings, but it is declared absent.

    `extra`: those of `comes` that are occasional care.
    """

    child: str
    comes: Hours
    away: Hours
    extra: Hours


def expected(book: Book, day: date) -> list[Expected]:
    """The children of the book who come that day or were to come, as the book has them."""
    found = []
    for child in (one.id for one in book.children):
        contracts = [one for one in book.contracts if one.child == child]
        adaptations = [one for one in book.adaptations if one.child == child]
        bookings = [one for one in book.bookings if one.child == child]
        absences = [one for one in book.absences if one.child == child]
        known, week, weekday = monday_of(day), 7, day.weekday()
        by_contract = days_of(known, week, contracts, adaptations)[weekday]
        planned = days_of(known, week, contracts, adaptations, bookings)[weekday]
        comes = days_of(known, week, contracts, adaptations, bookings, absences)[weekday]
        if planned != NONE:
            found.append(Expected(child, comes, planned & ~comes, comes & ~by_contract))
    return found
