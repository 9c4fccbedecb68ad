"""What was possible instead: pure, from what is taken around the wish."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice, zip_longest
from zoneinfo import ZoneInfo

from ronde.house import House, Room
from ronde_contracts.event import Slot

from booking.rules import Busy, Span, Wish, by_fit, is_free, slot, why_not
from booking.wall import moments

STEP = timedelta(minutes=15)
"""Other times of the day are looked for in these steps from the one that was asked."""
AT_MOST = 3
"""Alternatives are an answer, not a catalogue."""
Fits = Callable[[Slot], bool]
"""Whether the slot is within the charter."""


def alternatives(
    house: House, wish: Wish, busy: Busy, *, now: datetime, days: int, fits: Fits = lambda _: True
) -> tuple[Slot, ...]:
    """Up to three slots that would be accepted now: another room, another time that day, another day, in turn.

    `busy` must cover the wish's day and the `days` after it, in the house's zone. `fits`: whether it is theirs to take,
    the charter not being in the way.
    """
    rooms = [room for room in by_fit(house, prefer=wish.room) if room.capacity >= wish.people]
    if not rooms:
        return ()

    def free(room: Room, span: Span) -> bool:
        possible = why_not(house, room, span, wish.people, now=now) is None and is_free(room, span, busy)
        return possible and fits(slot(room, span))

    zone = house.timezone
    other_rooms = (slot(room, wish.span) for room in rooms if free(room, wish.span))
    best = next((room for room in rooms if not free(room, wish.span)), None)  # where it is free then, no hour is better
    other_times = (slot(best, span) for span in _same_day(wish.span, zone) if best and free(best, span))
    other_days = (
        slot(room, span)
        for span in _next_days(wish.span, zone, days)
        for room in islice((room for room in rooms if free(room, span)), 1)
    )
    in_turn = (one for turn in zip_longest(other_rooms, other_times, other_days) for one in turn if one is not None)
    return tuple(islice(_apart(in_turn), AT_MOST))


def _apart(slots: Iterator[Slot]) -> Iterator[Slot]:
    """Without those that overlap an earlier one of the same room: a quarter of an hour later is no other choice."""
    seen: list[Slot] = []
    for one in slots:
        if not any(
            one.room == other.room and one.starts_at < other.ends_at and other.starts_at < one.ends_at for other in seen
        ):
            seen.append(one)
            yield one


def around(wish: Wish, zone: ZoneInfo, *, days: int) -> Span:
    """The time that `busy` must cover: whole days, and one more at each end for what reaches over midnight."""
    first, last = (moment.astimezone(zone).date() for moment in (wish.span.starts_at, wish.span.ends_at))
    return Span(
        datetime.combine(first - timedelta(days=1), time(), zone),
        datetime.combine(last + timedelta(days=days + 2), time(), zone),
    )


def _same_day(span: Span, zone: ZoneInfo) -> Iterator[Span]:
    """Other times of its day, the nearest first."""
    day = span.starts_at.astimezone(zone).date()
    for n in range(1, timedelta(days=1) // STEP):
        for by in (-n * STEP, n * STEP):
            other = Span(span.starts_at + by, span.ends_at + by)
            if other.starts_at.astimezone(zone).date() == day:
                yield other


def _next_days(span: Span, zone: ZoneInfo, days: int) -> Iterator[Span]:
    """The same hours by the clock on the wall, on each of the days after."""
    start, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    for n in range(1, days + 1):
        begins = moments(start.date() + timedelta(days=n), start.time(), zone)
        ends = moments(end.date() + timedelta(days=n), end.time(), zone)
        if begins and ends and begins[0] < ends[0]:  # of an hour that comes twice, the first
            yield Span(begins[0], ends[0])
