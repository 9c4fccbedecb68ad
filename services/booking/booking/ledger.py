"""Who used the rooms how long, week by week, and how even the sharing is: pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ronde.house import House
from ronde_contracts.event import Slot

from booking.rules import Span

WEEKS = 12
FAMILIES = "families"
"""Whose the hours are that an organisation reserved for a family: nobody's, and told apart."""
FOR_FAMILIES = {"fr": "Pour des familles", "en": "For families"}


@dataclass(frozen=True)
class Use:
    """A room held by an organisation, for some time."""

    organisation: str
    slot: Slot


@dataclass(frozen=True)
class Week:
    """`hours` by organisation: those of the house in their order, then those who left it, and families."""

    monday: date
    hours: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.hours.values())


@dataclass(frozen=True)
class Ledger:
    """`rooms`: room name -> hours by organisation. `even`: Jain's index among the founders, 1/n to 1."""

    organisations: Sequence[str]
    weeks: Sequence[Week]
    rooms: dict[str, dict[str, float]]
    totals: dict[str, float]
    even: float | None


def ledger(house: House, first: date, uses: Iterable[Use], *, weeks: int = WEEKS) -> Ledger:
    """Of so many weeks from Monday `first`. What goes over midnight on Sunday counts where it begins."""
    mondays = [first + timedelta(days=7 * n) for n in range(weeks)]
    by_week: dict[date, dict[str, float]] = {monday: defaultdict(float) for monday in mondays}
    by_room: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    totals: dict[str, float] = {one.id: 0.0 for one in house.organisations}
    for use in uses:
        day = use.slot.starts_at.astimezone(house.timezone).date()
        monday = day - timedelta(days=day.weekday())
        if monday not in by_week:
            continue
        hours = (use.slot.ends_at - use.slot.starts_at) / timedelta(hours=1)
        by_week[monday][use.organisation] += hours
        by_room[use.slot.room_name][use.organisation] += hours
        totals[use.organisation] = totals.get(use.organisation, 0.0) + hours
    return Ledger(
        tuple(totals),
        [Week(monday, {one: by_week[monday][one] for one in totals}) for monday in mondays],
        {name: {one: hours[one] for one in totals} for name, hours in sorted(by_room.items())},
        totals,
        jain([totals[one] for one in house.founders]),
    )


def jain(shares: Sequence[float]) -> float | None:
    """Jain's fairness index, (Σx)² / n·Σx²: 1 when all have the same, 1/n when one has all, None without any."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else None


def span_of(house: House, first: date, *, weeks: int = WEEKS) -> Span:
    starts, ends = (datetime.combine(day, time(), house.timezone) for day in (first, first + timedelta(days=7 * weeks)))
    return Span(starts, ends)
