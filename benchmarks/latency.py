"""How long from commit to handler when nothing else is going on."""

import asyncio
import time
from statistics import median

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from ronde.database import Tx
from ronde.ids import new_id
from ronde.rig import plan
from ronde.subscriber import Received
from ronde_contracts.partners import SessionPlanned

from benchmarks.measure import Row
from benchmarks.servers import Lab

TIMES = 100


async def commit_to_handler(lab: Lab, runs: int) -> list[Row]:
    """Outbox, NOTIFY, relay, broker, consumer; against publish to callback of aio-pika alone. Lower is better."""
    row = Row("commit to handler, idle, median", "ms", "aio-pika publish to callback")
    highest = 0.0
    async with lab.rig() as rig:
        heard = asyncio.Event()

        async def hear(_tx: Tx, _event: Received[SessionPlanned]) -> None:
            heard.set()

        rig.handle = hear
        await rig.relay.start()
        async with rig.consuming():
            for _ in range(runs):
                row.baselines.append(await publish_to_callback(rig.amqp.url()))
                times = []
                for _ in range(TIMES):
                    heard.clear()
                    async with rig.db.transaction() as tx:
                        tx.publish(SessionPlanned.model_validate(plan(new_id())), sequence=1)
                    began = time.perf_counter()
                    await heard.wait()
                    times.append((time.perf_counter() - began) * 1000)
                    await asyncio.sleep(0.02)
                row.values.append(median(times))
                highest = max(highest, *times)
    row.remark = f"slowest of {TIMES * runs}: {highest:.0f} ms"
    return [row]


async def publish_to_callback(url: str) -> float:
    heard = asyncio.Event()

    async def on_message(message: AbstractIncomingMessage) -> None:
        await message.ack()
        heard.set()

    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("ops.latency", durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind("ronde.events", "ops.#")
        exchange = await channel.get_exchange("ronde.events", ensure=False)
        await queue.consume(on_message)
        times = []
        for _ in range(TIMES):
            heard.clear()
            began = time.perf_counter()
            await exchange.publish(aio_pika.Message(b"x" * 512, delivery_mode=2), "ops.latency")
            await heard.wait()
            times.append((time.perf_counter() - began) * 1000)
    return median(times)
