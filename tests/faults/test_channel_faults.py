"""A channel closed by 403, 404, 406, a queue deleted under its consumer: each is noticed, and mended when it can be."""

import pytest
from ronde import outbox
from ronde.ids import new_id
from ronde.local.servers import OwnedBroker
from ronde.rig import QUEUE
from ronde.rig.circle import Circle
from ronde.rig.harm import close_connections, declare_queue, delete_queue, without_exchange, without_rights

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(120)]


async def test_queue_deleted(circle: Circle) -> None:
    """What was in the queue, and what is said until it is back, is lost to it (the journal has it): none here."""
    replica = await circle.replica()
    await circle.effects_of(await circle.commit(20))
    delete_queue(circle.amqp, QUEUE)
    await replica.until_unready("consume", within=5)
    await replica.until_ready(within=10)
    async with circle.load():
        await circle.effects_of(await circle.commit(20))
    await circle.proven()


async def test_403_rights_taken_away_and_given_back(circle: Circle, broker: OwnedBroker) -> None:
    replica = await circle.replica()
    async with circle.load():
        with without_rights(circle.amqp, "booking"):
            close_connections(broker, circle.amqp)
            await replica.until_unready("publish", within=10)
            await replica.until_unready("consume", within=10)
            await circle.commit(100)
        await circle.effects_of(await circle.commit())
        await replica.until_ready(within=15)
    await circle.proven()


async def test_403_for_one_message_holds_up_no_other(circle: Circle) -> None:
    """A refusal closes the channel, and every publish in flight on it fails with the guilty one."""
    await circle.replica()
    async with circle.load():
        async with circle.db.transaction() as tx:  # booking may say nothing there
            for _ in range(60):  # in most lanes, so that nobody is told apart from them by luck
                tx.post(outbox.Row(new_id(), str(new_id()), "ronde.private", "booking.guilty.v1", "guilty.v1", b"{}"))
        await circle.effects_of(await circle.commit(50), within=20)
        async with circle.db.transaction() as tx:
            await tx.session.execute(outbox.outbox.delete().where(outbox.outbox.c.type == "guilty.v1"))
    await circle.proven()


async def test_404_exchange_deleted_and_restored(circle: Circle) -> None:
    replica = await circle.replica()
    await circle.effects_of(await circle.commit(20))
    async with circle.load():
        with without_exchange(circle.amqp, "ronde.events"):
            await circle.until("SELECT count(*) > 20 FROM outbox WHERE published_at IS NULL", True)
        await circle.effects_of(await circle.commit())
        await replica.until_ready(within=15)
    await circle.proven()


async def test_406_queue_declared_otherwise_by_somebody(circle: Circle) -> None:
    """Nobody may say anything to a wrong queue here: it is empty, and unbound, when it goes."""
    replica = await circle.replica()
    await circle.effects_of(await circle.commit(20))
    delete_queue(circle.amqp, QUEUE)
    declare_queue(circle.amqp, QUEUE, {"x-queue-type": "classic"})
    await replica.until_unready("consume", within=10)
    assert (await replica.ready())[0] == 503
    delete_queue(circle.amqp, QUEUE)
    await replica.until_ready(within=15)
    await circle.effects_of(await circle.commit(20))
    await circle.proven()
