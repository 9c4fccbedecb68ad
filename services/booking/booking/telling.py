"""What booking says: each event made from a row, with the row's next version as its sequence."""

from typing import Any

from ronde.database import Tx
from ronde_contracts.booking import ReservationCancelled, ReservationConfirmed, ReservationMoved, ReservationRefused
from ronde_contracts.event import Event, Slot

from booking.tables import Reservation


def tell_confirmed(tx: Tx, reservation: Reservation, slot: Slot) -> None:
    _tell(tx, reservation, ReservationConfirmed(**_about(reservation), **dict(slot)))


def tell_moved(tx: Tx, reservation: Reservation, slot: Slot, previous: Slot) -> None:
    _tell(tx, reservation, ReservationMoved(**_about(reservation), **dict(slot), previous=previous))


def tell_cancelled(tx: Tx, reservation: Reservation, freed: Slot | None) -> None:
    _tell(tx, reservation, ReservationCancelled(**_about(reservation), freed=freed))


def tell_refused(tx: Tx, reservation: Reservation, refusal: dict[str, Any], kept: Slot | None) -> None:
    """`refusal` has the event's asked, code, reason and alternatives."""
    _tell(tx, reservation, ReservationRefused(**_about(reservation), **refusal, kept=kept))


def _about(reservation: Reservation) -> dict[str, Any]:
    return {
        "reservation_id": reservation.id,
        "reference": reservation.reference,
        "organisation": reservation.organisation,
        "session_id": reservation.session_id,
    }


def _tell(tx: Tx, reservation: Reservation, event: Event) -> None:
    reservation.version += 1
    tx.publish(event, sequence=reservation.version)
