"""What booking says: each event made from a row, with the row's next version as its sequence."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ronde.database import Tx
from ronde_contracts.booking import (
    Occurrence,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationExpired,
    ReservationHeld,
    ReservationMoved,
    ReservationRefused,
    SeriesCancelled,
    SeriesChanged,
    SeriesConfirmed,
)
from ronde_contracts.event import Event, Slot

from booking.tables import Reservation, Series


def tell_confirmed(tx: Tx, reservation: Reservation, slot: Slot) -> None:
    _tell(tx, reservation, ReservationConfirmed(**_about(reservation), **dict(slot)))


def tell_moved(tx: Tx, reservation: Reservation, slot: Slot, previous: Slot) -> None:
    _tell(tx, reservation, ReservationMoved(**_about(reservation), **dict(slot), previous=previous))


def tell_cancelled(tx: Tx, reservation: Reservation, freed: Slot | None) -> None:
    _tell(tx, reservation, ReservationCancelled(**_about(reservation), freed=freed))


def tell_held(tx: Tx, reservation: Reservation, slot: Slot, until: datetime) -> None:
    _tell(tx, reservation, ReservationHeld(**_about(reservation), **dict(slot), held_until=until))


def tell_expired(tx: Tx, reservation: Reservation, freed: Slot) -> None:
    _tell(tx, reservation, ReservationExpired(**_about(reservation), freed=freed))


def tell_refused(tx: Tx, reservation: Reservation, refusal: dict[str, Any], kept: Slot | None) -> None:
    """`refusal` has the event's asked, code, reason and alternatives."""
    _tell(tx, reservation, ReservationRefused(**_about(reservation), **refusal, kept=kept))


def tell_series_confirmed(tx: Tx, series: Series, held: Sequence[Reservation]) -> None:
    _tell_series(tx, series, SeriesConfirmed(**_about_series(series, held)))


def tell_series_changed(tx: Tx, series: Series, held: Sequence[Reservation], freed: Sequence[Slot]) -> None:
    _tell_series(tx, series, SeriesChanged(**_about_series(series, held), freed=tuple(freed)))


def tell_series_cancelled(tx: Tx, series: Series, held: Sequence[Reservation], freed: Sequence[Slot]) -> None:
    _tell_series(tx, series, SeriesCancelled(**_about_series(series, held), freed=tuple(freed)))


def _about_series(series: Series, held: Sequence[Reservation]) -> dict[str, Any]:
    """`held`: all that it holds now, and what took place."""
    return {
        "series_id": series.id,
        "reference": series.reference,
        "organisation": series.organisation,
        "title": series.title,
        "rule": series.rule,
        "zone": series.zone,
        "occurrences": tuple(
            Occurrence(
                **dict(one.slot),
                day=one.occurrence,
                reservation_id=one.id,
                title=one.title if one.title != series.title else None,
            )
            for one in held
            if one.slot is not None and one.occurrence is not None
        ),
    }


def _tell_series(tx: Tx, series: Series, event: Event) -> None:
    series.version += 1
    tx.publish(event, sequence=series.version)


def _about(reservation: Reservation) -> dict[str, Any]:
    return {
        "reservation_id": reservation.id,
        "reference": reservation.reference,
        "organisation": reservation.organisation,
        "session_id": reservation.session_id,
        "request_id": reservation.request_id,
        "for_family": reservation.for_family,
    }


def _tell(tx: Tx, reservation: Reservation, event: Event) -> None:
    reservation.version += 1
    tx.publish(event, sequence=reservation.version)
