"""The database restarts, crashes, freezes: messages wait, no innocent one is parked, and the service recovers alone."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from ronde.local.postgres import PrivatePostgres
from ronde.rig.circle import Circle
from ronde.rig.harm import frozen, killed, stopped

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(120)]
Down = Callable[[PrivatePostgres], AbstractContextManager[None]]


@pytest.mark.parametrize("down", [stopped, killed])
async def test_database_restarted(circle: Circle, postgres: PrivatePostgres, down: Down) -> None:
    replica = await circle.replica()
    async with circle.load():
        await circle.commit(300)
        with down(postgres):
            await replica.until_unready("database", within=10)
        await circle.effects_of(await circle.commit_at_last())
        await replica.until_ready(within=15)
    await circle.proven()


async def test_database_frozen(circle: Circle, postgres: PrivatePostgres) -> None:
    replica = await circle.replica()
    async with circle.load():
        await circle.commit(300)
        with frozen(postgres):
            await replica.until_unready("database", within=10)
            await asyncio.sleep(3)
        await circle.effects_of(await circle.commit_at_last())
        await replica.until_ready(within=15)
    await circle.proven()
