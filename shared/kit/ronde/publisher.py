"""A confirmed publish: it returns when the broker has the message, and raises when nobody knows."""

import asyncio
from datetime import datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import DeliveryError
from yarl import URL

from .telemetry import log
from .work import asked_to_stop

HEARTBEAT = 10
"""Seconds. The default of 60 notices a frozen broker after three minutes."""


def beating(url: str, name: str) -> str:
    """The broker's URL with our heartbeat, and a name that ops see in the list of connections."""
    return str(URL(url).update_query(heartbeat=HEARTBEAT, name=name))


class NotConfirmed(Exception):
    """The broker did not take the message, or nobody knows: publish it again, consumers know duplicates.

    `reason`: timeout, unroutable, refused, disconnected.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Publisher:
    """One connection and one channel with confirms, made when needed and thrown away when in doubt.

    Plain and not robust connections on purpose: after a failure the outcome of what is in flight is unknown, and a
    new channel is the only state that is certain. `user` goes into every message; the broker checks it.
    """

    def __init__(self, url: str, *, user: str, timeout: float = 10) -> None:
        self._url = url
        self._user = user
        self._timeout = timeout
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchanges: dict[str, AbstractExchange] = {}
        self._connecting = asyncio.Lock()

    async def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        *,
        message_id: str,
        type: str,
        content_type: str,
        timestamp: datetime | None = None,
        headers: dict[str, Any] | None = None,
    ) -> None:
        """Publish persistently and wait for the confirm. Raises NotConfirmed.

        `message_id` must be unique among the publishes in flight: aiormq matches returned messages by it.
        """
        message = aio_pika.Message(
            body,
            content_type=content_type,
            message_id=message_id,
            type=type,
            timestamp=timestamp,
            headers=headers,
            app_id="ronde",
            user_id=self._user,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        limit = self._timeout
        try:
            target = await self._exchange(exchange, limit)
            await target.publish(message, routing_key, mandatory=True, timeout=limit)
        except DeliveryError as error:
            # A return or a nack leaves the channel in order.
            raise NotConfirmed("unroutable", f"{exchange} {routing_key}: {error}") from None
        except asyncio.CancelledError:
            if asked_to_stop():
                raise
            # Heartbeat lost: aio-pika cancels the waiting publish from inside. Nobody asked this task to stop.
            await self.reset()
            raise NotConfirmed("disconnected", "heartbeat lost") from None
        except TimeoutError:
            await self.reset()
            raise NotConfirmed("timeout", f"no confirm in {limit:g} s") from None
        except Exception as error:  # aiormq and aio-pika share no base class, and sockets raise OSError
            await self.reset()
            reason = "refused" if type_name(error).startswith(("Channel", "Connection")) else "disconnected"
            raise NotConfirmed(reason, type_name(error)) from error

    async def _exchange(self, name: str, limit: float) -> AbstractExchange:
        exchange = self._exchanges.get(name)
        if exchange is not None and self._channel is not None and not self._channel.is_closed:
            return exchange
        async with self._connecting:
            if self._channel is None or self._channel.is_closed:
                await self._connect(limit)
            assert self._channel is not None  # noqa: S101 - for the type checker
            if name not in self._exchanges:
                self._exchanges[name] = await self._channel.get_exchange(name, ensure=False)
            return self._exchanges[name]

    async def _connect(self, limit: float) -> None:
        await self._close()
        async with asyncio.timeout(limit):
            self._connection = await aio_pika.connect(beating(self._url, f"{self._user} publishes"), timeout=limit)
            self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)

    async def reset(self) -> None:
        """Throw the connection away; the next publish makes another."""
        async with self._connecting:
            await self._close()

    async def _close(self) -> None:
        connection, self._connection, self._channel, self._exchanges = self._connection, None, None, {}
        if connection is None:
            return
        try:
            async with asyncio.timeout(2):
                await connection.close()
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and asked_to_stop():
                raise
            log.debug("connection closed badly", error=type_name(error))


def type_name(error: BaseException) -> str:
    return type(error).__name__
