"""What an organisation's earlier imports became, and the place in the queue to change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ronde.clock import now
from ronde.house import House
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets, diary
from booking.importing.planning import Entry
from booking.importing.report import Import, Line, Outcome
from booking.rules import Span
from booking.tables import ImportedEvent, Reservation, State

ONE_AFTER_THE_OTHER = text("SELECT pg_advisory_xact_lock(hashtext('ronde imports'), hashtext(:organisation))")
NOBODY = UUID(int=0)
HOLDING = (State.CONFIRMED, State.ASKED)
CALLED = text("""
    UPDATE imported_events SET recurrence = :new
    WHERE organisation = :organisation AND uid = :uid AND recurrence = :old AND NOT EXISTS (
        SELECT FROM imported_events WHERE organisation = :organisation AND uid = :uid AND recurrence = :new
    )
""")
Key = tuple[str, str]
"""An event's UID, and which of its occurrences."""


@dataclass(frozen=True)
class Known:
    """What became of one: its reservation, as it is now, and what the planning said when it was last followed."""

    id: UUID
    state: State
    asked: dict[str, Any]
    span: Span
    line: Line


async def look(session: AsyncSession, house: House, cmd: Import) -> dict[Key, Known]:
    """What is to come of it. Everything that could be taken is waited for in one order:

    rows, then the organisation's hours, then all spaces by number. Nobody else takes them in another.
    """
    await session.execute(ONE_AFTER_THE_OTHER, {"organisation": cmd.organisation})
    rows = await session.execute(
        select(ImportedEvent.uid, ImportedEvent.recurrence, ImportedEvent.asked, Reservation.id, Reservation.state,
               Reservation.room, Reservation.starts_at, Reservation.ends_at, Reservation.title)
        .join(Reservation, Reservation.id == ImportedEvent.reservation_id)
        .where(ImportedEvent.organisation == cmd.organisation, Reservation.starts_at > now())
        .order_by(Reservation.id)
        .with_for_update(of=Reservation)
    )  # fmt: skip
    found: dict[Key, Known] = {}
    for uid, recurrence, asked, id, state, room, starts_at, ends_at, title in rows:
        line = Line(
            outcome=Outcome.ABSENT, uid=uid, recurrence=recurrence, title=(title or {}).get("fr"), room=room,
            starts_at=starts_at, ends_at=ends_at, reservation_id=id,
        )  # fmt: skip
        found[uid, recurrence] = Known(id, state, asked, Span(starts_at, ends_at), line)
    for (uid, old), new in renamed(found, cmd.planning.entries, house.timezone).items():
        asked = {"organisation": cmd.organisation, "uid": uid, "old": old, "new": new}
        await session.execute(CALLED, asked)
        known = found.pop((uid, old))
        found[uid, new] = replace(known, line=replace(known.line, recurrence=new))
    await budgets.queue(session, cmd.organisation)
    spaces = sorted(set[int]().union(*(room.spaces for room in house.rooms)))
    await session.execute(diary.QUEUE, {"spaces": spaces, "id": NOBODY})
    return found


def renamed(known: Mapping[Key, Known], entries: Sequence[Entry], zone: ZoneInfo) -> dict[Key, str]:
    """What the planning now calls otherwise: an event that came once and recurs since then, or the other way round.

    It is the occurrence of its own day; when there is none, an event that recurs now began with it.
    """
    there = {(one.uid, one.recurrence) for one in entries}
    found: dict[Key, str] = {}
    for uid, new in sorted(there - known.keys()):
        if new and (once := known.get((uid, ""))) and (uid, "") not in there and "starts_at" in once.asked:
            day = datetime.fromisoformat(once.asked["starts_at"]).astimezone(zone).date().isoformat()
            if (uid, day) == (uid, new) or ((uid, day) not in there and (uid, "") not in found):
                found[uid, ""] = new
    for one in entries:
        day = one.span.starts_at.astimezone(zone).date().isoformat()
        if not one.recurrence and (one.uid, "") not in known and (one.uid, day) in known:
            found[one.uid, day] = ""
    return found
