"""Silence is consent: what nobody objected to in time is confirmed."""

from ronde.clock import now
from ronde.database import Tx
from ronde.house import House
from sqlalchemy import select

from booking import outcomes
from booking.charter_tables import Answered, Consent
from booking.tables import Reservation, Series


async def settle_consents(tx: Tx, house: House) -> bool:
    """The one that is longest due; False when there is none. Run by a timer, by as many services as there are.

    One that somebody is answering or withdrawing is skipped, and seen next time.
    """
    due = (
        select(Consent).where(Consent.state == Answered.ASKED, Consent.until <= now()).order_by(Consent.until).limit(1)
    )
    series = due.join(Series, Series.id == Consent.series_id).with_for_update(of=Series, skip_locked=True)
    alone = due.join(Reservation, Reservation.id == Consent.reservation_id).where(Consent.series_id.is_(None))
    for oldest in (series, alone.with_for_update(of=Reservation, skip_locked=True)):
        if (known := await tx.session.scalar(oldest)) is not None:
            consent = await outcomes.locked(tx, known)
            if consent.state == Answered.ASKED:  # it may have had its outcome just before
                await outcomes.give(tx, house, consent)
            return True
    return False
