"""What the fixtures promise to every other test."""

import time

import aio_pika
from ronde.testing import Amqp, NewDatabase
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def _one(url: str, statement: str) -> object:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return (await connection.execute(text(statement))).scalar()
    finally:
        await engine.dispose()


async def test_a_database_is_fresh_and_empty(database_url: str) -> None:
    count = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    assert await _one(database_url, count) == 0
    assert await _one(database_url, "SELECT current_setting('is_superuser')") == "off"


def test_databases_come_quickly(new_database: NewDatabase) -> None:
    before = time.perf_counter()
    urls = {new_database() for _ in range(5)}
    assert len(urls) == 5
    assert time.perf_counter() - before < 5


async def test_what_is_said_can_be_heard(amqp: Amqp) -> None:
    heard = await amqp.listen("booking.#")
    async with await aio_pika.connect(amqp.url("booking")) as connection:
        channel = await connection.channel()
        events = await channel.get_exchange("ronde.events", ensure=False)
        await events.publish(aio_pika.Message(b"x", user_id="booking"), "booking.reservation.confirmed.v1")
    assert await amqp.depth(heard) == 1
    message = await amqp.get(heard)
    assert message is not None
    assert (message.body, message.user_id) == (b"x", "booking")
    assert await amqp.get(heard, within=0) is None
