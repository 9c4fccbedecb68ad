"""The whole service, as families, staff and the bus meet it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from ronde.clock import now
from ronde.envelope import seal
from ronde.ids import new_id
from ronde.service import Service
from ronde.telemetry import traceparent
from ronde_contracts.envelope import CONTENT_TYPE
from ronde_contracts.event import Event

from enrolment.main import build
from enrolment.reception import Reception
from enrolment.settings import Settings


class Bus(Protocol):
    """What is used of ronde.testing.Amqp, which a service does not import."""

    def url(self, user: str = ...) -> str: ...
    async def get(self, queue: str, within: float = ...) -> AbstractIncomingMessage | None: ...


class Running:
    """Its HTTP doors, and the bus when it has one; `queue` hears what it says."""

    def __init__(self, app: FastAPI, amqp: Bus | None, queue: str) -> None:
        self._app, self._amqp, self._queue = app, amqp, queue

    @property
    def service(self) -> Service:
        return cast(Service, self._app.state.service)

    @property
    def reception(self) -> Reception:
        return cast(Reception, self._app.state.reception)

    def visitor(self, organisation: str | None = None, **headers: str) -> AsyncClient:
        """A client; with an organisation's key, when it is one."""
        key = {"Authorization": f"Bearer key-of-{organisation}"} if organisation else {}
        transport = ASGITransport(self._app)
        return AsyncClient(transport=transport, base_url="http://enrolment.test", headers={**key, **headers})

    async def say(self, event: Event, *, sequence: int, by: str) -> None:
        """Publish an event as a partner, or as booking, with its own broker user."""
        assert self._amqp is not None  # noqa: S101
        body = seal(
            event, id=new_id(), source=f"/villeurbanne/{by}", sequence=sequence, time=now(), traceparent=traceparent()
        )
        async with await aio_pika.connect(self._amqp.url(by)) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(event.exchange, ensure=False)
            message = aio_pika.Message(body, content_type=CONTENT_TYPE, user_id=by)
            await exchange.publish(message, event.routing_key.replace("*", by, 1))

    async def hears(self, count: int = 1) -> list[dict[str, Any]]:
        """The next `count` envelopes that enrolment publishes; fails when they do not come."""
        assert self._amqp is not None  # noqa: S101
        found: list[dict[str, Any]] = []
        while len(found) < count:
            message = await self._amqp.get(self._queue, within=15)
            assert message is not None, f"heard {len(found)} of {count}: {found}"  # noqa: S101
            found.append(json.loads(message.body))
        return found


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
