"""A desk at which rooms are asked for, on a real database, and days that are surely open."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Database
from ronde.house import House
from sqlalchemy import text

from booking.rules import Span
from booking.series.finding import Which
from booking.series.recurrence import Recurrence
from booking.settings import Settings
from booking.tables import Reservation, Series
from booking.use_cases.cancel_reservation import CancelReservation, cancel_reservation
from booking.use_cases.cancel_series import CancelSeries, cancel_series
from booking.use_cases.change_series import Changed, ChangeSeries, change_series
from booking.use_cases.move_reservation import MoveReservation, move_reservation
from booking.use_cases.put_back_date import PutBackDate, put_back_date
from booking.use_cases.reserve_room import ReserveRoom, reserve_room
from booking.use_cases.reserve_series import Reserved, ReserveSeries, reserve_series

SAID = text("SELECT type, convert_from(body, 'UTF8') FROM outbox ORDER BY position")
HELD = text("SELECT space, during FROM occupancies WHERE reservation_id = :id ORDER BY space")


class OpenDay:
    """A weekday more than a week away on which the house is open: `day.at("9:00", "11:00")` by its wall clock."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.date: date = next(
            day for n in range(8, 99) if house.opening(day := now().date() + timedelta(days=n)) and day.weekday() < 5
        )

    def at(self, begins: str, ends: str) -> Span:
        return Span(self._moment(begins), self._moment(ends))

    def _moment(self, clock: str) -> datetime:
        hour, minute = map(int, clock.split(":"))
        return datetime.combine(self.date, time(hour, minute), self._house.timezone).astimezone(UTC)


@dataclass
class Desk:
    """Each method is one transaction, as at the doors."""

    db: Database
    settings: Settings
    organisation: str = "bottines"

    async def reserve(self, room: str | None, span: Span, people: int = 6, **more: Any) -> Reservation:
        async with self.db.transaction() as tx:
            cmd = ReserveRoom(room=room, span=span, people=people, **{"organisation": self.organisation, **more})
            return await reserve_room(tx, self.settings, cmd)

    async def move(self, id: UUID, span: Span, **more: Any) -> Reservation:
        async with self.db.transaction() as tx:
            cmd = MoveReservation(reservation_id=id, span=span, **{"organisation": self.organisation, **more})
            return await move_reservation(tx, self.settings, cmd)

    async def cancel(self, id: UUID, **more: Any) -> Reservation:
        async with self.db.transaction() as tx:
            cmd = CancelReservation(reservation_id=id, **{"organisation": self.organisation, **more})
            return await cancel_reservation(tx, cmd)

    async def reserve_series(
        self, rule: str, first: date, room: str = "cuisine", starts: str = "09:00", ends: str = "11:00", **more: Any
    ) -> Reserved:
        recurrence = Recurrence(
            rule=rule,
            first=first,
            starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends),
            without=more.pop("without", frozenset()),
        )
        async with self.db.transaction() as tx:
            given = {"organisation": self.organisation, "people": 6, **more}
            return await reserve_series(tx, self.settings, ReserveSeries(room=room, recurrence=recurrence, **given))

    async def change_series(self, id: UUID, which: Which, day: date | None = None, **more: Any) -> Changed:
        async with self.db.transaction() as tx:
            given = {"organisation": self.organisation, **more}
            return await change_series(tx, self.settings, ChangeSeries(series_id=id, which=which, day=day, **given))

    async def cancel_series(self, id: UUID, which: Which, day: date | None = None, **more: Any) -> Series:
        async with self.db.transaction() as tx:
            given = {"organisation": self.organisation, **more}
            return await cancel_series(tx, CancelSeries(series_id=id, which=which, day=day, **given))

    async def put_back(self, id: UUID, day: date, **more: Any) -> Reservation:
        async with self.db.transaction() as tx:
            given = {"organisation": self.organisation, **more}
            return await put_back_date(tx, self.settings, PutBackDate(series_id=id, day=day, **given))

    async def said(self) -> list[tuple[str, int, dict[str, Any]]]:
        """What booking said so far, in order: type without its version, sequence, data."""
        async with self.db.reading() as session:
            rows = await session.execute(SAID)
            envelopes = [(type.removesuffix(".v1"), json.loads(body)) for type, body in rows]
        return [(type, int(envelope["sequence"]), envelope["data"]) for type, envelope in envelopes]

    async def holds(self, id: UUID) -> list[int]:
        """The spaces that it takes."""
        async with self.db.reading() as session:
            return list(await session.scalars(HELD, {"id": id}))
