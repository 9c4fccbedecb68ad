"""A confirmed publish: it returns when the broker has the message, and raises when nobody knows."""

import asyncio
from datetime import datetime
from typing import Any, cast

import aiormq
from aiormq.abc import AbstractConnection
from aiormq.channel import Channel
from aiormq.exceptions import DeliveryError
from pamqp.commands import Basic
from yarl import URL

from .telemetry import log
from .work import asked_to_stop

HEARTBEAT = 10
"""Seconds. The default of 60 notices a frozen broker after three minutes."""


def beating(url: str, name: str) -> str:
    """The broker's URL with our heartbeat, unless it has one, and a name that ops see in the list of connections."""
    asked = URL(url)
    return str(asked.update_query(heartbeat=asked.query.get("heartbeat", HEARTBEAT), name=name))


class NotConfirmed(Exception):
    """The broker did not take the message, or nobody knows: publish it again, consumers know duplicates.

    `reason`: timeout or disconnected (the broker is away), missing (the exchange is), unroutable, refused.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason

    @property
    def away(self) -> bool:
        """Whether it was the broker that did not answer, rather than this message that it would not take."""
        return self.reason in ("timeout", "disconnected")


class Publisher:
    """One connection and one channel with confirms, made when needed and thrown away when in doubt.

    On aiormq, the engine inside aio-pika: twice the speed of aio-pika's own publish, which waits for the socket to
    drain before each confirm. Nothing is restored after a failure, on purpose: the outcome of what is in flight is
    unknown, and a new channel is the only state that is certain.
    """

    def __init__(self, url: str, *, user: str, timeout: float = 10) -> None:
        """`user` is the broker's user of `url`; it goes into every message, and the broker checks it."""
        self._url = beating(url, f"{user} publishes")
        self._user = user
        self._timeout = timeout
        self._connection: AbstractConnection | None = None
        self._channel: Channel | None = None
        self._connecting: asyncio.Task[Channel] | None = None

    async def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        *,
        message_id: str,
        kind: str,
        content_type: str,
        timestamp: datetime | None = None,
        headers: dict[str, Any] | None = None,
    ) -> None:
        """Publish persistently and wait for the confirm. Raises NotConfirmed.

        `message_id` must be unique among the publishes in flight: aiormq matches returned messages by it.
        """
        properties = Basic.Properties(
            content_type=content_type,
            message_id=message_id,
            message_type=kind,
            timestamp=timestamp,
            headers=headers,
            app_id="ronde",
            user_id=self._user,
            delivery_mode=2,
        )
        channel: Channel | None = None
        try:
            channel = self._channel
            if channel is None or channel.is_closed:
                channel = await self._open_channel()
            await channel.basic_publish(
                body,
                exchange=exchange,
                routing_key=routing_key,
                properties=properties,
                mandatory=True,
                timeout=self._timeout,
                wait=False,
            )
        except DeliveryError as error:
            # A return or a nack leaves the channel in order.
            raise NotConfirmed("unroutable", f"{exchange} {routing_key}: {type(error).__name__}") from None
        except (Exception, asyncio.CancelledError) as error:
            raise await self._given_up(channel, error) from error

    async def has(self, exchange: str) -> bool:
        """Whether the exchange exists. Raises NotConfirmed when nobody knows."""
        channel: Channel | None = None
        try:
            channel = await self._open_channel()
            await channel.exchange_declare(exchange, passive=True, timeout=self._timeout)
        except (Exception, asyncio.CancelledError) as error:
            problem = await self._given_up(channel, error)
            if problem.reason == "missing":
                return False
            raise problem from error
        return True

    async def _given_up(self, channel: Channel | None, error: BaseException) -> NotConfirmed:
        """Throw the channel away and say why; a cancellation that somebody asked for is passed on."""
        if isinstance(error, asyncio.CancelledError) and asked_to_stop():
            raise error
        await self._discard(channel)
        if isinstance(error, asyncio.CancelledError):
            # Heartbeat lost: the waiting publish is cancelled from inside. Nobody asked this task to stop.
            return NotConfirmed("disconnected", "heartbeat lost")
        if isinstance(error, TimeoutError):
            return NotConfirmed("timeout", f"no confirm in {self._timeout:g} s")
        return NotConfirmed(_reason(error), type(error).__name__)

    async def _open_channel(self) -> Channel:
        if self._channel is not None and not self._channel.is_closed:
            return self._channel
        # One attempt for all who wait: 500 of them, one after the other at a frozen broker, would take over an hour.
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
        return await asyncio.shield(self._connecting)

    async def _connect(self) -> Channel:
        await self._let_go()
        async with asyncio.timeout(self._timeout):
            self._connection = await aiormq.connect(self._url)
            opened = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        self._channel = cast(Channel, opened)  # the abstract one does not know `wait`
        return self._channel

    async def _discard(self, channel: Channel | None) -> None:
        """Throw this channel's connection away, unless another publish in flight has done so already."""
        if channel is not None and self._channel is channel:
            await self._let_go()

    async def close(self) -> None:
        """Let go of the connection; a later publish makes another."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        await self._let_go()

    async def _let_go(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is None:
            return
        try:
            async with asyncio.timeout(2):
                await connection.close()
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and asked_to_stop():
                raise
            log.debug("connection closed badly", error=type(error).__name__)


def _reason(error: BaseException) -> str:
    # aiormq's errors share no base class that would tell
    name = type(error).__name__
    if name.startswith("ChannelNotFound"):
        return "missing"
    return "refused" if name.startswith(("ChannelAccess", "ChannelPrecondition", "Authentication")) else "disconnected"
