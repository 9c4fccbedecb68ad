"""The broker itself refuses what nobody may do; every rule here is tried on a real RabbitMQ."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed
from ronde import topology
from ronde.testing import Amqp

pytestmark = pytest.mark.broker
PLANNED = "relais.session.planned.v1"


@asynccontextmanager
async def channel_of(amqp: Amqp, user: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(amqp.url(user)) as connection:
        yield await connection.channel()


async def say(channel: AbstractChannel, exchange: str, key: str, **properties: Any) -> None:
    target = await channel.get_exchange(exchange, ensure=False)
    await target.publish(aio_pika.Message(b"{}", **properties), key)


def test_the_password_hash_is_what_rabbitmq_computes() -> None:
    salted = base64.b64decode(topology.password_hash("secret", salt=b"abcd"))
    assert salted == b"abcd" + hashlib.sha256(b"abcdsecret").digest()


@pytest.mark.parametrize("name", ["", "Relais", "a.b", "a|b", ".*", "1st"])
def test_a_name_that_would_widen_a_pattern_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a broker user"):
        topology.definitions("h", [], {name: []}, {name: "x", "ops": "x"})


async def test_applying_twice_changes_nothing(amqp: Amqp) -> None:
    before = sorted(amqp.queues())
    topology.apply(
        amqp.management,
        topology.definitions("villeurbanne", ["booking"], {}, amqp.passwords, vhost=amqp.vhost),
    )
    assert sorted(amqp.queues()) == before


async def test_the_ladder_brings_a_message_back_to_the_queue_it_names(amqp: Amqp) -> None:
    async with channel_of(amqp, "booking") as channel:
        queue = await channel.declare_queue(
            "booking.session.planned.v1", durable=True, arguments={"x-queue-type": "quorum"}
        )
        await say(
            channel, "ronde.delay.1s", queue.name, headers={"ronde-attempt": 3}, message_id="m", user_id="booking"
        )
        assert await amqp.depth(queue.name) == 0
    message = await amqp.get(queue.name)
    assert message is not None
    assert message.headers["ronde-attempt"] == 3
    assert (message.body, message.message_id, message.user_id) == (b"{}", "m", "booking")


async def test_a_message_for_a_queue_that_is_gone_does_not_hold_up_the_ladder(amqp: Amqp) -> None:
    """RabbitMQ keeps it and tries again every three minutes. It allows 32 of them at a time, then the rung waits."""
    async with channel_of(amqp, "booking") as channel:
        await channel.declare_queue("booking.there", durable=True)
        for _ in range(31):
            await say(channel, "ronde.delay.1s", "booking.gone")
        await say(channel, "ronde.delay.1s", "booking.there")
    assert await amqp.get("booking.there") is not None


async def test_a_partner_says_what_the_house_lets_it_say(amqp: Amqp) -> None:
    heard = await amqp.listen()
    async with channel_of(amqp, "relais") as channel:
        await say(channel, "ronde.events", PLANNED, user_id="relais")
    assert await amqp.depth(heard) == 1


REFUSED: dict[str, Callable[[AbstractChannel], Any]] = {
    "in another's name": lambda c: say(c, "ronde.events", "bottines.session.planned.v1"),
    "in a service's name": lambda c: say(c, "ronde.events", "booking.reservation.confirmed.v1"),
    "a type that the house file does not give it": lambda c: say(c, "ronde.events", "relais.reservation.confirmed.v1"),
    "a type that only begins like one it may say": lambda c: say(c, "ronde.events", PLANNED + ".x"),
    "to the private exchange": lambda c: say(c, "ronde.private", "relais.session.planned.v1"),
    "to the ladder": lambda c: say(c, "ronde.delay.1s", "booking.session.planned.v1"),
    "to the parked notices": lambda c: say(c, "ronde.parked", "relais.invalid"),
    "to the probe": lambda c: say(c, "ronde.readiness", ""),
    "straight into a queue": lambda c: say_default(c, "booking.session.planned.v1"),
    "declare a queue of a service": lambda c: c.declare_queue("booking.mine"),
    "declare a queue that only begins like its own": lambda c: c.declare_queue("relaisx.mine"),
    "declare an exchange of the house": lambda c: c.declare_exchange("ronde.mine"),
    "have the server name a queue": lambda c: c.declare_queue(""),
    "read a service's queue": lambda c: read(c, "notify.inbox"),
    "read the journal": lambda c: read(c, "ronde.journal"),
    "read the parked notices": lambda c: read(c, "ronde.parked"),
    "hear the private exchange": lambda c: hear(c, "ronde.private"),
    "delete a queue of the house": lambda c: c.queue_delete("ronde.parked"),
    "dead-letter into the ladder": lambda c: c.declare_queue(
        "relais.trick", arguments={"x-dead-letter-exchange": "ronde.delay.1s"}
    ),
}


async def say_default(channel: AbstractChannel, key: str) -> None:
    await channel.default_exchange.publish(aio_pika.Message(b"{}"), key)


async def read(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).get(fail=False)


async def hear(channel: AbstractChannel, exchange: str) -> None:
    queue = await channel.declare_queue("relais.ear")
    await queue.bind(exchange, "#")


@pytest.mark.parametrize("what", REFUSED)
async def test_a_partner_is_refused(shared_amqp: Amqp, what: str) -> None:
    async with await aio_pika.connect(shared_amqp.url()) as connection:
        await (await connection.channel()).declare_queue("notify.inbox", durable=True)
    async with channel_of(shared_amqp, "relais") as channel:
        with pytest.raises(ChannelAccessRefused):
            await REFUSED[what](channel)


async def test_a_forged_user_id_is_refused(shared_amqp: Amqp) -> None:
    async with channel_of(shared_amqp, "relais") as channel:
        with pytest.raises(ChannelPreconditionFailed):
            await say(channel, "ronde.events", PLANNED, user_id="booking")


async def test_a_partner_hears_the_events_with_a_queue_of_its_own(amqp: Amqp) -> None:
    async with channel_of(amqp, "relais") as channel:
        queue = await channel.declare_queue("relais.reservations", durable=True)
        await queue.bind("ronde.events", "booking.reservation.*.v1")
    async with channel_of(amqp, "booking") as channel:
        await say(channel, "ronde.events", "booking.reservation.confirmed.v1", user_id="booking")
    async with channel_of(amqp, "relais") as channel:
        message = await (await channel.get_queue("relais.reservations", ensure=False)).get(no_ack=True)
        assert message is not None


async def test_a_forged_route_still_carries_the_name_of_who_said_it(amqp: Amqp) -> None:
    """Topic rights do not reach what comes through an exchange of the partner's own: consumers go by user_id."""
    heard = await amqp.listen("booking.#")
    async with channel_of(amqp, "relais") as channel:
        detour = await channel.declare_exchange("relais.detour", "fanout")
        events = await channel.get_exchange("ronde.events", ensure=False)
        await events.bind(detour)
        with pytest.raises(ChannelPreconditionFailed):
            await say(channel, "relais.detour", "booking.reservation.confirmed.v1", user_id="booking")
    async with channel_of(amqp, "relais") as channel:
        await say(channel, "relais.detour", "booking.reservation.confirmed.v1", user_id="relais")
    message = await amqp.get(heard)
    assert message is not None
    assert message.user_id == "relais"


@pytest.mark.parametrize(
    ("user", "exchange", "key", "may"),
    [
        ("booking", "ronde.events", "booking.reservation.confirmed.v1", True),
        ("booking", "ronde.events", "enrolment.enrolment.confirmed.v1", False),
        ("booking", "ronde.private", "booking.contact.v1", False),
        ("booking", "ronde.parked", "booking.invalid", True),
        ("booking", "ronde.parked", "notify.invalid", False),
        ("booking", "ronde.readiness", "", True),
        ("enrolment", "ronde.private", "enrolment.contact.changed.v1", True),
        ("enrolment", "ronde.private", "notify.contact.changed.v1", False),
        ("notify", "ronde.private", "notify.contact.changed.v1", False),
    ],
)
async def test_a_service_says_only_what_is_its_own(
    shared_amqp: Amqp, user: str, exchange: str, key: str, may: bool
) -> None:
    async with channel_of(shared_amqp, user) as channel:
        if may:
            await say(channel, exchange, key, user_id=user)
        else:
            with pytest.raises(ChannelAccessRefused):
                await say(channel, exchange, key, user_id=user)


@pytest.mark.parametrize(("user", "may"), [("notify", True), ("booking", False), ("enrolment", False)])
async def test_only_notify_hears_contact_details(amqp: Amqp, user: str, may: bool) -> None:
    async with channel_of(amqp, user) as channel:
        queue = await channel.declare_queue(f"{user}.contacts", durable=True)
        if may:
            await queue.bind("ronde.private", "enrolment.#")
        else:
            with pytest.raises(ChannelAccessRefused):
                await queue.bind("ronde.private", "enrolment.#")


async def test_the_journal_replays_what_was_said_before_one_came(amqp: Amqp) -> None:
    async with channel_of(amqp, "relais") as channel:
        await say(channel, "ronde.events", PLANNED, user_id="relais", message_id="first")
    async with channel_of(amqp, "ops") as channel:
        await channel.set_qos(prefetch_count=10)
        journal = await channel.get_queue("ronde.journal", ensure=False)
        async with journal.iterator(arguments={"x-stream-offset": "first"}, timeout=10) as messages:
            async for message in messages:
                await message.ack()
                break
    assert message.message_id == "first"
