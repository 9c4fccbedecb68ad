"""Move a reservation to another time or room; when that is impossible it keeps what it has."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.event import Slot

from booking import consulting
from booking.finding import their_own
from booking.granting import OverTheCharter, grant
from booking.refusals import InThePast
from booking.rules import Span, Wish
from booking.settings import Settings
from booking.tables import Reservation, State
from booking.telling import tell_confirmed, tell_moved


@dataclass(frozen=True, kw_only=True)
class MoveReservation:
    """`room` None: any that fits, the present one first. `people` and `title` None: as before.

    `session_id` is the session that says so; None when a person or a program asks at the door.
    """

    reservation_id: UUID
    organisation: str
    span: Span
    room: str | None = None
    people: int | None = None
    title: dict[str, str] | None = None
    session_id: UUID | None = None


class NothingToMove(Refused):
    """It holds no room any more."""

    code, status = "nothing-to-move", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette réservation n'a plus de salle : faites-en une nouvelle.",
        "en": "This reservation holds no room any more: make a new one.",
    }


async def move_reservation(tx: Tx, settings: Settings, cmd: MoveReservation) -> Reservation:
    """Says nothing when nothing that others see has changed. What is still asked of the founders is asked anew.

    Raises what reserve_room does, whose it is, and OverTheCharter.
    """
    reservation = await their_own(tx.session, cmd.reservation_id, cmd.organisation, cmd.session_id)
    previous, asked = reservation.slot, reservation.state == State.ASKED
    if reservation.state not in (State.CONFIRMED, State.ASKED) or previous is None:
        raise NothingToMove
    people = cmd.people or reservation.people or 1
    title = cmd.title or reservation.title
    wish = Wish(cmd.room, cmd.span, people)

    if _already_has(settings, previous, wish):
        refused_before = reservation.refusal is not None
        if asked:
            reservation.ask(previous, people=people, title=title)
            return reservation
        reservation.hold(previous, people=people, title=title)
        if refused_before:  # the last thing said was no, and it asks again for what it kept
            tell_confirmed(tx, reservation, previous)
        return reservation

    if previous.starts_at <= now():
        raise InThePast
    async with tx.session.begin_nested():  # refused, it holds what it held
        confirmed = None if asked else previous
        granted = await grant(tx.session, settings, reservation, wish, prefer=previous.room, previous=confirmed)
        if granted.over and not asked:
            raise OverTheCharter(excess=[one.model_dump(mode="json") for one in granted.over.excess])
    if asked:
        await consulting.withdraw(tx, reservation)
    if granted.over:
        reservation.ask(granted.slot, people=people, title=title)
        consulting.ask(tx, reservation, granted.slot, granted.over)
        return reservation
    reservation.hold(granted.slot, people=people, title=title)
    if asked:
        tell_confirmed(tx, reservation, granted.slot)
    else:
        tell_moved(tx, reservation, granted.slot, previous)
    return reservation


def _already_has(settings: Settings, held: Slot, wish: Wish) -> bool:
    """Whether what it holds is what it asks for, in a room that is large enough."""
    capacity = {room.id: room.capacity for room in settings.house.rooms}.get(held.room, 0)
    same_time = (held.starts_at, held.ends_at) == (wish.span.starts_at, wish.span.ends_at)
    return same_time and wish.room in (None, held.room) and wish.people <= capacity
