"""Free the rooms that were held and not confirmed in time."""

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import select

from booking import diary
from booking.tables import Reservation, State
from booking.telling import tell_expired


async def expire_holds(tx: Tx) -> bool:
    """The hold that is longest overdue; False when there is none. Run by a timer, by as many services as there are.

    One that somebody else is working on (expiring, giving back, confirming too late) is skipped, and seen next time.
    """
    due = select(Reservation).where(Reservation.state == State.HELD, Reservation.held_until <= now())
    oldest = due.order_by(Reservation.held_until).limit(1).with_for_update(skip_locked=True)
    reservation = await tx.session.scalar(oldest)
    if reservation is None or reservation.slot is None:
        return False
    await diary.release(tx.session, reservation.id)
    reservation.state = State.EXPIRED
    reservation.held_until = None
    tell_expired(tx, reservation, reservation.slot)
    return True
