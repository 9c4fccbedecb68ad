"""Change a series: one occurrence, one and those that follow, or all; what has begun stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import House
from ronde_contracts.event import Slot
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets, rules
from booking.refusals import RoomTooSmall
from booking.series import diary
from booking.series.charter import together
from booking.series.consulting import ask
from booking.series.finding import held, their_series, to_come
from booking.series.instead import Instead, instead
from booking.series.looking import look
from booking.series.noting import Change, note
from booking.series.refusals import HoursUpsideDown
from booking.series.verdicts import Judged, Kept, Mode, Verdict, Wanted, settle_changed
from booking.series.wanting import as_held, room_of
from booking.settings import Settings
from booking.tables import Reservation, Series
from booking.telling import tell_series_changed


@dataclass(frozen=True, kw_only=True)
class ChangeSeries(Change):
    """Mode.FREE: what cannot follow keeps all that it has."""

    series_id: UUID
    organisation: str
    mode: Mode = Mode.ALL


@dataclass(frozen=True)
class Changed:
    """`occurrences`: all that the series holds. `left_out`: those that could not follow and kept what they had.

    `asked`: the rows that keep other slots for some of them, while the founders are asked.
    """

    series: Series
    occurrences: Sequence[Reservation]
    asked: list[Reservation]
    left_out: list[Judged]


async def change_series(tx: Tx, settings: Settings, cmd: ChangeSeries) -> Changed:
    """Says nothing when nothing that others see has changed.

    What goes over the charter is asked of the founders, once, and keeps all that it has meanwhile: those dates alone in
    Mode.FREE; in Mode.ALL the whole change, and what needs no other slot waits with it.

    Raises whose it is, NoSuchOccurrence, InThePast, NothingToCome, UnknownRoom, RoomTooSmall, HoursUpsideDown, and
    SeriesClashes with each that is impossible.
    """
    house = settings.house
    series = await their_series(tx.session, cmd.series_id, cmd.organisation)
    rows = {row.id: row for row in await to_come(tx.session, series, cmd.which, cmd.day, now=now())}
    moving, has = _moving(house, list(rows.values()), cmd)

    freed: list[Slot] = []
    left_out: list[Judged] = []
    asked: dict[UUID, Reservation] = {}
    if moving:
        successors = {one.id: rows[one.id].successor() for one in moving}
        picked, left_out = await diary.take(
            tx.session, house, cmd.organisation, moving,
            partial(settle_changed, mode=cmd.mode, house=house, kept=has), has,
            keepers={id: row.id for id, row in successors.items()},
        )  # fmt: skip
        waits = [one for one in picked if one.verdict is Verdict.OVER_CHARTER]
        asked = {one.wanted.id: successors[one.wanted.id] for one in waits}
        freed = [slot for one in picked if one.wanted.id not in asked and (slot := rows[one.wanted.id].slot)]
        for one in picked:
            row = asked.get(one.wanted.id) or rows[one.wanted.id]
            title = cmd.title or rows[one.wanted.id].title if row.moves else row.title
            row.hold(rules.slot(one.wanted.room, one.held), people=one.wanted.people, title=title)
            row.version += 1
        begins = [has[one.wanted.id][1].starts_at for one in waits] + [one.held.starts_at for one in waits]
        over = together(house, waits)
        if question := await budgets.over_together(
            tx.session, house, cmd.organisation, over, min(begins, default=now())
        ):
            whole = cmd if cmd.mode is Mode.ALL else None
            ask(tx, series, list(asked.values()), question, rows, whole)

    renamed = False
    if not (asked and cmd.mode is Mode.ALL):
        stays = {*asked, *(one.wanted.id for one in left_out)}
        renamed = note([row for id, row in rows.items() if id not in stays], series, cmd)
    await tx.session.flush()
    occurrences = await held(tx.session, series.id)
    if freed or renamed:
        tell_series_changed(tx, series, occurrences, freed)
    return Changed(series, occurrences, list(asked.values()), left_out)


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


def _moving(house: House, rows: Sequence[Reservation], cmd: Change) -> tuple[list[Wanted], Kept]:
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


def _wish(house: House, held: Wanted, cmd: Change) -> Wanted:
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
