"""Silence is consent: what nobody objected to in time is confirmed."""

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import select

from booking import consulting
from booking.charter_tables import Answered, Consent
from booking.tables import Reservation, State


async def settle_consents(tx: Tx) -> bool:
    """The one that is longest due; False when there is none. Run by a timer, by as many services as there are.

    One that somebody is answering or withdrawing is skipped, and seen next time.
    """
    due = select(Reservation).join(Consent, Consent.reservation_id == Reservation.id)
    due = due.where(Reservation.state == State.ASKED, Consent.state == Answered.ASKED, Consent.until <= now())
    oldest = due.order_by(Consent.until).limit(1).with_for_update(of=Reservation, skip_locked=True)
    reservation = await tx.session.scalar(oldest)
    if reservation is None:
        return False
    consent = await consulting.asked_for(tx, reservation)
    if consent.until <= now():  # what was due may have been withdrawn just before, and something else asked
        consulting.give(tx, consent, reservation)
    return True
