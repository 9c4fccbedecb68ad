"""Following a planning: each occurrence takes the path of every other request, and is told apart in the report.

It is followed in turns, each a short stay in the rooms' queue: hundreds of events keep nobody waiting. What a turn did
is done; whoever imports again after an interruption goes on where it ended.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Database, Tx
from ronde.house import Room
from ronde.refusal import Refused
from sqlalchemy.dialects.postgresql import insert

from booking import diary
from booking.importing.carrying import Carried
from booking.importing.knowing import HOLDING, Known, look
from booking.importing.places import room_of
from booking.importing.planning import Entry, Odd, read
from booking.importing.refusals import WHY, NotUnderstood
from booking.importing.report import Import, Line, Outcome, Report
from booking.refusals import RoomTaken, UnknownRoom
from booking.rules import Span, blocked
from booking.settings import Settings
from booking.tables import ImportedEvent, Reservation, State
from booking.use_cases.cancel_reservation import CancelReservation, cancel_reservation
from booking.use_cases.move_reservation import MoveReservation, move_reservation
from booking.use_cases.reserve_room import ReserveRoom, reserve_room

TURN = 0.2
"""Seconds after which others have their turn with the rooms."""
Told = list[tuple[Entry, Line]]


async def understood(settings: Settings, organisation: str, calendar: str, room: str | None, people: int) -> Import:
    """Read beside the other requests: a long planning takes a while.

    Raises NotACalendar, TooManyOccurrences, UnknownRoom.
    """
    if room is not None and room not in {one.id for one in settings.house.rooms}:
        raise UnknownRoom
    at = now()
    until = at + timedelta(days=settings.calendar_days_ahead)
    planning = await to_thread(read, calendar, settings.house.timezone, now=at, until=until)
    return Import(organisation=organisation, planning=planning, room=room, people=people)


async def followed(db: Database, settings: Settings, cmd: Import) -> Report:
    """Takes what is free and tells why the rest is not. Following the same planning again changes nothing."""
    return await _Following(db, settings, cmd, None).run()


async def tried(db: Database, settings: Settings, cmd: Import) -> Report:
    """What following would do: each turn is done on top of what those before it would have done, and undone.

    So the trial cannot tell another story than the import.
    """
    found = await _Following(db, settings, cmd, Carried()).run()
    new = (Outcome.TAKEN, Outcome.ASKED)
    lines = (replace(line, reservation_id=None) if line.outcome in new else line for line in found.lines)
    return Report(tuple(lines), found.past)


class _Undo(Exception):
    """Ends a turn of a trial."""


class _Following:
    def __init__(self, db: Database, settings: Settings, cmd: Import, carried: Carried | None) -> None:
        """`carried` for a trial: what it did so far."""
        self.db, self.settings, self.cmd, self.carried = db, settings, cmd, carried
        self.known: dict[tuple[str, str], Known] = {}

    async def run(self) -> Report:
        planning = self.cmd.planning
        async with self._turn():
            before = dict(self.known)
        told: dict[tuple[str, str], Line] = {}
        waiting: list[Entry] = sorted(planning.entries, key=lambda one: not one.cancelled)
        while waiting:  # who waits for a slot that another event of the planning leaves has it in the next pass
            lines = await self._pass(waiting)
            lines += await self._together([one for one, line in lines if line.code == RoomTaken.code])
            told |= {_key(one): line for one, line in lines}
            left = any(line.outcome in (Outcome.MOVED, Outcome.ASKED, Outcome.CANCELLED) for _, line in lines)
            waiting = [one for one in reversed(waiting) if left and told[_key(one)].code == RoomTaken.code]
        odd = [_not_understood(one) for one in planning.odd]
        unread = {one.uid for one in planning.odd}
        absent = [one.line for key, one in before.items()
                  if key not in told and key[0] not in unread and one.state in HOLDING]  # fmt: skip
        found = sorted((*told.values(), *absent), key=lambda line: (line.starts_at or now(), line.uid or ""))
        return Report((*found, *odd), planning.past)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Tx]:
        """One stay in the queue; _Undo ends it without any effect."""
        with suppress(_Undo):
            async with self.db.transaction() as tx:
                self.known = await look(tx.session, self.settings.house, self.cmd)
                if self.carried:
                    await self.carried.put(tx.session)
                yield tx
                if self.carried:
                    await self.carried.keep(tx.session)
                    raise _Undo

    async def _pass(self, entries: Sequence[Entry]) -> Told:
        told: Told = []
        while len(told) < len(entries):
            async with self._turn() as tx:
                until = monotonic() + TURN
                for one in entries[len(told) :]:
                    told.append((one, await self._one(tx, one)))
                    if monotonic() > until:
                        break
        return told

    async def _together(self, entries: Sequence[Entry]) -> Told:
        """Those that change places: all leave and then all arrive, in one turn, or those who cannot stay."""
        moving = self._in_each_other_s_way(entries)
        while moving:
            told: Told = []
            async with self._turn() as tx:
                await diary.release(tx.session, *(self.known[_key(one)].id for one in moving))
                for one in moving:
                    told.append((one, await self._one(tx, one)))
                if any(line.outcome is not Outcome.MOVED for _, line in told):
                    raise _Undo
            can = [one for one, line in told if line.outcome is Outcome.MOVED]
            if len(can) == len(moving):
                return told
            moving = self._in_each_other_s_way(can)
        return []

    def _in_each_other_s_way(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those of them that each want what another one of them holds."""
        rooms = {room.id: room for room in self.settings.house.rooms}
        takes, holds = {}, {}
        for one in entries:
            known = self.known.get(_key(one))
            if known and known.state in HOLDING and known.line.room in rooms:
                takes[one] = rooms[room_of(self.settings.house, one.place, self.cmd.room)], one.span
                holds[one] = rooms[known.line.room], known.span
        while True:
            waiting = {
                one: wish for one, wish in takes.items()
                if any(other is not one and _meet(wish, holds[other]) for other in takes)
            }  # fmt: skip
            if len(waiting) == len(takes):
                return list(takes)
            takes = waiting

    async def _one(self, tx: Tx, entry: Entry) -> Line:
        """Follow one occurrence. A use case refuses before it writes, so the others go on."""
        known = self.known.get(_key(entry))
        line = Line(
            outcome=Outcome.UNCHANGED, uid=entry.uid, recurrence=entry.recurrence, title=entry.title,
            starts_at=entry.span.starts_at, ends_at=entry.span.ends_at, reservation_id=known.id if known else None,
        )  # fmt: skip
        try:
            return await self._follow(tx, entry, known, line)
        except NotUnderstood as odd:
            return replace(line, outcome=Outcome.NOT_UNDERSTOOD, code=odd.code, reason=WHY[odd.code])
        except Refused as refusal:
            instead = refusal.extra.get("alternatives", [])
            return replace(
                line, outcome=Outcome.REFUSED, code=refusal.code, reason=refusal.reason, alternatives=instead
            )  # fmt: skip

    async def _follow(self, tx: Tx, entry: Entry, known: Known | None, line: Line) -> Line:
        cmd, settings = self.cmd, self.settings
        if entry.cancelled:
            if known is None or known.state not in HOLDING:
                return line
            cancel = CancelReservation(reservation_id=known.id, organisation=cmd.organisation)
            gone = await cancel_reservation(tx, cancel)
            await self._remember(tx, entry, gone.id, {}, gone)
            return replace(line, outcome=Outcome.CANCELLED, room=gone.room)
        room = room_of(settings.house, entry.place, cmd.room)
        title = {"fr": entry.title} if entry.title else None
        asked = {
            "room": room, "starts_at": entry.span.starts_at.isoformat(), "ends_at": entry.span.ends_at.isoformat(),
            "people": cmd.people, "title": title,
        }  # fmt: skip
        line = replace(line, room=room)
        if known and known.asked == asked:
            return line
        wish: dict[str, Any] = {
            "organisation": cmd.organisation, "span": entry.span, "room": room, "people": cmd.people, "title": title,
        }  # fmt: skip
        if known and known.state in HOLDING:
            made = await move_reservation(tx, settings, MoveReservation(reservation_id=known.id, **wish))
            id, outcome = known.id, Outcome.MOVED
        else:
            made = await reserve_room(tx, settings, ReserveRoom(**wish))
            id, outcome = made.id, Outcome.TAKEN
        if made.state == State.ASKED:
            outcome = Outcome.ASKED
        await self._remember(tx, entry, id, asked, made)
        return replace(line, outcome=outcome, reservation_id=id)

    async def _remember(self, tx: Tx, entry: Entry, id: UUID, asked: dict[str, Any], made: Reservation) -> None:
        if self.carried:
            self.carried.ids |= {id, made.id}
        key = {"organisation": self.cmd.organisation, "uid": entry.uid, "recurrence": entry.recurrence}
        now_it_is = {"reservation_id": id, "asked": asked, "imported_at": now()}
        row = insert(ImportedEvent).values(**key, **now_it_is)
        await tx.session.execute(row.on_conflict_do_update(index_elements=list(key), set_=now_it_is))


def _key(entry: Entry) -> tuple[str, str]:
    return entry.uid, entry.recurrence


def _meet(one: tuple[Room, Span], other: tuple[Room, Span]) -> bool:
    return bool(one[0].spaces & other[0].spaces) and blocked(*one).overlaps(blocked(*other))


def _not_understood(odd: Odd) -> Line:
    return Line(
        outcome=Outcome.NOT_UNDERSTOOD, uid=odd.uid, title=odd.title, starts_at=odd.at, code=odd.code,
        reason=WHY[odd.code],
    )  # fmt: skip
