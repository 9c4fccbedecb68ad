"""Change a series: one occurrence, one and those that follow, or all; what has begun stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import partial
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import House
from ronde_contracts.event import Slot
from sqlalchemy.ext.asyncio import AsyncSession

from booking import rules
from booking.refusals import RoomTooSmall
from booking.series import diary
from booking.series.finding import Which, held, their_series, to_come
from booking.series.instead import Instead, instead
from booking.series.looking import Held, look
from booking.series.refusals import HoursUpsideDown
from booking.series.verdicts import Judged, Mode, Wanted, settle_changed
from booking.series.wanting import as_held, room_of
from booking.settings import Settings
from booking.tables import Reservation, Series
from booking.telling import tell_series_changed


@dataclass(frozen=True, kw_only=True)
class ChangeSeries:
    """`day` says which occurrence, for all but ALL. What is None stays as each of them has it.

    `on` is another day, for THIS alone. Mode.FREE: what cannot follow keeps all that it has.
    """

    series_id: UUID
    organisation: str
    which: Which
    day: date | None = None
    room: str | None = None
    on: date | None = None
    starts: time | None = None
    ends: time | None = None
    people: int | None = None
    title: dict[str, str] | None = None
    mode: Mode = Mode.ALL


@dataclass(frozen=True)
class Changed:
    """`occurrences`: all that the series holds. `left_out`: those that could not follow and kept what they had."""

    series: Series
    occurrences: Sequence[Reservation]
    left_out: list[Judged]


async def change_series(tx: Tx, settings: Settings, cmd: ChangeSeries) -> Changed:
    """Says nothing when nothing that others see has changed.

    Raises whose it is, NoSuchOccurrence, InThePast, NothingToCome, UnknownRoom, RoomTooSmall, HoursUpsideDown, and
    SeriesClashes with each that is impossible.
    """
    house = settings.house
    series = await their_series(tx.session, cmd.series_id, cmd.organisation)
    rows = {row.id: row for row in await to_come(tx.session, series, cmd.which, cmd.day, now=now())}
    moving, has = _moving(house, list(rows.values()), cmd)

    freed: list[Slot] = []
    left_out: list[Judged] = []
    if moving:
        picked, left_out = await diary.take(
            tx.session, house, cmd.organisation, moving, partial(settle_changed, mode=cmd.mode), has
        )  # fmt: skip
        freed = [slot for one in picked if (slot := rows[one.wanted.id].slot)]
        for one in picked:
            row = rows[one.wanted.id]
            row.hold(rules.slot(one.wanted.room, one.held), people=one.wanted.people, title=row.title)
            row.version += 1

    stuck = {one.wanted.id for one in left_out}
    renamed = _note([row for id, row in rows.items() if id not in stuck], series, cmd)
    await tx.session.flush()
    occurrences = await held(tx.session, series.id)
    if freed or renamed:
        tell_series_changed(tx, series, occurrences, freed)
    return Changed(series, occurrences, left_out)


async def preview_change(session: AsyncSession, settings: Settings, cmd: ChangeSeries) -> tuple[list[Judged], Instead]:
    """What each would meet that would move, and what would do for all of them when some cannot; nothing changes.

    Raises what change_series does, but SeriesClashes.
    """
    house = settings.house
    series = await their_series(session, cmd.series_id, cmd.organisation, lock=False)
    rows = await to_come(session, series, cmd.which, cmd.day, now=now(), lock=False)
    moving, has = _moving(house, rows, cmd)
    judged = await look(session, house, cmd.organisation, moving, has)
    return judged, await instead(session, house, cmd.organisation, judged, has)


def _moving(house: House, rows: Sequence[Reservation], cmd: ChangeSeries) -> tuple[list[Wanted], Held]:
    """Those that shall be elsewhere or at another time, and what they hold now."""
    before = {row.id: as_held(house, row) for row in rows}
    wishes = {id: _wish(house, one, cmd) for id, one in before.items()}
    # What stays where it is is not judged again: the house may have closed that day since.
    moving = [one for id, one in wishes.items() if one != replace(before[id], people=one.people)]
    slots = {row.id: row.slot for row in rows}
    has = {
        one.id: (before[one.id].room, rules.Span(slot.starts_at, slot.ends_at))
        for one in moving
        if (slot := slots[one.id])
    }
    return moving, has


def _wish(house: House, held: Wanted, cmd: ChangeSeries) -> Wanted:
    """The occurrence as it shall be."""
    wish = replace(
        held,
        on=cmd.on or held.on,
        starts=held.starts if cmd.starts is None else cmd.starts,
        ends=held.ends if cmd.ends is None else cmd.ends,
        room=room_of(house, cmd.room) if cmd.room else held.room,
        people=cmd.people or held.people,
    )
    if wish.ends <= wish.starts:
        raise HoursUpsideDown
    if (cmd.people or cmd.room) and wish.people > wish.room.capacity:
        raise RoomTooSmall.this_one(wish.room, wish.people)
    return wish


def _note(rows: Sequence[Reservation], series: Series, cmd: ChangeSeries) -> bool:
    """What needs no other slot, and what is now asked of all of it; whether a title changed."""
    renamed = [row for row in rows if cmd.title is not None and row.title != cmd.title]
    for row in rows:
        row.title, row.people = cmd.title or row.title, cmd.people or row.people
    if cmd.which is Which.ALL:
        series.room, series.people = cmd.room or series.room, cmd.people or series.people
        series.title = cmd.title or series.title
        series.starts = series.starts if cmd.starts is None else cmd.starts
        series.ends = series.ends if cmd.ends is None else cmd.ends
    return bool(renamed)
