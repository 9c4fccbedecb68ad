"""Outbox to bus: everything decided is told, in order per subject, by however many relays."""

import asyncio
import json
from collections import defaultdict
from datetime import timedelta

import aio_pika
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ronde import outbox
from ronde.ids import new_id
from ronde.relay import Relay
from ronde.rig import Rig
from ronde_contracts.booking import ReservationCancelled
from ronde_contracts.enrolment import ContactRecorded
from sqlalchemy import text

pytestmark = [pytest.mark.broker, pytest.mark.database]
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"


async def read_all(rig: Rig, queue: str, count: int) -> list[tuple[str, int]]:
    """Subject and sequence of `count` messages of a queue, as they lie in it."""
    found = []
    async with await aio_pika.connect(rig.amqp.url()) as connection:
        channel = await connection.channel()
        source = await channel.get_queue(queue, ensure=False)
        async with source.iterator(no_ack=True, timeout=10) as messages:
            async for message in messages:
                body = json.loads(message.body)
                found.append((body["subject"], int(body["sequence"])))
                if len(found) == count:
                    break
    return found


async def test_a_rolled_back_change_is_not_told(rig: Rig) -> None:
    async def publish_and_fail() -> None:
        async with rig.db.transaction() as tx:
            event = ReservationCancelled(reservation_id=new_id(), reference="R", organisation="relais")
            tx.publish(event, sequence=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await publish_and_fail()
    assert await rig.rows("SELECT 1 FROM outbox") == []


async def test_three_relays_tell_everything_once_and_in_order(rig: Rig) -> None:
    queue = await rig.amqp.listen("booking.#")
    await rig.publish(1500, subjects=40)
    relays = [rig.relay, *(Relay(rig.db.engine, rig.amqp.url("booking"), user="booking") for _ in range(2))]

    async def drain(relay: Relay) -> None:
        while (await rig.rows(UNPUBLISHED))[0][0]:
            await relay.step()

    await asyncio.gather(*(drain(relay) for relay in relays))
    told = await read_all(rig, queue, 1500)
    assert await rig.amqp.depth(queue) == 0
    per_subject = defaultdict(list)
    for subject, sequence in told:
        per_subject[subject].append(sequence)
    assert len(per_subject) == 40
    assert all(numbers == sorted(set(numbers)) for numbers in per_subject.values())
    for relay in relays[1:]:
        await relay.stop()


async def test_a_commit_wakes_the_relay(rig: Rig) -> None:
    queue = await rig.amqp.listen("booking.#")
    for worker in rig.relay._workers:
        worker._every = 60  # no polling: what is told now was told because NOTIFY said so
    await rig.relay.start()
    listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    await rig.until(listening, 1)
    await rig.publish(1)
    assert await rig.amqp.get(queue) is not None


async def test_the_message_says_who_what_and_when_in_amqp_too(rig: Rig) -> None:
    queue = await rig.amqp.listen("booking.#")
    await rig.publish(1)
    await rig.relay.step()
    message = await rig.amqp.get(queue)
    assert message is not None
    body = json.loads(message.body)
    assert (message.user_id, message.type, message.message_id, message.delivery_mode) == (
        "booking",
        "reservation.cancelled.v1",
        body["id"],
        2,
    )
    assert message.content_type == "application/cloudevents+json"
    assert message.timestamp is not None
    assert (body["source"], body["specversion"], body["sequence"]) == ("/villeurbanne/booking", "1.0", "1")
    assert body["traceparent"].startswith("00-")


async def test_what_nobody_could_hear_is_kept_and_told_later(rig: Rig) -> None:
    """FastStream's default counts an unroutable event as published; ours stays until somebody can hear it."""
    async with rig.db.transaction() as tx:
        party = new_id()
        tx.post(outbox.Row(new_id(), str(party), "ronde.private", "booking.x.v1", "x", b"{}"))
    assert not await rig.relay.step()
    ((problem, attempts),) = await rig.rows("SELECT problem, attempts FROM outbox WHERE published_at IS NULL")
    assert "unroutable" in problem or "refused" in problem
    assert attempts == 1


async def test_a_subject_that_waits_waits_whole_and_holds_up_nobody_else(rig: Rig) -> None:
    queue = await rig.amqp.listen("booking.#")
    await rig.publish(4, subjects=2)  # a1 b1 a2 b2
    async with rig.db.transaction() as tx:
        await tx.session.execute(
            text("UPDATE outbox SET next_attempt_at = now() + interval '1 hour' WHERE position = 1")
        )
    await rig.relay.step()
    told = await read_all(rig, queue, 2)
    assert [sequence for _, sequence in told] == [1, 2]
    assert len({subject for subject, _ in told}) == 1
    async with rig.db.transaction() as tx:
        await tx.session.execute(text("UPDATE outbox SET next_attempt_at = now() WHERE position = 1"))
    await rig.relay.step()
    assert [sequence for _, sequence in await read_all(rig, queue, 2)] == [1, 2]


async def test_contact_details_do_not_stay_in_the_outbox(rig: Rig) -> None:
    queue = await rig.amqp.listen("#", "ronde.private")
    rig.db.source = "/villeurbanne/enrolment"
    relay = Relay(rig.db.engine, rig.amqp.url("enrolment"), user="enrolment")
    async with rig.db.transaction() as tx:
        contact = ContactRecorded(party_id=new_id(), party_kind="family", phone="+33612345678")
        tx.publish(contact, sequence=1)
    await relay.step()
    await relay.stop()
    assert await rig.amqp.depth(queue) == 1
    assert await rig.rows("SELECT 1 FROM outbox") == []


async def test_told_rows_are_kept_a_while_and_then_go(rig: Rig) -> None:
    await rig.publish(3)
    await rig.relay.step()
    await rig.publish(1)
    async with rig.db.transaction() as tx:
        assert await outbox.purge(tx.session, timedelta(days=1)) == 0
        await tx.session.execute(text("UPDATE outbox SET published_at = now() - interval '2 days' WHERE position < 3"))
        assert await outbox.purge(tx.session, timedelta(days=1)) == 2
    assert (await rig.rows("SELECT count(*) FROM outbox"))[0][0] == 2


async def test_the_oldest_unpublished_age_is_known(rig: Rig) -> None:
    async with rig.db.transaction() as tx:
        assert await outbox.oldest_unpublished(tx.session) == 0
    await rig.publish(1)
    async with rig.db.transaction() as tx:
        await tx.session.execute(text("UPDATE outbox SET created_at = now() - interval '90 s'"))
        assert 90 <= await outbox.oldest_unpublished(tx.session) < 120


@given(st.text())
def test_a_subject_always_has_one_lane_of_those_that_exist(subject: str) -> None:
    row = outbox.Row(new_id(), subject, "e", "k", "t", b"")
    assert 0 <= row.lane < outbox.LANES
    assert row.lane == outbox.Row(new_id(), subject, "e2", "k2", "t2", b"2").lane
