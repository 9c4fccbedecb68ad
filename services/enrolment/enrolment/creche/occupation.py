"""How full a crèche is in each quarter-hour of some weeks: who is there, who is needed, who may still come."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, timedelta
from functools import cache, lru_cache
from operator import add, and_
from struct import Struct
from typing import NamedTuple, TypeVar

from ronde.house import Creche

from enrolment.creche.book import Absence, Adaptation, Book, Booking, Child, Contract
from enrolment.creche.hours import A_DAY, NONE, Hours, spans
from enrolment.creche.rules import Broken, Kind, Present, Rules
from enrolment.creche.stays import days_of

Counts = int
"""A number for each quarter-hour of a day, 16 bits each: who comes for the day is one addition."""
BITS = 16
MOST = (1 << BITS) - 1
_ROW = Struct(f"<{A_DAY}H")
NOT_WALKING, WALKING = Kind(walking=False), Kind(walking=True)


class Moment(NamedTuple):
    """A quarter-hour, as the rules judge it; those that are alike are one.

    `needed`: professionals. `room`: how many more children who do not walk yet may come, and how many who walk.
    `broken`: the rule that is not kept as it is. `binding`: the one that refuses the next child who does not walk.
    """

    present: Present
    needed: int
    room: tuple[int, int]
    broken: Broken | None
    binding: Broken | None


class _Moments(dict[tuple[int, ...], Moment]):
    """Judged when first asked for."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def __missing__(self, counts: tuple[int, ...]) -> Moment:
        rules, present = self.rules, Present(*counts)
        moment = self[counts] = Moment(
            present=present,
            needed=rules.staff_needed(present.not_walking, present.walking),
            room=(rules.room(present, NOT_WALKING), rules.room(present, WALKING)),
            broken=rules.broken(present),
            binding=rules.against(present, NOT_WALKING),
        )
        return moment


class _Free(dict[tuple[int, ...], str]):
    """`1` where one more child of a kind may come, as a binary digit."""

    def __init__(self, rules: Rules, kind: Kind) -> None:
        self.rules, self.kind = rules, kind

    def __missing__(self, counts: tuple[int, ...]) -> str:
        free = self[counts] = "0" if self.rules.against(Present(*counts), self.kind) else "1"
        return free


class Occupation:
    """Whole weeks, from the Monday before `first` to the Sunday after `last`. It does not change: see `plus`.

    Days are counted from its Monday: `index`.
    """

    def __init__(self, creche: Creche, book: Book, first: date, last: date) -> None:
        """KeyError when the book has hours of a child that it does not know."""
        self.rules = Rules(creche)
        self.first = monday_of(first)
        self.size = (monday_of(last) - self.first).days + 7
        self.open = [self._opening(creche, at) for at in range(self.size)]
        self._not_walking, self._walking, self._insertion, self._staff, self._first_category = (
            [0] * self.size for _ in Present._fields
        )
        self._days: dict[tuple[object, ...], Hours] = {}
        self._free: dict[Kind, _Free] = {}
        self._moments = _Moments(self.rules)
        self._put_book(book)

    def plus(self, child: Child, contract: Contract) -> "Occupation":
        """The same with a contract more, of a child who has no other hours in it."""
        more = copy(self)
        more._not_walking, more._walking, more._insertion = self._not_walking[:], self._walking[:], self._insertion[:]
        more._put(child, days_of(self.first, self.size, [contract]))
        more._close()
        return more

    def index(self, day: date) -> int:
        """ValueError outside of these weeks."""
        if not 0 <= (at := (day - self.first).days) < self.size:
            raise ValueError(f"{day} is not in the {self.size} days from {self.first}")
        return at

    def day(self, at: int) -> date:
        return self.first + timedelta(days=at)

    def present(self, day: date, quarter: int) -> Present:
        """Who is there in that quarter-hour."""
        return Present(*(count >> BITS * quarter & MOST for count in self._counts(self.index(day))))

    def moments(self, day: date) -> list[tuple[int, Moment]]:
        """The quarter-hours in which it is open on that day, in order."""
        start, rows = self._open_rows(self.index(day))
        return list(enumerate(map(self._moments.__getitem__, zip(*rows, strict=True)), start))

    def week(self, at: int) -> tuple[int, int]:
        """Of the week with that day: the children's quarter-hours, and how many the rules let it have."""
        monday = at - at % 7
        days = slice(monday, monday + 7)
        used = sum(map(_sum, self._not_walking[days])) + sum(map(_sum, self._walking[days]))
        return used, self.rules.week_of(self.open[days])

    def free(self, at: int, kind: Kind) -> Hours:
        """The quarter-hours of a day in which one more child of that kind may come. Days alike are judged once."""
        key = (self.open[at], kind, *self._counts(at))
        if (found := self._days.get(key)) is None:
            found = self._days[key] = self._judged(at, self._free.setdefault(kind, _Free(self.rules, kind)))
        return found

    def _judged(self, at: int, free: "_Free") -> Hours:
        """Quarter-hour by quarter-hour; but first the worst that could be, as if all came at once and the team left."""
        start, (*children, insertion, staff, first_category) = self._open_rows(at)
        if not staff:
            return NONE
        if free[(*map(max, children), min(insertion), min(staff), min(first_category))] == "1":
            return self.open[at]
        present = list(zip(*children, insertion, staff, first_category, strict=True))
        return int("".join(map(free.__getitem__, reversed(present))), 2) << start

    def _counts(self, at: int) -> tuple[Counts, ...]:
        return (
            self._not_walking[at], self._walking[at], self._insertion[at], self._staff[at], self._first_category[at],
        )  # fmt: skip

    def _open_rows(self, at: int) -> tuple[int, list[tuple[int, ...]]]:
        """The first quarter-hour at which it is open; from then on, a row for each number of `Present`."""
        start, end = next(iter(spans(self.open[at])), (0, 0))  # one, or none
        return start, [_row(count)[start:end] for count in self._counts(at)]

    def _put_book(self, book: Book) -> None:
        contracts: dict[str, list[Contract]] = _by_child(book.contracts)
        adaptations: dict[str, list[Adaptation]] = _by_child(book.adaptations)
        bookings: dict[str, list[Booking]] = _by_child(book.bookings)
        absences: dict[str, list[Absence]] = _by_child(book.absences)
        known = {child.id: child for child in book.children}
        for id in {**contracts, **adaptations, **bookings}:
            parts = (several.get(id, ()) for several in (contracts, adaptations, bookings, absences))
            self._put(known[id], days_of(self.first, self.size, *parts))  # type: ignore[arg-type]
        for shift in book.staff:
            days = days_of(self.first, self.size, [shift])
            for counts in (self._staff, self._first_category) if shift.first_category else (self._staff,):
                _add(counts, days)
        self._close()

    def _put(self, child: Child, days: Sequence[Hours]) -> None:
        walks = max((child.walking(self.rules.creche.walking.from_months) - self.first).days, 0)
        _add(self._not_walking, days[:walks])
        _add(self._walking, days[walks:], walks)
        if child.place == "insertion":
            _add(self._insertion, days)

    def _close(self) -> None:
        """Nobody is there when it is not open. Once for all: an `&` for each child would cost as much as to add it."""
        every = [spread(hours) * MOST for hours in self.open]
        for counts in (self._not_walking, self._walking, self._insertion, self._staff, self._first_category):
            counts[:] = map(and_, counts, every)

    def _opening(self, creche: Creche, at: int) -> Hours:
        usually = self.rules.opening[at % 7]
        return usually if usually and creche.hours(self.day(at)) else NONE


def _add(counts: list[Counts], days: Sequence[Hours], start: int = 0) -> None:
    """One more in each of these hours. All days in one `map`: this is most of what a year costs."""
    end = start + len(days)
    counts[start:end] = map(add, counts[start:end], map(spread, days))


def _sum(counts: Counts) -> int:
    """Of a day. A number is its digits added up, modulo the highest digit: as long as they add up to less than that."""
    return counts % MOST


@lru_cache(maxsize=4096)
def _row(count: Counts) -> tuple[int, ...]:
    return _ROW.unpack(count.to_bytes(_ROW.size, "little"))


T = TypeVar("T", Contract, Adaptation, Booking, Absence)


def _by_child(several: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for one in several:
        found[one.child].append(one)
    return found


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@cache
def spread(when: Hours) -> Counts:
    """One in each of these quarter-hours."""
    ones = ((1 << BITS * A_DAY) - 1) // MOST
    return sum((ones & (1 << BITS * end) - 1) >> BITS * start << BITS * start for start, end in spans(when))
