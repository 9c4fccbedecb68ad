"""A small service for tests and benchmarks of the bus: it consumes planned sessions and writes each effect down."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiormq
import pytest
from pamqp.commands import Basic
from ronde_contracts.booking import ReservationCancelled
from ronde_contracts.partners import SessionCancelled, SessionPlanned
from sqlalchemy import text

from ronde.database import Database, Tx
from ronde.ids import new_id
from ronde.relay import Relay
from ronde.subscriber import Consumers, Received, Subscriptions
from ronde.testing import Amqp, NewDatabase

MIGRATIONS = Path(__file__).parent
QUEUE = "booking.session.planned.v1"
KEY = "relais.session.planned.v1"


def plan(session_id: UUID | None = None, **changes: Any) -> dict[str, Any]:
    """The data of a planned session."""
    return {
        "session_id": str(session_id or new_id()),
        "title": {"fr": "Matinée d'éveil"},
        "starts_at": "2027-01-12T09:00:00+01:00",
        "ends_at": "2027-01-12T11:00:00+01:00",
        "people": 16,
        "places": 8,
        **changes,
    }


def envelope(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A structured CloudEvent around `data`, as the relay's system sends it; a change to None leaves a key out."""
    whole = {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": "/villeurbanne/relais",
        "type": "session.planned.v1",
        "subject": data.get("session_id"),
        "sequence": "0",
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}


class Rig:
    """One service: its database, its relay, its consumers, and a partner who speaks to it."""

    def __init__(self, amqp: Amqp, database_url: str) -> None:
        self.amqp = amqp
        self.url = database_url
        self.db = Database(database_url, house="villeurbanne", service="booking")
        self.relay = Relay(self.db.engine, amqp.url("booking"), user="booking", timeout=3)
        self.handle: Callable[[Tx, Received[SessionPlanned]], Awaitable[None]] = self.write_down
        self.overtaken: Callable[[Tx, Received[SessionPlanned]], Awaitable[None]] | None = None

    async def write_down(self, tx: Tx, event: Received[SessionPlanned]) -> None:
        await tx.session.execute(
            text("INSERT INTO effects (event_id, subject, sequence) VALUES (:id, :subject, :sequence)"),
            {"id": event.id, "subject": event.subject, "sequence": event.sequence},
        )

    @asynccontextmanager
    async def consuming(self, prefetch: int = 20) -> AsyncIterator[Consumers]:
        subscriptions = Subscriptions("booking")

        @subscriptions.on(SessionPlanned)
        async def on_session_planned(tx: Tx, event: Received[SessionPlanned]) -> None:
            await self.handle(tx, event)

        if self.overtaken is not None:
            subscriptions.overtaken(SessionPlanned)(self.overtaken)

        @subscriptions.on(SessionCancelled)
        async def on_session_cancelled(tx: Tx, event: Received[SessionCancelled]) -> None:
            pass  # a second queue, because a real service has several

        consumers = Consumers(subscriptions, self.db, self.amqp.url("booking"), house="villeurbanne", prefetch=prefetch)
        await consumers.start()
        try:
            async with asyncio.timeout(20):
                await consumers.running.wait()
            yield consumers
        finally:
            await consumers.stop()

    async def say(
        self, message: dict[str, Any] | bytes, *, user: str = "relais", key: str = KEY, **properties: Any
    ) -> None:
        """Publish one message as a partner's own program would: AMQP, a JSON body, the user's credentials."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        connection = await aiormq.connect(self.amqp.url(user))
        try:
            channel = await connection.channel()
            defaults = {"content_type": "application/cloudevents+json", "user_id": user, "delivery_mode": 2}
            await channel.basic_publish(
                body,
                exchange="ronde.events",
                routing_key=key,
                properties=Basic.Properties(**{**defaults, **properties}),
            )
        finally:
            await connection.close()

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.db.reading() as session:
            return list(await session.execute(text(sql), values))

    async def effects(self) -> list[UUID]:
        return [id for (id,) in await self.rows("SELECT event_id FROM effects ORDER BY position")]

    async def until(self, sql: str, expected: Any, within: float = 15, **values: Any) -> None:
        """Wait until a query's single value is `expected`; fails with the last value seen."""
        seen = None
        try:
            async with asyncio.timeout(within):
                while (seen := (await self.rows(sql, **values))[0][0]) != expected:  # noqa: ASYNC110 - another's row
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"{sql}: {seen!r} after {within} s, expected {expected!r}")

    async def publish(self, count: int, *, subjects: int | None = None) -> None:
        """Write `count` events to the outbox, over so many subjects, each subject's sequence rising from 1."""
        ids = [new_id() for _ in range(subjects or count)]
        async with self.db.transaction() as tx:
            for number in range(count):
                event = ReservationCancelled(
                    reservation_id=ids[number % len(ids)], reference="R-TEST", organisation="relais"
                )
                tx.publish(event, sequence=number // len(ids) + 1)


@pytest.fixture
async def rig(amqp: Amqp, new_database: NewDatabase) -> AsyncIterator[Rig]:
    rig = Rig(amqp, new_database(MIGRATIONS))
    yield rig
    await rig.relay.stop()
    await rig.db.close()
