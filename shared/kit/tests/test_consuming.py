"""What becomes of a message: once, in order of its sequence, tried again, parked; the consumer goes on."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from aiormq.exceptions import AMQPError
from ronde import inbox, parking, topology
from ronde.database import Tx
from ronde.ids import new_id
from ronde.publisher import Publisher
from ronde.rig import KEY, QUEUE, Rig, envelope, plan
from ronde.subscriber import NotKnownYet, Received, Unacceptable
from ronde_contracts.booking import ReservationCancelled
from ronde_contracts.envelope import MAX_BODY
from ronde_contracts.partners import SessionPlanned
from sqlalchemy import text

pytestmark = [pytest.mark.broker, pytest.mark.database]
COUNT = "SELECT count(*) FROM effects"


async def test_an_event_delivered_three_times_has_one_effect(rig: Rig) -> None:
    event = envelope(plan())
    async with rig.consuming():
        for _ in range(3):
            await rig.say(event)
        last = envelope(plan())
        await rig.say(last)
        await rig.until("SELECT count(*) FROM effects WHERE event_id = :id", 1, id=last["id"])
    assert [str(id) for id in await rig.effects()].count(event["id"]) == 1


async def test_two_senders_may_use_the_same_id(rig: Rig) -> None:
    """The CloudEvents rule: source and id together are unique."""
    one, other = envelope(plan()), envelope(plan(), source="/villeurbanne/acepp")
    other["id"] = one["id"]
    async with rig.consuming():
        await rig.say(one)
        await rig.say(other, user="acepp", key="acepp.session.planned.v1")
        await rig.until(COUNT, 2)


async def test_an_older_state_never_replaces_a_newer_one(rig: Rig) -> None:
    session = new_id()
    newer, older, newest = (envelope(plan(session), sequence=n) for n in ("5", "4", 6))
    async with rig.consuming():
        for event in (newer, older, newest):
            await rig.say(event)
            await rig.until("SELECT count(*) FROM inbox WHERE id = :id", 1, id=event["id"])
    assert [str(id) for id in await rig.effects()] == [newer["id"], newest["id"]]


async def test_what_was_overtaken_reaches_who_asked_for_it_once(rig: Rig) -> None:
    session = new_id()
    newer, older = (envelope(plan(session), sequence=n) for n in (2, 1))
    told: list[int] = []

    async def overtaken(_tx: Tx, event: Received[SessionPlanned]) -> None:
        told.append(event.sequence)

    rig.overtaken = overtaken
    async with rig.consuming():
        for event in (newer, older):  # one after the other: several are handled at once
            await rig.say(event)
            await rig.until("SELECT count(*) FROM inbox WHERE id = :id", 1, id=event["id"])
        await rig.say(older)
    assert await rig.amqp.depth(QUEUE) == 0
    assert told == [1]


async def test_what_follows_from_an_event_is_in_its_trace(rig: Rig) -> None:
    queue = await rig.amqp.listen("booking.#")
    traces = []

    async def follow(tx: Tx, _event: Received[SessionPlanned]) -> None:
        answer = ReservationCancelled(reservation_id=new_id(), reference="R", organisation="relais")
        tx.publish(answer, sequence=1)

    rig.handle = follow
    with_trace = envelope(plan(), traceparent=f"00-{'ab' * 16}-{'cd' * 8}-01")
    without = envelope(plan())
    async with rig.consuming(prefetch=1):
        for event in (with_trace, without):
            await rig.say(event)
            await rig.until("SELECT count(*) FROM inbox WHERE id = :id", 1, id=event["id"])
            await rig.relay.step()
            told = await rig.amqp.get(queue)
            assert told is not None
            traces.append(json.loads(told.body)["traceparent"].split("-")[1])
    assert traces == ["ab" * 16, without["id"].replace("-", "")]


async def test_a_uuid_may_come_in_capitals(rig: Rig) -> None:
    session = str(new_id()).upper()
    async with rig.consuming():
        await rig.say(envelope({**plan(), "session_id": session}))
        await rig.until("SELECT count(*) FROM effects WHERE subject = :id", 1, id=session.lower())


async def test_each_queue_hears_its_own_events_also_after_the_watch_has_looked(rig: Rig) -> None:
    async with rig.consuming() as consumers:
        await consumers._look()
    with topology.client(rig.amqp.management) as api:
        bindings = api.get(f"/api/exchanges/{quote(rig.amqp.vhost, safe='')}/ronde.events/bindings/source").json()
    heard = {(b["destination"], b["routing_key"]) for b in bindings if b["destination"].startswith("booking.")}
    assert heard == {
        ("booking.session.planned.v1", "*.session.planned.v1"),
        ("booking.session.cancelled.v1", "*.session.cancelled.v1"),
    }


async def test_binary_mode_is_understood_in_each_of_its_spellings(rig: Rig) -> None:
    async with rig.consuming():
        for prefix in ("ce-", "cloudEvents:", "cloudEvents_"):
            data = plan()
            headers = {f"{prefix}{k}": v for k, v in envelope(data).items() if k not in ("data", "datacontenttype")}
            await rig.say(json.dumps(data).encode(), content_type="application/json", headers=headers)
        await rig.until(COUNT, 3)


def wrong(**changes: Any) -> dict[str, Any]:
    return envelope(plan(), **changes)


@pytest.mark.parametrize(
    ("reason", "message", "properties"),
    [
        ("not-json", b"\xff\x00 no json", {}),
        ("malformed-envelope", b"[1, 2]", {}),
        ("malformed-envelope", wrong(id="42"), {}),
        ("malformed-envelope", wrong(specversion="0.3"), {}),
        ("malformed-envelope", wrong(type=None), {}),
        ("malformed-envelope", wrong(sequence="minus one"), {}),
        ("malformed-envelope", wrong(sequence="007"), {}),
        ("malformed-envelope", wrong(sequence=None), {}),
        ("malformed-envelope", wrong(subject="another"), {}),
        ("malformed-envelope", b"{}", {"content_type": "text/plain"}),
        ("malformed-envelope", b"\xff", {"content_type": "application/json", "headers": {"ce-id": "x"}}),
        ("wrong-producer", wrong(source="/villeurbanne/bottines"), {}),
        ("wrong-producer", wrong(source="/lyon/relais"), {}),
        ("unknown-version", wrong(type="session.planned.v2"), {}),
        ("wrong-type", wrong(type="session.cancelled.v1"), {}),
        ("no-user", wrong(), {"user_id": None}),
        ("invalid-data", envelope(plan(people=0)), {}),
        ("invalid-data", envelope(plan(ends_at="2027-01-12T08:00:00+01:00")), {}),
        ("invalid-data", envelope(plan(title={"en": "no French"})), {}),
        ("too-large", envelope(plan(title={"fr": "e" * MAX_BODY})), {}),
        ("not-json", b"\x00", {"headers": {"nul": "\x00"}, "reply_to": "enrolment.session.opened.v1"}),
    ],
)
async def test_a_message_nobody_can_read_is_parked_with_the_reason(
    rig: Rig, reason: str, message: dict[str, Any] | bytes, properties: dict[str, Any]
) -> None:
    async with rig.consuming():
        await rig.say(message, **properties)
        await rig.until("SELECT count(*) FROM parked", 1)
        await rig.say(envelope(plan()))  # the consumer goes on
        await rig.until(COUNT, 1)
    (row,) = await rig.rows("SELECT reason, body, queue, routing_key FROM parked")
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    assert (row.reason, row.body, row.queue, row.routing_key) == (reason, body, QUEUE, KEY)


async def test_the_house_hears_that_something_is_parked_but_not_what_it_says(rig: Rig) -> None:
    secret = "+33639980000"
    async with rig.consuming():
        await rig.say(envelope(plan(people=secret)))
        await rig.until("SELECT count(*) FROM parked", 1)
    await rig.relay.step()
    notice = await rig.amqp.get("ronde.parked")
    assert notice is not None
    (row,) = await rig.rows("SELECT id, detail FROM parked")
    assert json.loads(notice.body) | {"at": ""} == {
        "id": str(row.id), "queue": QUEUE, "reason": "invalid-data", "sender": "relais", "at": "",
    }  # fmt: skip
    assert secret not in row.detail


async def test_what_a_handler_finds_unacceptable_is_parked(rig: Rig) -> None:
    async def refuse(_tx: Tx, _event: Received[SessionPlanned]) -> None:
        raise Unacceptable("not-yours", "this session is acepp's")

    rig.handle = refuse
    async with rig.consuming():
        await rig.say(envelope(plan()))
        await rig.until("SELECT reason FROM parked UNION ALL SELECT '' LIMIT 1", "not-yours")


async def test_what_is_not_known_yet_comes_back_by_the_ladder(rig: Rig) -> None:
    attempts = 0

    async def later(tx: Tx, event: Received[SessionPlanned]) -> None:
        nonlocal attempts
        attempts += 1
        await rig.write_down(tx, event)
        if attempts == 1:
            raise NotKnownYet("the room")

    rig.handle = later
    event = envelope(plan(), sequence="1")
    async with rig.consuming():
        await rig.say(event)
        await rig.until(COUNT, 1)
    assert attempts == 2
    assert [str(id) for id in await rig.effects()] == [event["id"]]


async def test_a_handler_that_always_fails_ends_in_the_car_park(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ronde.retry.ATTEMPTS", 1)  # the whole ladder takes an hour

    async def fail(_tx: Tx, _event: Received[SessionPlanned]) -> None:
        raise ZeroDivisionError("a value nobody may see")

    rig.handle = fail
    async with rig.consuming():
        await rig.say(envelope(plan()))
        await rig.until("SELECT detail FROM parked UNION ALL SELECT '' LIMIT 1", "ZeroDivisionError after 1 attempts")


async def test_a_parked_message_is_replayed_once_and_then_consumed(rig: Rig) -> None:
    async def refuse(_tx: Tx, _event: Received[SessionPlanned]) -> None:
        raise Unacceptable("not-today")

    rig.handle = refuse
    event = envelope(plan())
    publisher = Publisher(rig.amqp.url("booking"), user="booking")
    async with rig.consuming():
        await rig.say(event)
        await rig.until("SELECT count(*) FROM parked", 1)
        rig.handle = rig.write_down
        async with rig.db.transaction() as tx:
            (waiting,) = await parking.waiting(tx.session)
            assert await parking.replay(tx.session, publisher, waiting["id"])
        async with rig.db.transaction() as tx:
            assert not await parking.replay(tx.session, publisher, waiting["id"])
            assert await parking.waiting(tx.session) == []
        await rig.until(COUNT, 1)
    await publisher.close()
    assert [str(id) for id in await rig.effects()] == [event["id"]]


async def test_nobody_gets_behind_a_ladder_header_of_their_own(rig: Rig) -> None:
    """The headers that carry the origin round the ladder are believed from the service itself only."""
    forged = {"ronde-user": "bottines", "ronde-key": "bottines.session.planned.v1", "ronde-attempt": 0}
    async with rig.consuming():
        await rig.say(envelope(plan(), source="/villeurbanne/bottines"), headers=forged)
        await rig.until("SELECT reason FROM parked UNION ALL SELECT '' LIMIT 1", "wrong-producer")


async def test_another_partys_name_is_refused_by_the_broker(rig: Rig) -> None:
    with pytest.raises(AMQPError):
        await rig.say(envelope(plan(), source="/villeurbanne/bottines"), key="bottines.session.planned.v1")
    with pytest.raises(AMQPError):
        await rig.say(envelope(plan()), user_id="bottines")


async def test_a_film_is_refused_by_the_broker_itself(rig: Rig) -> None:
    with pytest.raises(AMQPError, match="larger than"):
        await rig.say(b" " * (1024 * 1024 + 1))


async def test_ids_are_forgotten_after_a_while_and_not_before(rig: Rig) -> None:
    async with rig.consuming():
        await rig.say(envelope(plan()))
        await rig.until(COUNT, 1)
    async with rig.db.transaction() as tx:
        assert await inbox.purge(tx.session, timedelta(days=7)) == 0
        await tx.session.execute(text("UPDATE inbox SET received_at = now() - interval '8 days'"))
        assert await inbox.purge(tx.session, timedelta(days=7)) == 1


async def test_no_more_handlers_run_than_the_prefetch_allows(rig: Rig) -> None:
    """FastStream without a channel of its own ran 1,327 at once."""
    running = most = 0
    gate = asyncio.Event()

    async def slow(tx: Tx, event: Received[SessionPlanned]) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 3:
            gate.set()
        await gate.wait()
        running -= 1
        await rig.write_down(tx, event)

    rig.handle = slow
    async with rig.consuming(prefetch=3):
        for _ in range(9):
            await rig.say(envelope(plan()))
        await rig.until(COUNT, 9)
    assert most == 3


async def test_a_shutdown_finishes_what_runs_and_delivers_nothing_in_vain(rig: Rig) -> None:
    started = asyncio.Event()

    async def slow(tx: Tx, event: Received[SessionPlanned]) -> None:
        started.set()
        await asyncio.sleep(0.3)
        await rig.write_down(tx, event)

    rig.handle = slow
    async with rig.consuming(prefetch=1):
        for _ in range(5):
            await rig.say(envelope(plan()))
        await started.wait()
    done = len(await rig.effects())
    assert 1 <= done < 5
    async with rig.consuming():
        await rig.until(COUNT, 5)
    assert len(set(await rig.effects())) == 5
