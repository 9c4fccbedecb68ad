"""The broker closes, stops, freezes, runs out of memory: everything arrives, once, and the service recovers alone."""

import pytest
from ronde.local.servers import OwnedBroker
from ronde.rig.circle import Circle
from ronde.rig.harm import close_connections, frozen, out_of_memory, stopped

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(120)]


async def test_connections_closed_by_the_broker_again_and_again(circle: Circle, broker: OwnedBroker) -> None:
    replica = await circle.replica()
    async with circle.load():
        for _ in range(4):
            close_connections(broker, circle.amqp)
            await circle.effects_of(await circle.commit(50))
            await replica.until_ready(within=10)
    assert replica.connections_to(circle.amqp_port) <= 3  # one consumes, one relays, one asks whether all is well
    await circle.proven()


async def test_broker_stopped_and_started(circle: Circle, broker: OwnedBroker) -> None:
    replica = await circle.replica()
    async with circle.load():
        with stopped(broker):
            await replica.until_unready("publish", within=5)
            await replica.until_unready("consume", within=5)
            await circle.commit(300)
        await circle.effects_of(await circle.commit())
        await replica.until_ready(within=15)
    assert replica.connections_to(circle.amqp_port) <= 3
    await circle.proven()


async def test_broker_frozen_past_the_heartbeat(circle: Circle, broker: OwnedBroker) -> None:
    # Two seconds of heartbeat are noticed after nine; with the ten of production it takes 33.
    replica = await circle.replica(amqp_url=circle.amqp.url("booking") + "?heartbeat=2")
    async with circle.load():
        with frozen(broker):
            await replica.until_unready("publish", within=8)
            await replica.until_unready("consume", within=20)
            await circle.commit(300)
        await circle.effects_of(await circle.commit())
        await replica.until_ready(within=15)
    assert replica.connections_to(circle.amqp_port) <= 3
    await circle.proven()


async def test_memory_alarm(circle: Circle, broker: OwnedBroker) -> None:
    replica = await circle.replica()
    async with circle.load():
        with out_of_memory(broker):
            await replica.until_unready("publish", within=8)
            await circle.commit(300)
        await circle.effects_of(await circle.commit())
        await replica.until_ready(within=15)
    await circle.proven()
