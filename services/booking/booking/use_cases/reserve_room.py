"""Reserve a room, or say why not and what instead."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx

from booking import diary
from booking.finding import asked_before
from booking.rules import Span, Wish
from booking.settings import Settings
from booking.tables import Reservation
from booking.telling import tell_confirmed


@dataclass(frozen=True, kw_only=True)
class ReserveRoom:
    """`room` None: the best that is free. A session keeps one reservation, whatever became of its earlier requests.

    So does a request that a partner's program made under an id of its own.
    """

    organisation: str
    span: Span
    people: int
    room: str | None = None
    title: dict[str, str] | None = None
    session_id: UUID | None = None
    request_id: UUID | None = None


async def reserve_room(tx: Tx, settings: Settings, cmd: ReserveRoom) -> Reservation:
    """Raises UnknownRoom, InThePast, RoomTooSmall, RoomClosed, RoomTaken: each with alternatives."""
    earlier = await asked_before(tx.session, cmd.organisation, cmd.session_id, cmd.request_id)
    reservation = earlier or Reservation.new(cmd.organisation, cmd.session_id, cmd.request_id)
    slot = await diary.take(tx.session, settings, reservation.id, Wish(cmd.room, cmd.span, cmd.people))
    reservation.hold(slot, people=cmd.people, title=cmd.title)
    tx.session.add(reservation)
    tell_confirmed(tx, reservation, slot)
    return reservation
