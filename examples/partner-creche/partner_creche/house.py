"""The way to the house: say a message, confirmed; hear what is said of our crèche, from a queue of our own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractQueue
from aio_pika.exceptions import AMQPError, DeliveryError

from .envelope import EXCHANGE, Message

HEARD = "enrolment.occasional-care.#"
OFTEN = 0.2
"""Seconds between two looks at an empty queue."""


class NotHeard(Exception):
    """The house has not taken the message; the sentence says why and what to do."""


def user_of(url: str) -> str:
    """The broker user in an AMQP URL: our own name in the house."""
    return unquote(urlsplit(url).username or "guest")


@asynccontextmanager
async def house(url: str) -> AsyncIterator["House"]:
    """A connection. Raises NotHeard."""
    place = f"{urlsplit(url).hostname}:{urlsplit(url).port or 5672}"
    try:
        connection = await aio_pika.connect(url)
    except (AMQPError, OSError) as error:
        raise NotHeard(f"{place} does not let us in ({type(error).__name__}): is the house up, the URL ours?") from None
    async with connection:
        try:
            channel = await connection.channel()
            # Ours, and lasting: what is said while nobody listens waits here.
            queue = await channel.declare_queue(f"{user_of(url)}.occasional-care", durable=True)
            await queue.bind(EXCHANGE, HEARD)
            yield House(channel, queue)
        except AMQPError as error:
            raise NotHeard(f"{place} refuses: {error}. The house file says what each may publish") from None


class House:
    """Made by `house(url)`."""

    def __init__(self, channel: AbstractChannel, queue: AbstractQueue) -> None:
        self._channel, self._queue = channel, queue

    async def say(self, message: Message) -> None:
        """Returns once the broker has it in every queue that wants it. Raises NotHeard."""
        exchange = await self._channel.get_exchange(EXCHANGE, ensure=False)
        letter = aio_pika.Message(message.body, **message.properties)
        try:
            await exchange.publish(letter, message.routing_key, mandatory=True)
        except DeliveryError:
            raise NotHeard(f"nobody in the house listens to {message.routing_key}. Ask the house") from None

    async def hear(self, seconds: float) -> AsyncIterator[dict[str, Any]]:
        """What was said of occasional care, oldest first, each once; ends when nothing came for so long."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while loop.time() - last <= seconds:
            found = await self._queue.get(fail=False)
            if found is None:
                await asyncio.sleep(OFTEN)
                continue
            yield dict(json.loads(found.body))
            await found.ack()
            last = loop.time()
