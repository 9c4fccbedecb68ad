"""Hears of a new message the moment it is committed, whichever process wrote it."""

from collections.abc import Callable
from typing import Any

import asyncpg
from ronde.work import Worker
from sqlalchemy.ext.asyncio import AsyncEngine

CHANNEL = "notify_messages"


class Ears(Worker):
    """One connection that listens for NOTIFY, opened again when lost; what it misses, the senders find."""

    def __init__(self, engine: AsyncEngine, heard: Callable[[], None]) -> None:
        super().__init__("ears", self._listen, every=5.0)
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._connection: asyncpg.Connection[Any] | None = None

    async def stop(self) -> None:
        await super().stop()
        if self._connection is not None:
            await self._connection.close(timeout=2)

    async def _listen(self) -> bool:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url, timeout=5)
            await self._connection.add_listener(CHANNEL, lambda *_: self._heard())
            self._heard()
        return False
