"""Fault upon fault, in an order that nobody chose: two replicas under load, and in the end each event once.

The seed is in the test's output; RONDE_STORM_SEED plays the same order again.
"""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable

import pytest
from ronde.local.postgres import PrivatePostgres
from ronde.local.servers import OwnedBroker
from ronde.rig.circle import Circle
from ronde.rig.harm import close_connections, frozen, killed, out_of_memory, stopped, without_rights

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(240)]
SECONDS = 20


class Storm:
    """What can happen, each followed by its repair."""

    def __init__(self, circle: Circle, broker: OwnedBroker, postgres: PrivatePostgres, dice: random.Random) -> None:
        self.circle, self.broker, self.postgres, self.dice = circle, broker, postgres, dice

    async def connections_closed(self) -> None:
        close_connections(self.broker, self.circle.amqp)

    async def broker_frozen(self) -> None:
        with frozen(self.broker):
            await asyncio.sleep(self.dice.uniform(0.5, 4))

    async def broker_restarted(self) -> None:
        with stopped(self.broker):
            await asyncio.sleep(self.dice.uniform(0, 1))

    async def memory_alarm(self) -> None:
        with out_of_memory(self.broker):
            await asyncio.sleep(self.dice.uniform(0.5, 4))

    async def rights_taken_away(self) -> None:
        with without_rights(self.circle.amqp, "booking"):
            close_connections(self.broker, self.circle.amqp)
            await asyncio.sleep(self.dice.uniform(0.5, 2))

    async def database_killed(self) -> None:
        with killed(self.postgres):
            await asyncio.sleep(self.dice.uniform(0, 1))

    async def database_frozen(self) -> None:
        with frozen(self.postgres):
            await asyncio.sleep(self.dice.uniform(0.5, 3))

    async def replica_killed(self) -> None:
        victim = self.dice.choice([replica for replica in self.circle.replicas if replica.running])
        victim.kill()
        await self.circle.replica()

    async def replica_stopped(self) -> None:
        victim = self.dice.choice([replica for replica in self.circle.replicas if replica.running])
        await victim.stop()
        await self.circle.replica()


async def test_storm(circle: Circle, broker: OwnedBroker, postgres: PrivatePostgres) -> None:
    seed = int(os.environ.get("RONDE_STORM_SEED") or random.randrange(2**32))
    print(f"RONDE_STORM_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    dice = random.Random(seed)
    storm = Storm(circle, broker, postgres, dice)
    harms: list[Callable[[], Awaitable[None]]] = [
        storm.connections_closed,
        storm.broker_frozen,
        storm.broker_restarted,
        storm.memory_alarm,
        storm.rights_taken_away,
        storm.database_killed,
        storm.database_frozen,
        storm.replica_killed,
        storm.replica_stopped,
    ]
    await circle.replica()
    await circle.replica()
    end = time.monotonic() + SECONDS
    async with circle.load():
        while time.monotonic() < end:
            harm = dice.choice(harms)
            print(f"{time.monotonic() - end + SECONDS:5.1f} s  {harm.__name__}")  # noqa: T201
            await harm()
            await asyncio.sleep(dice.uniform(0, 1))
        await circle.commit_at_last()
    await circle.proven(within=60)
