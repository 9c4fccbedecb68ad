"""Listens to the house like any member: its own queue, bound to everything that is said."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

PATIENCE = 60.0
"""Seconds to wait for what the house owes us before saying that it does not come."""


class Bus:
    """Everything heard so far, in `heard`; the queue keeps what is said while nobody listens."""

    def __init__(self, url: str, user: str) -> None:
        self._url = url
        self._queue = f"{user}.day"
        self.heard: list[dict[str, Any]] = []
        self._news = asyncio.Condition()

    async def __aenter__(self) -> "Bus":
        self._connection = await aio_pika.connect(self._url)
        channel = await self._connection.channel()
        await channel.set_qos(prefetch_count=100)
        queue = await channel.declare_queue(self._queue, durable=True, arguments={"x-queue-type": "stream"})
        await queue.bind("ronde.events", "#")
        # A stream, read from its beginning: a day that was interrupted hears again what it had heard.
        await queue.consume(self._hear, arguments={"x-stream-offset": "first"})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        async with self._news:
            self.heard.append(json.loads(message.body))
            self._news.notify_all()
        await message.ack()

    async def all_of(self, types: tuple[str, ...], field: str, wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The last event of one of `types` for each wanted value of a field; waits until each has one."""
        missing = set(wanted)

        def found() -> dict[str, dict[str, Any]]:
            return {
                event["data"][field]: event
                for event in self.heard
                if event["type"] in types and event["data"].get(field) in missing
            }

        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(lambda: set(found()) == missing)
        except TimeoutError:
            raise SystemExit(f"No answer for {len(missing - set(found()))} sessions in {PATIENCE:g} s.") from None
        return found()
