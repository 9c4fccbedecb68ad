"""Give a room back."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import select

from booking import consulting, diary
from booking.finding import their_own
from booking.refusals import InThePast
from booking.tables import Reservation, State
from booking.telling import tell_cancelled


@dataclass(frozen=True, kw_only=True)
class CancelReservation:
    """`session_id` is the session that says so; None when a person or a program asks at the door."""

    reservation_id: UUID
    organisation: str
    session_id: UUID | None = None


async def cancel_reservation(tx: Tx, cmd: CancelReservation) -> Reservation:
    """Cancelling again, or what expired, changes nothing and says nothing.

    What is asked in order to move a reservation is withdrawn: this gives the reservation, which stays where it is.
    Raises InThePast once it is over, and whose it is.
    """
    moves = await tx.session.scalar(select(Reservation.moves).filter_by(id=cmd.reservation_id))
    reservation = await their_own(tx.session, moves or cmd.reservation_id, cmd.organisation, cmd.session_id)
    if moves:
        await consulting.withdraw(tx, reservation)
        return reservation
    if reservation.state in (State.CANCELLED, State.EXPIRED):
        return reservation
    freed = reservation.slot if reservation.state != State.REFUSED else None  # then others may have it
    if freed is not None and freed.ends_at <= now():
        raise InThePast
    await consulting.withdraw(tx, reservation)
    await diary.release(tx.session, reservation.id)
    reservation.state = State.CANCELLED
    reservation.refusal = reservation.refused_at = reservation.held_until = reservation.consent_id = None
    tell_cancelled(tx, reservation, freed)
    return reservation
