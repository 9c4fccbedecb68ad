"""Whatever is done to series, by whom and when: the past stays, others' stay, and what is changed is what was meant."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from booking.rules import Span
from booking.series.finding import Which
from booking.series.verdicts import Mode
from booking.testing import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ronde.clock import now
from ronde.refusal import Refused
from sqlalchemy import text
from time_machine import travel

pytestmark = pytest.mark.database

MONDAY = date(2027, 1, 11)
MEMBERS = ("bottines", "acepp")
PARIS = ZoneInfo("Europe/Paris")
WEEKLY = timedelta(hours=24)
ROWS = text("""
    SELECT id, organisation, series_id, occurrence, state, starts_at, version, room, ends_at, title, people,
        ARRAY(SELECT (space, during)::text FROM occupancies WHERE reservation_id = id ORDER BY space) AS held
    FROM reservations WHERE moves IS NULL  -- without what is only asked of the founders
""")
CHANGES: list[dict[str, Any]] = [
    {"starts": time(10), "ends": time(12)},
    {"starts": time(8), "ends": time(9)},
    {"starts": time(9), "ends": time(12)},
    {"room": "cuisine"},
    {"room": "salle-reunion"},
    {"people": 3},
    {"title": {"fr": "Pain"}},
    {"starts": time(14), "ends": time(15, 30), "room": "salle-atelier"},
]


@dataclass(frozen=True)
class Act:
    """One edit: by whom, of which series (by number), what part of it."""

    by: str
    of: int
    which: Which
    day: int
    change: dict[str, Any] | None
    mode: Mode
    days_later: int


acts = st.builds(
    Act,
    by=st.sampled_from(MEMBERS),
    of=st.integers(0, 2),
    which=st.sampled_from(Which),
    day=st.integers(0, 6),
    change=st.sampled_from([None, *CHANGES]),
    mode=st.sampled_from(Mode),
    days_later=st.sampled_from([0, 0, 1, 2]),
)


async def rows(desk: Desk) -> dict[UUID, Any]:
    async with desk.db.reading() as session:
        return {row.id: row for row in await session.execute(ROWS)}


async def series_events(desk: Desk) -> int:
    """What is asked of the founders besides is said for itself."""
    return sum(type.startswith("series.") for type, _, _ in await desk.said())


@given(st.lists(acts, min_size=1, max_size=8))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_past_is_never_touched_nor_a_row_of_anyone_else_and_edits_are_exact(
    desk: Desk, acts: list[Act]
) -> None:
    async with desk.db.transaction() as tx:
        await tx.session.execute(text("TRUNCATE occupancies, reservations, series, consents CASCADE"))
    moment = datetime(2027, 1, 4, 8, tzinfo=UTC)
    with travel(moment, tick=False):
        series = [
            (await desk.reserve_series("FREQ=DAILY;COUNT=6", MONDAY, room, organisation=who)).series
            for room, who in (("cuisine", "bottines"), ("salle-reunion", "acepp"), ("salle-atelier", "bottines"))
        ]
        zone = desk.settings.house.timezone
        begins = datetime.combine(MONDAY, time(14), zone).astimezone(UTC)
        await desk.reserve("cuisine", Span(begins, begins + timedelta(hours=1)), organisation="acepp")
    moment = datetime(2027, 1, 11, 8, 30, tzinfo=UTC)  # the first has begun, at 9:00 in Paris
    for act in acts:
        moment += timedelta(days=act.days_later)
        with travel(moment, tick=False):
            before, said = await rows(desk), await series_events(desk)
            await do(desk, series[act.of].id, act)
            after, told = await rows(desk), await series_events(desk) - said

            touched = {id for id in before if before[id] != after[id]}
            assert before.keys() == after.keys(), "edits neither lose a row nor make one"
            assert told <= 1, "a change is one event, however many it concerns"
            for id in touched:
                row = before[id]
                assert row.organisation == act.by
                assert row.series_id == series[act.of].id
                assert row.starts_at > now()
                assert row.state == "confirmed"
                assert meant(row.occurrence, act)
            for member in MEMBERS:
                mine = [row for row in after.values() if row.organisation == member and row.held]
                assert sum((peak(row) for row in mine), timedelta()) <= WEEKLY, "nobody passes the charter by a series"
            for row in after.values():
                assert bool(row.held) == (row.state == "confirmed"), "who is confirmed holds, and nobody else"


async def do(desk: Desk, id: UUID, act: Act) -> None:
    """A refusal is an answer; any other error is a failure."""
    day = None if act.which is Which.ALL else MONDAY + timedelta(days=act.day)
    with suppress(Refused):
        if act.change is None:
            await desk.cancel_series(id, act.which, day, organisation=act.by)
        else:
            await desk.change_series(id, act.which, day, organisation=act.by, mode=act.mode, **act.change)


def meant(occurrence: date, act: Act) -> bool:
    day = MONDAY + timedelta(days=act.day)
    return {Which.THIS: occurrence == day, Which.FOLLOWING: occurrence >= day, Which.ALL: True}[act.which]


def peak(row: Any) -> timedelta:
    """Its time in the peak hours of the house file: mornings, and the afternoon of Wednesdays."""
    starts, ends = (at.astimezone(PARIS).replace(tzinfo=None) for at in (row.starts_at, row.ends_at))
    found = timedelta()
    for opens, closes in ((9, 12), (14, 18)) if starts.weekday() == 2 else ((9, 12),):
        begins, over = (starts.replace(hour=hour, minute=0) for hour in (opens, closes))
        found += max(timedelta(), min(ends, over) - max(starts, begins))
    return found
