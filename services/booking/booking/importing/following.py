"""Following a planning: each occurrence takes the path of every other request, and is told apart in the report."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Database, Tx
from ronde.refusal import Refused
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from booking import budgets, diary
from booking.importing.places import room_of
from booking.importing.planning import Entry, Odd, read
from booking.importing.refusals import WHY, NotUnderstood
from booking.importing.report import Import, Line, Outcome, Report
from booking.refusals import RoomTaken, UnknownRoom
from booking.settings import Settings
from booking.tables import ImportedEvent, Reservation, State
from booking.use_cases.cancel_reservation import CancelReservation, cancel_reservation
from booking.use_cases.move_reservation import MoveReservation, move_reservation
from booking.use_cases.reserve_room import ReserveRoom, reserve_room

ONE_AFTER_THE_OTHER = text("SELECT pg_advisory_xact_lock(hashtext('ronde imports'), hashtext(:organisation))")
NOBODY = UUID(int=0)
HOLDING = (State.CONFIRMED, State.ASKED)


@dataclass(frozen=True)
class _Known:
    id: UUID
    state: State
    asked: dict[str, Any]
    line: Line


async def understood(settings: Settings, organisation: str, calendar: str, room: str | None, people: int) -> Import:
    """Read beside the other requests: a long planning takes a while. Raises NotACalendar, TooManyOccurrences."""
    at = now()
    until = at + timedelta(days=settings.calendar_days_ahead)
    planning = await to_thread(read, calendar, settings.house.timezone, now=at, until=until)
    return Import(organisation=organisation, planning=planning, room=room, people=people)


class _Undo(Exception):
    """Ends a trial."""


async def tried(db: Database, settings: Settings, cmd: Import) -> Report:
    """What following would do: it is done, and undone. So the trial cannot tell another story than the import."""
    found: list[Report] = []
    try:
        async with db.transaction() as tx:
            found.append(await followed(tx, settings, cmd))
            raise _Undo
    except _Undo:
        new = (Outcome.TAKEN, Outcome.ASKED)
        lines = (replace(line, reservation_id=None) if line.outcome in new else line for line in found[0].lines)
        return Report(tuple(lines), found[0].past)


async def followed(tx: Tx, settings: Settings, cmd: Import) -> Report:
    """Takes what is free and tells why the rest is not. Following the same planning again changes nothing.

    Raises UnknownRoom.
    """
    if cmd.room is not None and cmd.room not in {room.id for room in settings.house.rooms}:
        raise UnknownRoom
    known = await _wait_and_look(tx, settings, cmd.organisation)
    told: dict[tuple[str, str], Line] = {}
    waiting: Sequence[Entry] = sorted(cmd.planning.entries, key=lambda one: not one.cancelled)
    while waiting:  # who waits for a slot that another event of the planning leaves has it in the next round
        lines = [(one, await _one(tx, settings, cmd, one, known.get((one.uid, one.recurrence)))) for one in waiting]
        told |= {(one.uid, one.recurrence): line for one, line in lines}
        left = any(line.outcome in (Outcome.MOVED, Outcome.ASKED, Outcome.CANCELLED) for _, line in lines)
        waiting = [one for one, line in lines if left and line.code == RoomTaken.code]
    odd = [_not_understood(one) for one in cmd.planning.odd]
    unread = {one.uid for one in cmd.planning.odd}
    absent = [one.line for key, one in known.items()
              if key not in told and key[0] not in unread and one.state in HOLDING]  # fmt: skip
    found = sorted((*told.values(), *absent), key=lambda line: (line.starts_at or now(), line.uid or ""))
    return Report((*found, *odd), cmd.planning.past)


async def _wait_and_look(tx: Tx, settings: Settings, organisation: str) -> dict[tuple[str, str], _Known]:
    """What earlier imports became, that is to come. Everything that could be taken is waited for in one order:

    rows, then the organisation's hours, then all spaces by number. Nobody else takes them in another.
    """
    session = tx.session
    await session.execute(ONE_AFTER_THE_OTHER, {"organisation": organisation})
    rows = await session.execute(
        select(ImportedEvent.uid, ImportedEvent.recurrence, ImportedEvent.asked, Reservation.id, Reservation.state,
               Reservation.room, Reservation.starts_at, Reservation.ends_at, Reservation.title)
        .join(Reservation, Reservation.id == ImportedEvent.reservation_id)
        .where(ImportedEvent.organisation == organisation, Reservation.starts_at > now())
        .order_by(Reservation.id)
        .with_for_update(of=Reservation)
    )  # fmt: skip
    found = {}
    for uid, recurrence, asked, id, state, room, starts_at, ends_at, title in rows:
        line = Line(
            outcome=Outcome.ABSENT, uid=uid, recurrence=recurrence, title=(title or {}).get("fr"), room=room,
            starts_at=starts_at, ends_at=ends_at, reservation_id=id,
        )  # fmt: skip
        found[uid, recurrence] = _Known(id, state, asked, line)
    await budgets.queue(session, organisation)
    spaces = sorted(set[int]().union(*(room.spaces for room in settings.house.rooms)))
    await session.execute(diary.QUEUE, {"spaces": spaces, "id": NOBODY})
    return found


async def _one(tx: Tx, settings: Settings, cmd: Import, entry: Entry, known: _Known | None) -> Line:
    """Follow one occurrence. A use case refuses before it writes, so the others go on."""
    line = Line(
        outcome=Outcome.UNCHANGED, uid=entry.uid, recurrence=entry.recurrence, title=entry.title,
        starts_at=entry.span.starts_at, ends_at=entry.span.ends_at, reservation_id=known.id if known else None,
    )  # fmt: skip
    try:
        return await _follow(tx, settings, cmd, entry, known, line)
    except NotUnderstood as odd:
        return replace(line, outcome=Outcome.NOT_UNDERSTOOD, code=odd.code, reason=WHY[odd.code])
    except Refused as refusal:
        instead = refusal.extra.get("alternatives", [])
        return replace(
            line, outcome=Outcome.REFUSED, code=refusal.code, reason=refusal.reason, alternatives=instead
        )  # fmt: skip


async def _follow(
    tx: Tx, settings: Settings, cmd: Import, entry: Entry, known: _Known | None, line: Line
) -> Line:  # fmt: skip
    if entry.cancelled:
        if known is None or known.state not in HOLDING:
            return line
        gone = await cancel_reservation(tx, CancelReservation(reservation_id=known.id, organisation=cmd.organisation))
        await _remember(tx, cmd, entry, gone.id, {})
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
        "organisation": cmd.organisation,
        "span": entry.span,
        "room": room,
        "people": cmd.people,
        "title": title,
    }
    if known and known.state in HOLDING:
        made = await move_reservation(tx, settings, MoveReservation(reservation_id=known.id, **wish))
        outcome = Outcome.MOVED
    else:
        made = await reserve_room(tx, settings, ReserveRoom(**wish))
        outcome = Outcome.TAKEN
    if made.state == State.ASKED:
        outcome = Outcome.ASKED
    await _remember(tx, cmd, entry, made.id, asked)
    return replace(line, outcome=outcome, reservation_id=made.id)


async def _remember(tx: Tx, cmd: Import, entry: Entry, reservation_id: UUID, asked: dict[str, Any]) -> None:
    key = {"organisation": cmd.organisation, "uid": entry.uid, "recurrence": entry.recurrence}
    now_it_is = {"reservation_id": reservation_id, "asked": asked, "imported_at": now()}
    row = insert(ImportedEvent).values(**key, **now_it_is)
    await tx.session.execute(row.on_conflict_do_update(index_elements=list(key), set_=now_it_is))


def _not_understood(odd: Odd) -> Line:
    return Line(
        outcome=Outcome.NOT_UNDERSTOOD, uid=odd.uid, title=odd.title, starts_at=odd.at, code=odd.code,
        reason=WHY[odd.code],
    )  # fmt: skip
