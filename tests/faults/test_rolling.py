"""Five rolling restarts of two replicas under load: nobody notices, and hardly a message is delivered in vain."""

import asyncio

import pytest
from ronde.rig import QUEUE, Rig, plan
from ronde.rig.circle import Circle
from ronde.telemetry import REDELIVERED
from ronde_contracts.partners import SessionPlanned

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(180)]

FEW = 4
"""Of eight or ten stops. Not none: AMQP has no way to stop deliveries, so one that the broker sends in the very
millisecond of the cancel comes back (seen once, on a loaded machine); its count is far from the limit of 20."""


async def test_a_consumer_that_goes_leaves_nothing_half_delivered(rig: Rig) -> None:
    """What was on its way when the consumer was cancelled used to come back, counted: one to seven at each stop."""
    before = REDELIVERED.labels(QUEUE)._value.get()
    async with rig.consuming():
        pass
    for _ in range(8):
        async with rig.db.transaction() as tx:
            for _ in range(300):
                tx.publish(SessionPlanned.model_validate(plan()), sequence=1)
        while await rig.relay.step():
            pass
        done = len(await rig.effects())
        async with rig.consuming():
            await rig.until("SELECT count(*) >= :enough FROM effects", True, enough=done + 30)
    assert REDELIVERED.labels(QUEUE)._value.get() - before < FEW


async def test_five_rolling_restarts(circle: Circle) -> None:
    old = [await circle.replica(), await circle.replica()]
    in_vain = 0.0
    async with circle.load():
        for _ in range(5):
            fresh = await asyncio.gather(circle.replica(), circle.replica())
            for replica in old:
                await circle.commit(300)  # so that messages wait while a consumer goes
                in_vain += await replica.counted("ronde_events_redelivered_total")
                await replica.stop()
                assert (await fresh[0].ready())[0] == 200
            old = list(fresh)
        await circle.effects_of(await circle.commit())
    in_vain += sum([await replica.counted("ronde_events_redelivered_total") for replica in old])
    await circle.proven()
    assert in_vain < FEW
