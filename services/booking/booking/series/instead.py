"""What would do for a series when some of it cannot be had: another room, other hours, or else for a date alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from ronde.clock import now
from ronde.house import House
from ronde_contracts.event import Slot
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets
from booking.alternatives import AT_MOST, STEP, Fits, alternatives
from booking.rules import Busy, Span, Wish, by_fit, is_free
from booking.series.looking import NOTHING, look
from booking.series.verdicts import Judged, Kept, Verdict, Wanted, judge

DATES = 20
"""Of which other rooms and times are looked for one by one."""
DAY = timedelta(days=1)
FINE = {Verdict.FREE, Verdict.CLOSED}
BUSY = text("""
    SELECT asked.n, asked.space, lower(held.during), upper(held.during)
    FROM unnest(CAST(:n AS integer[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
             AS whole(n, starts, ends)
    CROSS JOIN LATERAL (SELECT whole.n, space FROM unnest(CAST(:spaces AS integer[])) AS space) AS asked
    JOIN occupancies AS held ON int4range(held.space, held.space, '[]') && int4range(asked.space, asked.space, '[]')
        AND held.during && tstzrange(whole.starts, whole.ends)
    WHERE held.reservation_id <> ALL(CAST(:own AS uuid[]))
""")


@dataclass(frozen=True)
class Instead:
    """`rooms` and `hours`: in which all of it would be accepted, closed days left aside.

    `dates`: what else is free on the day of one that cannot be had.
    """

    rooms: Sequence[str] = ()
    hours: Sequence[tuple[time, time]] = ()
    dates: dict[date, Sequence[Slot]] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        return {
            "rooms": list(self.rooms),
            "hours": [{"starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"} for starts, ends in self.hours],
            "dates": [
                {"day": day.isoformat(), "alternatives": [slot.model_dump(mode="json") for slot in slots]}
                for day, slots in self.dates.items()
            ],
        }


async def instead(
    session: AsyncSession, house: House, organisation: str, judged: Sequence[Judged], held: Kept = NOTHING
) -> Instead:
    """Nothing when all of it can be had."""
    wrong = [one for one in judged if one.verdict not in FINE]
    if not wrong:
        return Instead()
    wanted = [one.wanted for one in judged]
    busy = await _busy(session, house, wanted, held)
    days = sorted(busy)
    during = Span(*(datetime.combine(day, time(), house.timezone) for day in (days[0], days[-1] + DAY)))
    fits = await budgets.fitting(session, house, organisation, during, own=list(held))
    return Instead(
        await _rooms(session, house, organisation, wanted, held),
        await _hours(session, house, organisation, wanted, busy, held),
        _each(house, wrong[:DATES], busy, fits),
    )


async def _rooms(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], held: Kept
) -> list[str]:
    """The best fit first."""
    rooms = []
    for room in by_fit(house):
        if any(one.room.id == room.id for one in wanted):
            continue
        if await _accepted(session, house, organisation, [replace(one, room=room) for one in wanted], held):
            rooms.append(room.id)
    return rooms


async def _hours(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], busy: dict[date, Busy], held: Kept
) -> list[tuple[time, time]]:
    """As long as what was asked, the nearest first; none when its dates do not all have the same hours."""
    found: list[tuple[time, time]] = []
    if len({(one.starts, one.ends) for one in wanted}) > 1:
        return found
    for starts, ends in _shifted(wanted[0].starts, wanted[0].ends):
        if any(starts < other_ends and other_starts < ends for other_starts, other_ends in found):
            continue
        moved = [replace(one, starts=starts, ends=ends) for one in wanted]
        if all(_looks_free(house, one, busy[one.on]) for one in moved) and await _accepted(
            session, house, organisation, moved, held
        ):
            found.append((starts, ends))
            if len(found) == AT_MOST:
                break
    return found


def _shifted(starts: time, ends: time) -> Iterator[tuple[time, time]]:
    """As long, at other hours of the day: the nearest first."""
    first, last = (timedelta(hours=at.hour, minutes=at.minute) for at in (starts, ends))
    for n in range(1, DAY // STEP):
        for by in (-n * STEP, n * STEP):
            if first + by >= timedelta() and last + by < DAY:
                yield _clock(first + by), _clock(last + by)


def _clock(since_midnight: timedelta) -> time:
    return time(*divmod(since_midnight // timedelta(minutes=1), 60))


def _looks_free(house: House, one: Wanted, busy: Busy) -> bool:
    judged = judge(house, one, now=now())
    return judged.verdict is Verdict.CLOSED or (judged.verdict is Verdict.FREE and is_free(one.room, judged.held, busy))


async def _accepted(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], held: Kept
) -> bool:
    found = {one.verdict for one in await look(session, house, organisation, wanted, held)}
    return Verdict.FREE in found and found <= FINE


def _each(house: House, wrong: Sequence[Judged], busy: dict[date, Busy], fits: Fits) -> dict[date, Sequence[Slot]]:
    """Another room, another time of that day."""
    found: dict[date, Sequence[Slot]] = {}
    for one in wrong:
        if one.span is not None and one.verdict in (Verdict.TAKEN, Verdict.OUTSIDE_HOURS, Verdict.TOO_SMALL):
            wish = Wish(one.wanted.room.id, one.span, one.wanted.people)
            if slots := alternatives(house, wish, busy[one.wanted.on], now=now(), days=0, fits=fits):
                found[one.wanted.day] = slots
    return found


async def _busy(session: AsyncSession, house: House, wanted: Sequence[Wanted], held: Kept) -> dict[date, Busy]:
    """What others hold on each of the days."""
    found: dict[date, dict[int, list[Span]]] = {one.on: defaultdict(list) for one in wanted}
    days = list(found)
    wholes = [
        (datetime.combine(day, time(), house.timezone), datetime.combine(day + DAY, time(), house.timezone))
        for day in days
    ]
    asked = {
        "n": list(range(len(days))),
        "starts": [starts for starts, _ in wholes],
        "ends": [ends for _, ends in wholes],
        "spaces": sorted(set[int]().union(*(room.spaces for room in house.rooms))),
        "own": list(held),
    }
    for n, space, starts_at, ends_at in await session.execute(BUSY, asked):
        found[days[n]][space].append(Span(starts_at, ends_at))
    return dict(found)
