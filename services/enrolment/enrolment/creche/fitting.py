"""Whether a weekly grid fits, why not, and the nearest one that does."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from enrolment.creche.book import Child
from enrolment.creche.hours import NONE, Grid, Hours, first, last
from enrolment.creche.occupation import Occupation
from enrolment.creche.rules import Kind, RuleName

FARTHEST = 8
"""Quarter-hours that a day may be shifted by to make it fit."""
LEAST = 4
"""Quarter-hours: a day shortened to less is dropped."""


class No(NamedTuple):
    """`rule` is not kept in that quarter-hour of that day, by `short_by`: see `rules.Broken`.

    For the week, the quarter-hour is the first that it has no more hours for; for `opening`, the first outside.
    """

    rule: RuleName
    day: date
    quarter: int
    short_by: int


def fits(occupation: Occupation, child: Child, asked: Grid, start: date, end: date) -> No | None:
    """None: yes. Else the first reason why not: of the opening hours, then week by week, each day before the week.

    `start` and `end` are included, and within the occupation's weeks: ValueError. The child has no hours yet in those
    that are asked. A day on which the crèche is closed asks for nothing.
    """
    days = range(occupation.index(start), occupation.index(end) + 1)
    if no := _outside(occupation, asked, days):
        return no
    not_yet, walking, from_then = _kinds(occupation, child)
    for week in _weeks(days):
        wanted = 0
        for at in week:
            hours = asked[at % 7] & occupation.open[at]
            if not hours:
                continue
            kind = walking if at >= from_then else not_yet
            if refused := hours & ~occupation.free(at, kind):
                return _at(occupation, kind, at, first(refused))
            wanted += hours.bit_count()
        used, most = occupation.week(week.start)
        if wanted and used + wanted > most:
            return _over(occupation, asked, week, max(most - used, 0), used + wanted - most)
    return None


def nearest(
    occupation: Occupation, child: Child, asked: Grid, start: date, end: date, farthest: int = FARTHEST
) -> Grid | None:
    """The nearest grid that fits from `start` to `end`; None when no day of it can be kept.

    A day that does not fit is shifted, by as little as possible, earlier before later, at most by `farthest`
    quarter-hours; else shortened, by as little as possible, the evening before the morning; else dropped. Then, if a
    week has too many hours, its longest day loses a quarter-hour of its evening, the later day of two, and so on.
    The same every time.
    """
    days = range(occupation.index(start), occupation.index(end) + 1)
    near = [_near(asked[day], _always_free(occupation, child, days, day), farthest) for day in range(7)]
    for open_days, room in sorted(_rooms(occupation, days).items()):
        while sum(near[weekday].bit_count() for weekday in open_days) > room:
            longest = max(open_days, key=lambda weekday: (near[weekday].bit_count(), weekday))
            near[longest] = _kept(near[longest] & ~(1 << last(near[longest])))
    return _grid(near) if any(near) else None


def shifted(occupation: Occupation, child: Child, asked: Grid, start: date, end: date, farthest: int) -> Grid | None:
    """The nearest grid that fits with the same days, each as long: of `nearest`, nothing is shortened or dropped.

    None when one of the days cannot be kept.
    """
    days, moved = range(occupation.index(start), occupation.index(end) + 1), []
    for weekday, hours in enumerate(asked):
        near = _shifted(hours, _always_free(occupation, child, days, weekday), farthest)
        if near is None:
            return None
        moved.append(near)
    found = _grid(moved)
    return None if fits(occupation, child, found, start, end) else found


def _outside(occupation: Occupation, asked: Grid, days: range) -> No | None:
    for at in days[:7]:
        if outside := asked[at % 7] & ~occupation.rules.opening[at % 7]:
            return No("opening", occupation.day(at), first(outside), outside.bit_count())
    return None


def _kinds(occupation: Occupation, child: Child) -> tuple[Kind, Kind, int]:
    """Before and after the child's first steps, and the day of these."""
    walks = child.walking(occupation.rules.creche.walking.from_months)
    return Kind(False, child.place), Kind(True, child.place), (walks - occupation.first).days


def _weeks(days: range) -> Iterator[range]:
    for monday in range(days.start - days.start % 7, days.stop, 7):
        yield range(max(monday, days.start), min(monday + 7, days.stop))


def _at(occupation: Occupation, kind: Kind, at: int, quarter: int) -> No:
    day = occupation.day(at)
    broken = occupation.rules.against(occupation.present(day, quarter), kind)
    assert broken  # noqa: S101 (it was refused)
    return No(broken.rule, day, quarter, broken.short_by)


def _over(occupation: Occupation, asked: Grid, week: range, room: int, short_by: int) -> No:
    for at in week:
        hours = asked[at % 7] & occupation.open[at]
        if hours.bit_count() > room:
            for _ in range(room):
                hours &= hours - 1
            return No("week", occupation.day(at), first(hours), short_by)
        room -= hours.bit_count()
    raise AssertionError("a week is over, and none of its days is")


def _always_free(occupation: Occupation, child: Child, days: range, weekday: int) -> Hours:
    """The quarter-hours in which the child may come on each of those weekdays; all when there is none of them."""
    free = ~NONE
    not_yet, walking, from_then = _kinds(occupation, child)
    for at in range(days.start + (weekday - days.start) % 7, days.stop, 7):
        free &= occupation.rules.opening[weekday]
        if occupation.open[at]:
            free &= occupation.free(at, walking if at >= from_then else not_yet)
    return free


def _rooms(occupation: Occupation, days: range) -> dict[tuple[int, ...], int]:
    """The weekdays that a week has of these days, and the least room that such a week has."""
    rooms: dict[tuple[int, ...], int] = {}
    for week in _weeks(days):
        used, most = occupation.week(week.start)
        open_days = tuple(at % 7 for at in week if occupation.open[at])
        rooms[open_days] = min(rooms.get(open_days, most), max(most - used, 0))
    return rooms


def _shifted(asked: Hours, free: Hours, farthest: int) -> Hours | None:
    """By as little as possible, earlier before later."""
    for by in range(farthest + 1):
        for moved in (asked >> by, asked << by):
            if not moved & ~free and moved.bit_count() == asked.bit_count():
                return moved
    return None


def _near(asked: Hours, free: Hours, farthest: int) -> Hours:
    if (moved := _shifted(asked, free, farthest)) is not None:
        return moved
    quarters = [1 << n for n in range(last(asked) + 1) if asked >> n & 1]
    for less in range(1, len(quarters) - LEAST + 1):
        for morning in range(less + 1):
            kept = sum(quarters[morning : len(quarters) - less + morning])
            if not kept & ~free:
                return kept
    return NONE


def _kept(hours: Hours) -> Hours:
    return hours if hours.bit_count() >= LEAST else NONE


def _grid(days: Sequence[Hours]) -> Grid:
    return days[0], days[1], days[2], days[3], days[4], days[5], days[6]
