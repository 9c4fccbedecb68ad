"""What a partner and booking say about a session, in the order in which they say it."""

from datetime import datetime
from typing import Any

from ronde.ids import new_id
from ronde_contracts.booking import (
    Asked,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationMoved,
    ReservationRefused,
)
from ronde_contracts.event import Event, Slot
from ronde_contracts.partners import SessionCancelled, SessionChanged, SessionPlanned

from enrolment.testing.desk import HOUR, ORGANISER, Desk, in_days

MONDAY, TUESDAY = in_days(10), in_days(11)
ROOM = {"room": "salle-motricite", "room_name": "Salle de motricité"}


class Said:
    """What a partner and booking say about one session, in the order in which they say it."""

    def __init__(self) -> None:
        self.session_id = new_id()
        self._reservation = {
            "reservation_id": new_id(),
            "reference": "R-7K3QX9",
            "organisation": ORGANISER,
            "session_id": self.session_id,
        }

    def _plan(self, title: str, starts_at: datetime, places: int, **more: Any) -> dict[str, Any]:
        return {
            "session_id": self.session_id,
            "title": {"fr": title},
            "starts_at": starts_at,
            "ends_at": starts_at + HOUR,
            "people": 20,
            "places": places,
            **more,
        }

    def planned(self, starts_at: datetime = MONDAY, places: int = 8) -> SessionPlanned:
        return SessionPlanned(**self._plan("Éveil", starts_at, places))

    def changed(self, starts_at: datetime, title: str = "Éveil", places: int = 8, **more: Any) -> SessionChanged:
        return SessionChanged(**self._plan(title, starts_at, places, **more))

    def cancelled(self) -> SessionCancelled:
        return SessionCancelled(session_id=self.session_id, reason={"fr": "L'animatrice est absente."})

    def confirmed(self, starts_at: datetime = MONDAY) -> ReservationConfirmed:
        return ReservationConfirmed(**self._reservation, **ROOM, starts_at=starts_at, ends_at=starts_at + HOUR)

    def moved(self, starts_at: datetime, was: datetime = MONDAY) -> ReservationMoved:
        previous = Slot(**ROOM, starts_at=was, ends_at=was + HOUR)
        return ReservationMoved(
            **self._reservation, **ROOM, starts_at=starts_at, ends_at=starts_at + HOUR, previous=previous
        )

    def refused(self, kept: datetime | None = None) -> ReservationRefused:
        return ReservationRefused(
            **self._reservation,
            asked=Asked(room=None, starts_at="mardi", ends_at="mardi", people=20),
            code="room-taken",
            reason={"fr": "La salle est prise.", "en": "The room is taken."},
            alternatives=(Slot(**ROOM, starts_at=TUESDAY, ends_at=TUESDAY + HOUR),),
            kept=Slot(**ROOM, starts_at=kept, ends_at=kept + HOUR) if kept else None,
        )

    def given_back(self) -> ReservationCancelled:
        return ReservationCancelled(**self._reservation)


async def hear(desk: Desk, *said: tuple[int, Event]) -> None:
    for sequence, event in said:
        producer = "booking" if event.routing_key.startswith("booking") else ORGANISER
        await desk.hear(event, sequence=sequence, producer=producer)
