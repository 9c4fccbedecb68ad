"""Throughput of one process: the relay, and a consumer with inbox and business row."""

import asyncio
import time
from datetime import UTC, datetime

import aio_pika
import asyncpg
import orjson
from aio_pika.abc import AbstractIncomingMessage
from ronde import outbox
from ronde.ids import new_id
from ronde.rig import QUEUE, Rig, envelope, plan

from benchmarks.measure import Row
from benchmarks.servers import Lab

EVENTS = 10_000
BODY = b"x" * 1024
SUBJECTS = 2_500
WINDOW = 100
CONSUMED = 3_000
BATCH = 20
INBOX = "INSERT INTO inbox (consumer, source, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
EFFECT = "INSERT INTO effects (event_id, subject, sequence) VALUES ($1, $2, $3)"


async def relay(lab: Lab, runs: int) -> list[Row]:
    """1 KB events, confirmed, ordered per subject, from a full outbox; against aio-pika with nothing to remember."""
    row = Row("relay, outbox to quorum queue", "events/s", f"raw aio-pika, confirmed, window {WINDOW}")
    async with lab.rig() as rig:
        connection = await aio_pika.connect(rig.amqp.url())
        async with connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("ops.sink", durable=True, arguments={"x-queue-type": "quorum"})
            await queue.bind("ronde.events", "booking.#")
            await _relay_once(rig, 2_000)  # warm
            for _ in range(runs):
                await queue.purge()
                row.baselines.append(await _raw_publish(rig, EVENTS))
                await queue.purge()
                row.values.append(await _relay_once(rig, EVENTS))
    return [row]


async def _relay_once(rig: Rig, count: int) -> float:
    async with rig.db.transaction() as tx:
        subjects = [str(new_id()) for _ in range(SUBJECTS)]
        for number in range(count):
            subject = subjects[number % SUBJECTS]
            tx.post(outbox.Row(new_id(), subject, "ronde.events", "booking.bench.v1", "bench.v1", BODY))

    async def drain() -> None:
        while await rig.relay.step():
            pass

    began = time.perf_counter()
    await asyncio.gather(drain(), drain())  # the relay's own two workers
    return count / (time.perf_counter() - began)


async def _raw_publish(rig: Rig, count: int) -> float:
    connection = await aio_pika.connect(rig.amqp.url("booking"))
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange("ronde.events", ensure=False)

        async def some(number: int) -> None:
            for _ in range(number):
                message = aio_pika.Message(
                    BODY,
                    content_type="application/cloudevents+json",
                    message_id=str(new_id()),
                    type="bench.v1",
                    timestamp=datetime.now(UTC),
                    user_id="booking",
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                )
                await exchange.publish(message, "booking.bench.v1", mandatory=True, timeout=10)

        began = time.perf_counter()
        await asyncio.gather(*(some(count // WINDOW) for _ in range(WINDOW)))
        return count / (time.perf_counter() - began)


async def consumer(lab: Lab, runs: int) -> list[Row]:
    """A full queue into inbox and business row; against aio-pika and one asyncpg transaction with the same two rows."""
    row = Row("consumer, inbox and business row", "events/s", "aio-pika and asyncpg by hand")
    batched = Row(f"by hand, {BATCH} messages a transaction", "events/s", "by hand, one by one")
    async with lab.rig() as rig:
        async with rig.consuming():
            pass  # declares the queue
        for _ in range(runs):
            await _fill(rig, CONSUMED)
            row.baselines.append(await _consume_by_hand(rig, CONSUMED))
            await _fill(rig, CONSUMED)
            row.values.append(await _consume(rig, CONSUMED))
            await _fill(rig, CONSUMED)
            batched.values.append(await _consume_by_hand(rig, CONSUMED, BATCH))
            batched.baselines.append(row.baselines[-1])
    return [row, batched]


async def _fill(rig: Rig, count: int) -> None:
    connection = await aio_pika.connect(rig.amqp.url("relais"))
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("ronde.events", ensure=False)
        for start in range(0, count, 500):
            bodies = [orjson.dumps(envelope(plan(), sequence="1")) for _ in range(start, min(start + 500, count))]
            messages = [
                aio_pika.Message(b, content_type="application/cloudevents+json", user_id="relais", delivery_mode=2)
                for b in bodies
            ]
            await asyncio.gather(*(exchange.publish(m, "relais.session.planned.v1") for m in messages))


async def _consume(rig: Rig, count: int) -> float:
    before = len(await rig.effects())
    began = time.perf_counter()
    async with rig.consuming():
        await rig.until("SELECT count(*) FROM effects", before + count, within=60)
        return count / (time.perf_counter() - began)


async def _consume_by_hand(rig: Rig, count: int, batch: int = 1) -> float:
    """aio-pika and asyncpg with nothing between: `batch` messages a transaction, ten transactions at once."""
    url = rig.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    pool = await asyncpg.create_pool(url, min_size=10, max_size=10)
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    left = count

    async def work() -> None:
        nonlocal left
        async with pool.acquire() as connection:
            while left > 0:
                messages = [await arrived.get()]
                while len(messages) < batch and not arrived.empty():
                    messages.append(arrived.get_nowait())
                events = [orjson.loads(message.body) for message in messages]
                async with connection.transaction():
                    await connection.executemany(INBOX, [("by hand", e["source"], e["id"]) for e in events])
                    await connection.executemany(EFFECT, [(e["id"], e["subject"], 1) for e in events])
                for message in messages:
                    await message.ack()
                left -= len(messages)
        finished.set()

    finished = asyncio.Event()
    connection = await aio_pika.connect(rig.amqp.url())
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=20 * batch)
        queue = await channel.get_queue(QUEUE, ensure=False)
        workers = [asyncio.create_task(work()) for _ in range(10)]
        began = time.perf_counter()
        await queue.consume(arrived.put)
        await finished.wait()
        rate = count / (time.perf_counter() - began)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    await pool.close()
    return rate
