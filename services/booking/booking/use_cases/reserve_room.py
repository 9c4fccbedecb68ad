"""Reserve a room, or say why not and what instead."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx

from booking import diary
from booking.finding import of_session
from booking.rules import Span, Wish
from booking.settings import Settings
from booking.tables import Reservation
from booking.telling import tell_confirmed


@dataclass(frozen=True, kw_only=True)
class ReserveRoom:
    """`room` None: the best that is free. A session keeps one reservation, whatever became of its earlier requests."""

    organisation: str
    span: Span
    people: int
    room: str | None = None
    title: dict[str, str] | None = None
    session_id: UUID | None = None


async def reserve_room(tx: Tx, settings: Settings, cmd: ReserveRoom) -> Reservation:
    """Raises UnknownRoom, InThePast, RoomTooSmall, RoomClosed, RoomTaken: each with alternatives."""
    earlier = await of_session(tx.session, cmd.organisation, cmd.session_id) if cmd.session_id else None
    reservation = earlier or Reservation.new(cmd.organisation, cmd.session_id)
    slot = await diary.take(tx.session, settings, reservation.id, Wish(cmd.room, cmd.span, cmd.people))
    reservation.hold(slot, people=cmd.people, title=cmd.title)
    tx.session.add(reservation)
    tell_confirmed(tx, reservation, slot)
    return reservation
