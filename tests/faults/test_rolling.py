"""Five rolling restarts of two replicas under load: nobody notices, and no message is delivered in vain."""

import asyncio

import pytest
from ronde.rig.circle import Circle

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(180)]
REDELIVERED = "ronde_events_redelivered_total"


async def test_five_rolling_restarts(circle: Circle) -> None:
    old = [await circle.replica(), await circle.replica()]
    in_vain = 0.0
    async with circle.load():
        for _ in range(5):
            fresh = await asyncio.gather(circle.replica(), circle.replica())
            for replica in old:
                await circle.commit(300)  # so that messages wait while a consumer goes
                in_vain += await replica.counted(REDELIVERED)
                await replica.stop()
                assert (await fresh[0].ready())[0] == 200
            old = list(fresh)
        await circle.effects_of(await circle.commit())
    in_vain += sum([await replica.counted(REDELIVERED) for replica in old])
    await circle.proven()
    assert in_vain == 0
