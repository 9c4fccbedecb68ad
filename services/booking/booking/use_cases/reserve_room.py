"""Reserve a room, or say why not and what instead."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx

from booking.consulting import ask
from booking.finding import asked_before
from booking.granting import grant
from booking.rules import Span, Wish
from booking.settings import Settings
from booking.tables import Reservation
from booking.telling import tell_confirmed


@dataclass(frozen=True, kw_only=True)
class ReserveRoom:
    """`room` None: the best that is free. A session keeps one reservation, whatever became of its earlier requests.

    So does a request that a partner's program made under an id of its own.

    `for_family`: the organisation's staff reserves it for a family.
    """

    organisation: str
    span: Span
    people: int
    room: str | None = None
    title: dict[str, str] | None = None
    session_id: UUID | None = None
    request_id: UUID | None = None
    for_family: bool = False


async def reserve_room(tx: Tx, settings: Settings, cmd: ReserveRoom) -> Reservation:
    """Over the charter, it keeps the slot while the founders are asked.

    Raises UnknownRoom, InThePast, RoomTooSmall, RoomClosed, RoomTaken: each with alternatives.
    """
    earlier = await asked_before(tx.session, cmd.organisation, cmd.session_id, cmd.request_id)
    reservation = earlier or Reservation.new(cmd.organisation, cmd.session_id, cmd.request_id)
    reservation.for_family = cmd.for_family
    granted = await grant(tx.session, settings, reservation, Wish(cmd.room, cmd.span, cmd.people))
    tx.session.add(reservation)
    if granted.over:
        return ask(tx, reservation, granted.slot, granted.over, people=cmd.people, title=cmd.title)
    reservation.hold(granted.slot, people=cmd.people, title=cmd.title)
    tell_confirmed(tx, reservation, granted.slot)
    return reservation
