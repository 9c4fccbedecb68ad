"""In which hours of which days somebody is there, from all that was written down about them."""

from collections.abc import Iterable, Mapping
from datetime import date
from operator import or_
from typing import Protocol

from enrolment.creche.book import Absence, Adaptation, Booking
from enrolment.creche.hours import NONE, Grid, Hours


class Weekly(Protocol):
    """A contract of a child, or a shift of a professional."""

    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date | None: ...
    @property
    def grid(self) -> Grid: ...
    @property
    def exceptions(self) -> Mapping[date, Hours]: ...


def days_of(
    monday: date,
    size: int,
    weekly: Iterable[Weekly],
    adaptations: Iterable[Adaptation] = (),
    bookings: Iterable[Booking] = (),
    absences: Iterable[Absence] = (),
) -> list[Hours]:
    """`size` days from a Monday. An adaptation stands for the contract, bookings are added, absences taken away.

    Two contracts that overlap are one child, there once.
    """
    found = [NONE] * size
    for one in weekly:
        days = _within(monday, size, one.start, one.end)
        written = list(one.grid * (size // 7 + 1))
        for day, hours in one.exceptions.items():
            if (at := (day - monday).days) in days:
                written[at] = hours
        found[days.start : days.stop] = map(or_, found[days.start : days.stop], written[days.start :])
    for adaptation in adaptations:
        instead = {(day - monday).days: hours for day, hours in adaptation.days.items()}
        for at in _within(monday, size, adaptation.start, adaptation.end):
            found[at] = instead.get(at, NONE)
    for booking in bookings:
        for at in _within(monday, size, booking.day, booking.day):
            found[at] |= booking.hours
    for absence in absences:
        for at in _within(monday, size, absence.start, absence.end):
            found[at] &= NONE if absence.hours is None else ~absence.hours
    return found


def _within(monday: date, size: int, start: date, end: date | None) -> range:
    """The indexes of a span of days, both included, cut to those that are looked at."""
    first = max((start - monday).days, 0)
    return range(first, max(first, size if end is None else min((end - monday).days + 1, size)))
