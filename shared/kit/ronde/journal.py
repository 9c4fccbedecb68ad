"""The journal: a stream of everything that was said on `ronde.events`, read from any point, replayed to one queue."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Literal

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from .ids import new_id
from .publisher import NotConfirmed, Publisher, beating
from .retry import Origin
from .topology import JOURNAL, OPS

Point = Literal["first", "last", "next"] | int | datetime
"""Where to begin: the oldest kept, the last chunk, what comes, an offset, or a time (the chunk that holds it)."""


async def read(url: str, begin: Point, *, follow: bool) -> AsyncGenerator[AbstractIncomingMessage, None]:
    """Messages of the journal from `begin`; for ever with `follow`, else up to what is there now.

    `url` is the ops user's. The offset of a message is its header `x-stream-offset`.
    """
    connection = await aio_pika.connect(beating(url, "reads the journal"))
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=200)
        queue = await channel.get_queue(JOURNAL, ensure=False)
        last = -1 if follow else await _last_offset(url)
        if not follow and last < 0:
            return
        async with queue.iterator(arguments={"x-stream-offset": begin}) as messages:
            async for message in messages:
                await message.ack()
                yield message
                if not follow and offset(message) >= last:
                    return


def offset(message: AbstractIncomingMessage) -> int:
    """The message's place in the journal."""
    return int(str(message.headers["x-stream-offset"]))


def replay(url: str, queue: str, begin: Point, types: frozenset[str] = frozenset()) -> AsyncGenerator[int, None]:
    """Put what the journal holds from `begin` into one queue, oldest first; yields the count so far.

    Only types in `types` (all, when empty). Consumers know what they have seen, so replaying too much does no harm.
    """
    return _replay(url, begin, lambda kind: queue if not types or kind in types else None)


async def catch_up(url: str, service: str, begin: Point, but: frozenset[str] = frozenset()) -> int:
    """Put what the journal holds from `begin` into the queues of a service, each type into its own; gives how many.

    For one whose database is of yesterday. Types in `but`, and those that it has no queue for, are left out.
    """
    deaf: set[str] = set(but)
    replayed = _replay(url, begin, lambda kind: None if kind in deaf else f"{service}.{kind}", deaf=deaf)
    return max([count async for count in replayed], default=0)


async def _replay(
    url: str, begin: Point, where: Callable[[str], str | None], deaf: set[str] | None = None
) -> AsyncGenerator[int, None]:
    """`where`: the queue for a type; None: none. With `deaf`, a missing queue is no error: its type is noted there."""
    publisher = Publisher(url, user=OPS)
    done = 0
    try:
        # Closed here and not by the end of the loop: a reader given up on waited for its own connection to end.
        async with aclosing(read(url, begin, follow=False)) as messages:
            async for message in messages:
                kind = (message.routing_key or "").partition(".")[2]
                queue = where(kind)
                if queue is None:
                    continue
                origin = Origin(user=message.user_id, routing_key=message.routing_key or "")
                theirs = {k: v for k, v in message.headers.items() if not k.startswith("x-")}
                try:
                    await publisher.publish(
                        "",
                        queue,
                        message.body,
                        message_id=str(new_id()),
                        kind=message.type or "",
                        content_type=message.content_type or "",
                        headers={**theirs, **origin.headers()},
                    )
                except NotConfirmed as problem:
                    if deaf is None or problem.reason != "unroutable":
                        raise
                    deaf.add(kind)
                    continue
                done += 1
                yield done
    finally:
        await publisher.close()


async def _last_offset(url: str) -> int:
    """The offset of the newest message; -1 when the journal is empty."""
    connection = await aio_pika.connect(beating(url, "looks at the journal's end"))
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=200)
        queue = await channel.get_queue(JOURNAL, ensure=False)
        newest = -1
        async with queue.iterator(arguments={"x-stream-offset": "last"}, timeout=1.0) as messages:
            try:
                async for message in messages:
                    await message.ack()
                    newest = offset(message)
            except TimeoutError:
                pass
        return newest
