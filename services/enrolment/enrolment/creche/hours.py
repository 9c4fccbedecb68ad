"""Quarter-hours of the wall clock as the bits of an integer: bit 0 is 0:00 to 0:15, bit 95 is 23:45 to 24:00.

A day of 23 or 25 hours has the same 96: who comes from 7:30 to 18:30 does so in both. An hour that a clock change
takes away or gives twice counts once, as it stands on the wall.
"""

from collections.abc import Iterable, Sequence
from datetime import time
from functools import lru_cache

Hours = int
"""The quarter-hours of one day."""
Grid = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
"""A week, from Monday."""
Span = tuple[int, int]
"""From a quarter-hour to another, the second not included."""

A_DAY = 96
NONE: Hours = 0
EMPTY: Grid = (NONE,) * 7


def between(start: int, end: int) -> Hours:
    """From one quarter-hour to another, the second not included."""
    return (1 << end) - (1 << start)


@lru_cache(maxsize=4096)
def hours(text: str) -> Hours:
    """`08:00-12:00 14:00-17:00`; none for an empty text. ValueError when it is not in quarters of an hour."""
    return union(_span(part) for part in text.split())


def grid(*days: str) -> Grid:
    """A week as `hours` writes its days, from Monday; days that are left out have none."""
    every = [hours(text) for text in days] + [NONE] * 7
    return (every[0], every[1], every[2], every[3], every[4], every[5], every[6])


def union(several: Iterable[Hours]) -> Hours:
    found = NONE
    for one in several:
        found |= one
    return found


@lru_cache(maxsize=4096)
def spans(when: Hours) -> Sequence[Span]:
    """In order, none touching the next."""
    found = []
    while when:
        start = first(when)
        end = start + first(~(when >> start))
        found.append((start, end))
        when &= ~between(start, end)
    return tuple(found)


def first(when: Hours) -> int:
    """The first quarter-hour of some."""
    return (when & -when).bit_length() - 1


def last(when: Hours) -> int:
    """The last quarter-hour of some."""
    return when.bit_length() - 1


def quarter(clock: time) -> int:
    """ValueError when no quarter-hour begins then."""
    if clock.minute % 15 or clock.second or clock.microsecond:
        raise ValueError(f"{clock:%H:%M} is no quarter of an hour")
    return clock.hour * 4 + clock.minute // 15


def clock(quarter: int) -> str:
    """When it begins: `07:30`; the end of a day is `24:00`."""
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


def written(when: Hours) -> str:
    """As `hours` reads it."""
    return " ".join(f"{clock(start)}-{clock(end)}" for start, end in spans(when))


def texts(week: Grid) -> list[str]:
    """A week as `grid` reads it."""
    return list(map(written, week))


def _span(text: str) -> Hours:
    start, _, end = text.partition("-")
    begins, ends = quarter(time.fromisoformat(start)), A_DAY if end == "24:00" else quarter(time.fromisoformat(end))
    if ends <= begins:
        raise ValueError(f"{text} ends before it begins")
    return between(begins, ends)
