"""A crèche's week without some children and with them, by a commission's age groups. Numbers and shapes, no words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

from ronde.house import Creche

from enrolment.creche.book import Book
from enrolment.creche.criteria import Criteria
from enrolment.creche.occupation import Moment, Occupation
from enrolment.creche.picture import CHILD, GAP, QUARTER, Bar
from enrolment.creche.rules import Rules


class Seen(NamedTuple):
    """Who is there in a quarter-hour. `ages`: children of each group, in the file's order; last, those of none."""

    moment: Moment
    ages: tuple[int, ...]


Quarter = tuple[int, Seen]


@dataclass(frozen=True)
class Change:
    """From one quarter-hour to another, the second not included: who is there without these children, and with them."""

    start: int
    end: int
    before: Seen
    after: Seen


@dataclass(frozen=True)
class Compared:
    """One day on which it is open; both pictures to one scale. `limit`: how many children may be there."""

    day: date
    changes: Sequence[Change]
    limit: int

    @property
    def width(self) -> int:
        return QUARTER * (self.changes[-1].end - self.changes[0].start)

    @property
    def floor(self) -> int:
        """Where the children stand."""
        return GAP + CHILD * max(self.limit, *(one.after.moment.present.children for one in self.changes))

    @property
    def line(self) -> int:
        """Where the most children at one moment are drawn."""
        return self.floor - CHILD * self.limit

    def bars(self, when: Literal["before", "after"]) -> list[Bar]:
        """`age-0`, the first group, at the bottom, and so on; `full`: the next child who does not walk is refused."""
        found = []
        for one in self.changes:
            seen: Seen = getattr(one, when)
            x, y, width = QUARTER * (one.start - self.changes[0].start), self.floor, QUARTER * (one.end - one.start)
            for n, children in enumerate(seen.ages):
                y -= CHILD * children
                found.append(Bar(f"age-{n}", x, y, width, CHILD * children))
            found.append(Bar("full", x, 0, width, GAP // 2 if seen.moment.binding else 0))
        return [bar for bar in found if bar.height]


def compared(creche: Creche, before: Book, after: Book, criteria: Criteria, monday: date) -> list[Compared]:
    """The days of that week on which it is open. `after`: the same with more children."""
    without, along = (_week(creche, book, criteria, monday) for book in (before, after))
    limit = Rules(creche).most
    return [Compared(day, _changes(without[day], along[day]), limit) for day in without if without[day]]


def _changes(before: Sequence[Quarter], after: Sequence[Quarter]) -> list[Change]:
    changes = []
    for (was, now), alike in groupby(zip(before, after, strict=True), key=lambda pair: (pair[0][1], pair[1][1])):
        quarters = [quarter for (quarter, _), _ in alike]
        changes.append(Change(quarters[0], quarters[-1] + 1, was, now))
    return changes


def _week(creche: Creche, book: Book, criteria: Criteria, monday: date) -> dict[date, list[Quarter]]:
    """Of each day, the quarter-hours in which it is open: an occupation of all, and one of each group alone."""
    sunday = monday + timedelta(days=6)
    full = Occupation(creche, book, monday, sunday)
    ages = {child.id: criteria.group_of(child.born_on) for child in book.children}
    groups = [
        Occupation(creche, _only(book, {id for id, group in ages.items() if group == one}), monday, sunday)
        for one in (*(group.id for group in criteria.groups), None)
    ]
    return {
        day: [
            (quarter, Seen(moment, tuple(one.present(day, quarter).children for one in groups)))
            for quarter, moment in full.moments(day)
        ]
        for day in map(full.day, range(full.size))
    }


def _only(book: Book, ids: Collection[str]) -> Book:
    """These children's hours."""
    return Book(
        children=tuple(one for one in book.children if one.id in ids),
        contracts=tuple(one for one in book.contracts if one.child in ids),
        adaptations=tuple(one for one in book.adaptations if one.child in ids),
        absences=tuple(one for one in book.absences if one.child in ids),
        bookings=tuple(one for one in book.bookings if one.child in ids),
    )
