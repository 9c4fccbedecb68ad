"""Hears of a commit the moment it happens, whichever process made it."""

from collections.abc import Callable
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from .work import Worker


class Ears(Worker):
    """One connection that listens for a NOTIFY, and calls `heard` with what it says.

    Opened again when lost; `heard` is then called with nothing, for what was missed.
    """

    def __init__(self, engine: AsyncEngine, channel: str, heard: Callable[[str], None]) -> None:
        super().__init__(f"ears for {channel}", self._listen, every=5.0)
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._channel = channel
        self._heard = heard
        self._connection: asyncpg.Connection[Any] | None = None

    async def stop(self) -> None:
        await super().stop()
        if self._connection is not None:
            await self._connection.close(timeout=2)

    async def _listen(self) -> bool:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url, timeout=5)
            await self._connection.add_listener(self._channel, lambda *said: self._heard(str(said[-1])))
            self._heard("")
        return False
