"""What is known of a crèche's days: whose contracts, absences and bookings, and the team's plan. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from enrolment.creche.hours import EMPTY, Grid, Hours

Place = Literal["ordinary", "insertion"]
"""`insertion`: one of the places kept for children of parents in insertion (CASF D.214-7)."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """`walks_from`: the day that somebody saw; None: by age, see `walking`. No name is needed here."""

    id: str
    born_on: date
    walks_from: date | None = None
    place: Place = "ordinary"

    def walking(self, from_months: int) -> date:
        """From which day the child counts as walking."""
        return self.walks_from or months_after(self.born_on, from_months)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A weekly grid from `start` to `end`, both included; None: open. `exceptions`: the hours of single days."""

    child: str
    start: date
    end: date | None = None
    grid: Grid
    exceptions: Mapping[date, Hours] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Adaptation:
    """From `start` to `end` the child comes for these hours instead of those of the contract, and gets used to it."""

    child: str
    start: date
    end: date
    days: Mapping[date, Hours]


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Declared: the child does not come from `start` to `end`, in these hours of each day; None: all day."""

    child: str
    start: date
    end: date
    hours: Hours | None = None


@dataclass(frozen=True, kw_only=True)
class Booking:
    """Occasional care on one day, besides what a contract says."""

    child: str
    day: date
    hours: Hours


@dataclass(frozen=True, kw_only=True)
class Shift:
    """One professional's planned weeks, like a contract. `first_category`: 1° of CSP R.2324-42."""

    start: date
    end: date | None = None
    grid: Grid = EMPTY
    exceptions: Mapping[date, Hours] = field(default_factory=dict)
    first_category: bool = False


@dataclass(frozen=True, kw_only=True)
class Book:
    """All that counts in a crèche.

    Childminders who are there with the children in their care are in none of these lists: they count neither as
    children nor as staff (CSP R.2324-43 II).
    """

    children: tuple[Child, ...] = ()
    contracts: tuple[Contract, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()
    absences: tuple[Absence, ...] = ()
    bookings: tuple[Booking, ...] = ()
    staff: tuple[Shift, ...] = ()


def months_after(day: date, months: int) -> date:
    """The same day of the month, or the first of the next when that month has none: 31 January + 1 is 1 March."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(years, month + 1, day.day)
    except ValueError:
        return date(years + (month == 11), (month + 1) % 12 + 1, 1)
