"""`ronde events` and `ronde parked`, as an ops person types them."""

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ronde import journal
from ronde.clock import now
from ronde.database import Tx
from ronde.envelope import Received
from ronde.ids import new_id
from ronde.retry import SAID_AGAIN
from ronde.rig import QUEUE, Rig, envelope, plan
from ronde.testing import Amqp
from sqlalchemy import text

pytestmark = [pytest.mark.broker, pytest.mark.database]


class Terminal:
    """Runs `ronde` words against one rig; gives exit code and everything printed."""

    def __init__(self, amqp: Amqp, database_url: str) -> None:
        self.environment = {
            **os.environ,
            "RONDE_OPS_AMQP_URL": amqp.url(),
            "RONDE_AMQP_URL": amqp.url("booking"),
            "RONDE_DATABASE_URL": database_url,
            "RONDE_SERVICE": "booking",
            "COLUMNS": "200",
        }

    async def ronde(self, *words: str, amqp_url: str | None = None) -> tuple[int, str]:
        environment = self.environment | ({"RONDE_AMQP_URL": amqp_url} if amqp_url else {})
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("ronde"),
            *words,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(30):
            printed, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, printed.decode()


@pytest.fixture
def terminal(rig: Rig) -> Terminal:
    return Terminal(rig.amqp, rig.url)


async def test_check_says_what_is_wrong_and_what_to_do(terminal: Terminal, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.json", tmp_path / "wrong.json"
    right.write_text(json.dumps(envelope(plan(), sequence="0")))
    wrong.write_text(json.dumps(envelope(plan(people="+33639980000"))))
    assert (await terminal.ronde("events", "check", str(right)))[0] == 0
    code, printed = await terminal.ronde("events", "check", str(right), str(wrong))
    assert code == 1
    assert "data.people" in printed
    assert "+33639980000" not in printed


async def test_publish_then_tail_then_replay(rig: Rig, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    event = envelope(plan(), sequence="0")
    file.write_text(json.dumps(event))
    async with rig.consuming():
        code, printed = await terminal.ronde(
            "events", "publish", str(file), "--as", "relais", amqp_url=rig.amqp.url("relais")
        )
        assert code == 0, printed
        await rig.until("SELECT count(*) FROM effects", 1)

        code, printed = await terminal.ronde("events", "tail", "--since", "first", "--no-follow")
        assert code == 0, printed
        assert "relais.session.planned.v1" in printed
        assert event["subject"] in printed
        code, printed = await terminal.ronde("events", "tail", "--since", "first", "--no-follow", "--json")
        assert [json.loads(line)["id"] for line in printed.splitlines()] == [event["id"]]

        # A newcomer's table is empty; the journal tells it what it missed. Who has seen it sees nothing new.
        code, printed = await terminal.ronde("events", "replay", "--to", QUEUE)
        assert (code, printed.strip().endswith(f"1 events replayed to {QUEUE}")) == (0, True), printed
        await rig.until("SELECT count(*) FROM inbox", 1)
        async with rig.db.transaction() as tx:
            for table in ("inbox", "subject_versions", "effects"):
                await (await tx.session.connection()).exec_driver_sql(f"TRUNCATE {table}")
        code, printed = await terminal.ronde("events", "replay", "--to", QUEUE, "--type", "session.planned.v1")
        await rig.until("SELECT count(*) FROM effects", 1)
    assert [str(id) for id in await rig.effects()] == [event["id"]]
    assert await rig.rows("SELECT 1 FROM parked") == []


async def test_a_restored_service_hears_again_what_it_missed_and_knows_that_it_may_have_acted(
    rig: Rig, terminal: Terminal
) -> None:
    heard: list[tuple[str, bool]] = []

    async def note(tx: Tx, event: Received[Any]) -> None:
        heard.append((event.subject, SAID_AGAIN.get()))
        await rig.write_down(tx, event)

    rig.handle = note
    before, missed, waits = (envelope(plan()) for _ in range(3))
    since = ("--since", (now() - timedelta(minutes=10)).isoformat())
    async with rig.consuming():
        for number, event in enumerate((before, missed), start=1):
            await rig.say(event)
            await rig.until("SELECT count(*) FROM effects", number)
    async with rig.db.transaction() as tx:  # the backup is from between the two
        for table, column, value in (("effects", "event_id", missed["id"]), ("inbox", "id", missed["id"])):
            await tx.session.execute(text(f"DELETE FROM {table} WHERE {column} = '{value}'"))  # noqa: S608
        await tx.session.execute(text("DELETE FROM subject_versions WHERE subject = :it"), {"it": missed["subject"]})
    await rig.say(waits)
    assert await terminal.ronde("events", "catch-up", "booking", *since) == (0, "booking: 3 events to hear again\n")
    assert await journal.catch_up(rig.amqp.url(), "booking", "first", frozenset({"session.planned.v1"})) == 0
    assert await journal.catch_up(rig.amqp.url(), "notify", "first") == 0, "it has no such queue here"
    heard.clear()
    async with rig.consuming():
        await rig.until("SELECT count(*) FROM effects", 3)
    assert sorted(heard) == sorted([(missed["subject"], True), (waits["subject"], False)])


async def test_an_empty_journal_ends_and_an_unknown_queue_is_named(rig: Rig, terminal: Terminal) -> None:
    assert await terminal.ronde("events", "tail", "--since", "first", "--no-follow") == (0, "")
    await rig.say(envelope(plan()))
    code, printed = await terminal.ronde("events", "replay", "--to", "no.such.queue")
    assert code == 1
    assert "no.such.queue" in printed


async def test_a_type_that_is_not_theirs_to_say(rig: Rig, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(envelope(plan(), source="/villeurbanne/acepp", sequence="0")))
    code, printed = await terminal.ronde(
        "events", "publish", str(file), "--as", "acepp", amqp_url=rig.amqp.url("relais")
    )
    assert code == 1
    assert "did not take it" in printed


async def test_parked_list_show_replay_discard(rig: Rig, terminal: Terminal) -> None:
    async with rig.consuming():
        await rig.say(b"no json at all")
        await rig.say(envelope(plan(people=0)))
        await rig.until("SELECT count(*) FROM parked", 2)
        (first,), (second,) = await rig.rows("SELECT id FROM parked ORDER BY parked_at")
        code, printed = await terminal.ronde("parked", "list")
        assert code == 0
        assert all(word in printed for word in (str(first), str(second), "not-json", "invalid-data", "relais"))
        code, printed = await terminal.ronde("parked", "show", str(first))
        assert (code, "no json at all" in printed, "not-json" in printed) == (0, True, True)

        assert (await terminal.ronde("parked", "discard", str(first)))[0] == 0
        assert (await terminal.ronde("parked", "replay", str(second)))[0] == 0
        # It is as wrong as before: it is put aside again, once more.
        await rig.until("SELECT count(*) FROM parked WHERE settled_at IS NULL", 1)
        assert (await terminal.ronde("parked", "discard", str(second)))[0] == 1
        code, printed = await terminal.ronde("parked", "show", str(new_id()))
        assert code == 1


async def test_no_house_is_one_sentence(tmp_path: Path, terminal: Terminal) -> None:
    for name in ("RONDE_OPS_AMQP_URL", "RONDE_DATABASE_URL"):
        del terminal.environment[name]
    for words in (("events", "tail"), ("parked", "list")):
        code, printed = await terminal.ronde(*words, "--data-dir", str(tmp_path))
        assert code == 1
        assert "make run" in printed
        assert "Traceback" not in printed
