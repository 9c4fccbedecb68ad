"""A broker that takes connections and says nothing, as a frozen machine or a lost route does."""

import asyncio
import time

import pytest
from ronde.publisher import NotConfirmed, Publisher

pytestmark = [pytest.mark.faults]


async def test_all_who_wait_for_a_silent_broker_give_up_together() -> None:
    """500 publishes that each tried for themselves would keep a relay, and its locks, for more than an hour."""

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async def publish(number: int) -> str:
        try:
            await publisher.publish("e", "k", b"", message_id=str(number), kind="k", content_type="text/plain")
        except NotConfirmed as problem:
            return problem.reason
        return "confirmed"

    over = asyncio.Event()
    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    publisher = Publisher(f"amqp://booking:secret@127.0.0.1:{port}/", user="booking", timeout=0.5)
    began = time.monotonic()
    assert set(await asyncio.gather(*(publish(number) for number in range(200)))) == {"timeout"}
    assert time.monotonic() - began < 5
    await publisher.close()
    over.set()
    server.close()
    await server.wait_closed()
