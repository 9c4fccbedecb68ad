"""Five rolling restarts of two replicas under load: nobody notices, and no message is delivered in vain."""

import asyncio
from urllib.parse import quote

import pytest
from ronde import topology
from ronde.rig import QUEUE
from ronde.rig.circle import Circle

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(180)]


async def test_five_rolling_restarts(circle: Circle) -> None:
    replicas = [await circle.replica(), await circle.replica()]
    async with circle.load():
        for turn in range(5):
            await circle.commit(300)  # so that messages wait while a consumer goes
            old = replicas.pop(0)
            old.ask_to_stop()
            _, fresh = await asyncio.gather(old.stop(), circle.replica())
            replicas.append(fresh)
            assert (await replicas[0].ready())[0] == 200, turn
        await circle.effects_of(await circle.commit())
    await circle.proven()
    assert await redelivered(circle) == 0


async def redelivered(circle: Circle) -> int:
    """How often the broker gave a message again, once its statistics (5 s late) have seen every first time."""
    expected = len(circle.committed)
    where = f"/api/queues/{quote(circle.amqp.vhost, safe='')}/{QUEUE}"
    async with asyncio.timeout(20):
        while True:
            with topology.client(circle.amqp.management) as api:
                stats = api.get(where).raise_for_status().json().get("message_stats", {})
            if stats.get("ack", 0) >= expected:
                return int(stats.get("redeliver", 0))
            await asyncio.sleep(0.2)
