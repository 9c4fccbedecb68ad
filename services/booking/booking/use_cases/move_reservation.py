"""Move a reservation to another time or room; when that is impossible it keeps what it has."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.event import Slot

from booking import consulting, diary
from booking.finding import their_own
from booking.granting import grant, grant_move
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

    What is confirmed and would go over the charter keeps its slot while they are asked: this gives the row that keeps
    the other slot meanwhile, which `moves` it. Raises what reserve_room does, and whose it is.
    """
    reservation = await their_own(tx.session, cmd.reservation_id, cmd.organisation, cmd.session_id)
    previous, asked = reservation.slot, reservation.state == State.ASKED
    if reservation.state not in (State.CONFIRMED, State.ASKED) or previous is None:
        raise NothingToMove
    people = cmd.people or reservation.people or 1
    title = cmd.title or reservation.title
    wish = Wish(cmd.room, cmd.span, people)

    pending = None if asked else await consulting.moving(tx.session, reservation)
    if pending and pending.slot and _already_has(settings, pending.slot, wish):
        pending.people, pending.title = people, title
        return pending
    if _already_has(settings, previous, wish):
        if pending:
            await consulting.withdraw(tx, reservation)
        refused_before = reservation.refusal is not None
        if asked:
            reservation.people, reservation.title = people, title
            reservation.refusal = reservation.refused_at = None
            return reservation
        reservation.hold(previous, people=people, title=title)
        if refused_before:  # the last thing said was no, and it asks again for what it kept
            tell_confirmed(tx, reservation, previous)
        return reservation

    if previous.starts_at <= now():
        raise InThePast
    successor = None if asked else reservation.successor()
    async with tx.session.begin_nested():  # refused, it holds what it held, and asks for what it asked for
        if pending:
            await diary.release(tx.session, pending.id)
        if successor:
            granted = await grant_move(tx.session, settings, reservation, successor, wish)
        else:
            granted = await grant(tx.session, settings, reservation, wish, prefer=previous.room)
    if asked or pending:
        await consulting.withdraw(tx, reservation)
    if granted.over:
        return consulting.ask(
            tx, reservation, granted.slot, granted.over, people=people, title=title, successor=successor
        )  # fmt: skip
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
