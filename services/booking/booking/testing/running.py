"""The whole service, as visitors and partners meet it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from ronde.ids import new_id
from ronde.service import Service
from ronde_contracts.envelope import CONTENT_TYPE
from sqlalchemy import text

from booking.main import build
from booking.rules import Span
from booking.settings import Settings

Said = tuple[str, int, dict[str, Any]]
"""What booking published: type without its version, sequence, data."""


class Bus(Protocol):
    """The part of ronde.testing.Amqp that is used here: a service's package imports no test server."""

    def url(self, user: str) -> str: ...
    async def get(self, queue: str, within: float) -> AbstractIncomingMessage | None: ...


class Running:
    """Its HTTP doors, and the bus when it has one; `queue` hears what it says."""

    def __init__(self, app: FastAPI, amqp: Bus | None, queue: str) -> None:
        self._app, self._amqp, self._queue = app, amqp, queue

    @property
    def service(self) -> Service:
        return cast(Service, self._app.state.service)

    @property
    def settings(self) -> Settings:
        return cast(Settings, self.service.settings)

    def visitor(self, organisation: str | None = None, **headers: str) -> AsyncClient:
        """A client; with an organisation's key, when it is one."""
        key = {"Authorization": f"Bearer key-of-{organisation}"} if organisation else {}
        transport = ASGITransport(self._app)
        return AsyncClient(transport=transport, base_url="http://booking.test", headers={**key, **headers})

    async def say(self, *messages: tuple[str, int, dict[str, Any]], by: str = "relais") -> None:
        """Type, sequence, data: as the partner's own program says it, in JSON, with its own broker user."""
        assert self._amqp is not None  # noqa: S101
        async with await aio_pika.connect(self._amqp.url(by)) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange("ronde.events", ensure=False)
            for type, sequence, data in messages:
                envelope = {
                    "specversion": "1.0",
                    "id": str(new_id()),
                    "source": f"/villeurbanne/{by}",
                    "type": type,
                    "subject": next(data[key] for key in ("reservation_id", "session_id", "request_id") if key in data),
                    "sequence": str(sequence),
                    "data": data,
                }
                message = aio_pika.Message(json.dumps(envelope).encode(), content_type=CONTENT_TYPE, user_id=by)
                await exchange.publish(message, f"{by}.{type}")

    async def hears(self, count: int = 1) -> list[Said]:
        """The next `count` events that booking publishes; fails when they do not come."""
        assert self._amqp is not None  # noqa: S101
        found: list[Said] = []
        while len(found) < count:
            message = await self._amqp.get(self._queue, within=15)
            assert message is not None, f"heard {len(found)} of {count}: {found}"  # noqa: S101
            envelope = json.loads(message.body)
            found.append((envelope["type"].removesuffix(".v1"), int(envelope["sequence"]), envelope["data"]))
        return found

    async def handled(self, count: int) -> None:
        """Wait until so many messages have had their effect, or were found to have none."""
        async with asyncio.timeout(15):
            while await self._count("SELECT count(*) FROM inbox") < count:  # noqa: ASYNC110 (another's row)
                await asyncio.sleep(0.02)

    async def said(self) -> int:
        """How many events it has published so far, or has yet to publish."""
        return await self._count("SELECT count(*) FROM outbox")

    async def _count(self, query: str) -> int:
        async with self.service.db.reading() as session:
            return int(await session.scalar(text(query)))


@asynccontextmanager
async def running(settings: Settings, amqp: Bus | None = None, queue: str = "") -> AsyncIterator[Running]:
    """The service, started, and stopped after."""
    app = build(settings)
    async with app.router.lifespan_context(app):
        service = Running(app, amqp, queue)
        if amqp is not None:
            async with asyncio.timeout(20):
                await service.service.consumers.running.wait()
        yield service


def plan(session_id: UUID, span: Span, **changes: Any) -> dict[str, Any]:
    """A session's plan, as its organiser writes it."""
    return {
        "session_id": str(session_id),
        "title": {"fr": "Matinée d'éveil"},
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
        "people": 16,
        "places": 8,
        **changes,
    }


def request(request_id: UUID, span: Span, **changes: Any) -> dict[str, Any]:
    """A room asked for without a session, as a partner's program writes it."""
    return {
        "request_id": str(request_id),
        "room": "cuisine",
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
        "people": 6,
        **changes,
    }
