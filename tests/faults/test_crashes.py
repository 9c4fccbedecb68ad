"""kill -9 at the two moments that matter: published and not yet marked, committed and not yet acknowledged."""

import pytest
from ronde.rig.circle import Circle
from ronde.rig.wire import Wire
from sqlalchemy import text

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(120)]
BASIC_ACK = b"\x00\x3c\x00\x50"
CONSUMED = "ronde_events_consumed_total"


async def test_relay_killed_between_publish_and_mark(circle: Circle) -> None:
    replica = await circle.replica()
    async with circle.db.transaction() as row_lock:
        async with circle.db.transaction() as lane_locks:
            await lane_locks.session.execute(text("SELECT FROM outbox_lanes FOR UPDATE"))  # no relay takes it yet
            ids = await circle.commit(1)
            await row_lock.session.execute(text("SELECT FROM outbox WHERE published_at IS NULL FOR UPDATE"))
        # Now a relay publishes, and waits for us to mark.
        await circle.effects_of(ids)
        replica.kill()
    assert await circle.value("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 1
    second = await circle.replica()
    await circle.until("SELECT count(*) FROM outbox WHERE published_at IS NULL", 0)
    await circle.until("SELECT count(*) FROM effects", 1)
    await second.until_counted(1, CONSUMED, outcome="duplicate")
    await circle.proven()


async def test_consumer_killed_between_commit_and_ack(circle: Circle) -> None:
    async with Wire(circle.amqp.url("booking")) as wire:
        replica = await circle.replica(amqp_url=wire.url)
        async with circle.db.transaction() as lock:
            await lock.session.execute(text("LOCK TABLE effects IN EXCLUSIVE MODE"))
            ids = await circle.commit(1)
            await circle.until("SELECT count(*) FROM outbox WHERE published_at IS NULL", 0)
            await circle.until("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'RowExclusiveLock'", 1)
            wire.deaf = True
        await wire.until_swallowed(BASIC_ACK)
        await circle.effects_of(ids)
        replica.kill()
    second = await circle.replica()
    await second.until_counted(1, CONSUMED, outcome="duplicate")
    await circle.proven()


async def test_one_of_two_replicas_killed_under_load(circle: Circle) -> None:
    first, second = await circle.replica(), await circle.replica()
    async with circle.load():
        await circle.effects_of(await circle.commit(200))
        await circle.commit(200)
        first.kill()
        await circle.effects_of(await circle.commit(200))
        assert (await second.ready())[0] == 200
    await circle.proven()
