"""Hears of a commit the moment it happens, whichever process made it."""

from collections.abc import Callable
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from .work import Worker


class Ears(Worker):
    """One connection that listens for a NOTIFY, opened again when lost; calls `heard` then, for what it missed."""

    def __init__(self, engine: AsyncEngine, channel: str, heard: Callable[[], None]) -> None:
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
            await self._connection.add_listener(self._channel, lambda *_: self._heard())
            self._heard()
        return False
