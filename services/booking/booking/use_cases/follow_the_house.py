"""A room was divided, or two were joined, in the house file: reservations to come take the spaces that it has now."""

from datetime import datetime
from uuid import UUID

from ronde.database import Tx
from ronde.telemetry import log
from sqlalchemy import text

from booking import diary
from booking.rules import Span
from booking.settings import Settings

# Locked, so that a move or a cancellation meanwhile waits, and is not undone.
TO_COME = text("""
    SELECT id, room, starts_at, ends_at, moves, ARRAY(SELECT space FROM occupancies WHERE reservation_id = id) AS spaces
    FROM reservations WHERE state IN ('confirmed', 'asked', 'held') AND starts_at > :now ORDER BY starts_at FOR UPDATE
""")


async def follow_the_house(tx: Tx, settings: Settings, *, now: datetime) -> list[UUID]:
    """Run when the service starts. Gives those that could not follow, because two were in one space already."""
    rooms = {room.id: room for room in settings.house.rooms}
    stuck = []
    for id, room, starts_at, ends_at, moves, spaces in await tx.session.execute(TO_COME, {"now": now}):
        if room not in rooms or rooms[room].spaces == set(spaces):
            continue
        if not await diary.occupy(tx.session, id, rooms[room], Span(starts_at, ends_at), beside=moves):
            log.error("two reservations share a space since the house file changed", reservation=str(id), room=room)
            stuck.append(id)
    return stuck
