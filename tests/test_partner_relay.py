"""The relay's own system, as a house sees it: run from outside, judged by the published contracts alone.

Nothing here knows the language it is written in: PROGRAM is the only line to change for another one.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aio_pika
import pytest
from ronde import topology
from ronde.house import load
from ronde.testing import Amqp
from ronde_contracts.catalogue import BY_TYPE
from ronde_contracts.partners import SessionCancelled, SessionChanged, SessionPlanned
from ronde_contracts.validate import validate

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples/partner-relay"
AUTUMN = "2026-11-23T10:00:00+01:00"
PROGRAM = """
import runpy, sys, time_machine
sys.argv[0] = "partner-relay"
with time_machine.travel(sys.argv.pop(1), tick=True):
    runpy.run_module("partner_relay", run_name="__main__", alter_sys=False)
"""
PARIS = ZoneInfo("Europe/Paris")
THURSDAYS, CAFE = "matinee-eveil-jeudi@relais.example", "cafe-des-parents@relais.example"


class Relay:
    """The program with its own copy of the programme, its memory and its broker URL."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.file = folder / "programme.ics"
        self.memory = folder / "programme.said.json"
        self.url = url
        shutil.copy(FOLDER / "programme-2027-T1.ics", self.file)

    def run(self, command: str, *arguments: str, at: str = AUTUMN) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, at, command, str(self.file), *arguments],
            cwd=FOLDER,
            env={**os.environ, "PARTNER_AMQP_URL": self.url, "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            check=False,
        )

    def messages(self, at: str = AUTUMN) -> list[dict[str, Any]]:
        """What it would say, without a broker."""
        done = self.run("sync", "--dry-run", at=at)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def edit(self, before: str, after: str) -> None:
        text = self.file.read_bytes().decode()
        assert text.count(before) == 1
        self.file.write_bytes(text.replace(before, after).encode())


@pytest.fixture
def relay(tmp_path: Path) -> Relay:
    return Relay(tmp_path)


def plans(messages: list[dict[str, Any]]) -> list[SessionPlanned]:
    return [SessionPlanned.model_validate(message["body"]["data"]) for message in messages]


def test_every_message_is_what_the_contracts_ask(relay: Relay) -> None:
    messages = relay.messages()
    assert 30 <= len(messages) <= 50
    for message in messages:
        body, properties = message["body"], message["properties"]
        assert validate(body) == []
        event = BY_TYPE[body["type"]].model_validate(body["data"])
        assert event.subject == body["subject"]
        assert body["source"] == "/villeurbanne/relais"
        assert (message["exchange"], message["routing_key"]) == (event.exchange, f"relais.{body['type']}")
        assert properties["content_type"] == "application/cloudevents+json"
        assert (properties["user_id"], properties["app_id"]) == ("relais", "relais")
        assert (properties["message_id"], properties["type"]) == (body["id"], body["type"])
        assert properties["delivery_mode"] == 2


def test_saying_it_again_says_the_same_ids(relay: Relay) -> None:
    def ids() -> list[tuple[str, str, str]]:
        return [(m["body"]["id"], m["body"]["subject"], m["body"]["sequence"]) for m in relay.messages()]

    first = ids()
    assert first == ids()
    assert len(set(first)) == len({id for id, _, _ in first}) == len(first)


def test_weekly_sessions_keep_nine_o_clock_over_the_clock_change(relay: Relay) -> None:
    mornings = [p for p in plans(relay.messages()) if p.title["fr"] == "Matinée d'éveil"]
    around = [p for p in mornings if date(2027, 3, 20) < p.starts_at.date() < date(2027, 4, 4)]
    assert len(around) == 4
    assert {p.starts_at.astimezone(PARIS).hour for p in mornings} == {9}
    assert {p.starts_at.utcoffset() for p in around} == {
        datetime(2027, 3, 1, tzinfo=PARIS).utcoffset(),
        datetime(2027, 4, 1, tzinfo=PARIS).utcoffset(),
    }


def test_no_session_in_the_holidays_nor_on_a_closed_day(relay: Relay) -> None:
    house = load(ROOT / "deploy/house/villeurbanne.toml")
    for plan in plans(relay.messages()):
        start, end = plan.starts_at.astimezone(PARIS), plan.ends_at.astimezone(PARIS)
        assert house.school_holiday(start.date()) is None, plan
        hours = house.opening(start.date())
        assert hours is not None, plan
        assert hours.opens < start.time() < end.time() < hours.closes
    tuesdays = [p for p in plans(relay.messages()) if p.starts_at.weekday() == 1]
    assert len(tuesdays) == 13, "17 Tuesdays from 5 January to 27 April, 4 of them in the holidays"


def test_the_term_has_what_the_day_at_the_house_needs(relay: Relay) -> None:
    house = load(ROOT / "deploy/house/villeurbanne.toml")
    all_of_them = plans(relay.messages())
    assert [p.title["fr"] for p in all_of_them if p.places == 8] == ["Comptines et jeux de doigts"]
    assert all(p.room in {room.id for room in house.rooms} for p in all_of_them)
    too_many = [p for p in all_of_them if p.people > house.room(p.room or "").capacity]
    assert [p.title["fr"] for p in too_many] == ["Conférence : les écrans et les tout-petits"]
    clashes = []
    for n, one in enumerate(all_of_them):
        for other in all_of_them[:n]:
            rooms = house.room(one.room or ""), house.room(other.room or "")
            if not rooms[0].spaces & rooms[1].spaces or one in too_many or other in too_many:
                continue
            assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at, "only the buffers overlap"
            first, then = sorted([(one, rooms[0]), (other, rooms[1])], key=lambda pair: pair[0].starts_at)
            if first[0].ends_at + first[1].tidy > then[0].starts_at - then[1].setup:
                clashes.append({one.title["fr"], other.title["fr"]})
    assert clashes == [{"Matinée d'éveil", "Signer avec bébé"}]


def test_an_event_that_repeats_is_a_series_and_its_adults_are_counted(relay: Relay) -> None:
    found = plans(relay.messages())
    tuesdays = [p for p in found if p.title["fr"].startswith("Matinée d'éveil") and p.starts_at.weekday() == 1]
    assert len({p.series.series_id for p in tuesdays if p.series}) == 1
    assert {p.series.title["fr"] for p in tuesdays if p.series and p.series.title} == {"Matinée d'éveil"}
    [once] = [p for p in found if p.places == 8]
    assert (once.series, once.adult_places) == (None, 8)
    assert len({p.series.series_id for p in found if p.series}) == 5
    for plan in found:
        assert plan.places + (plan.adult_places or 0) <= plan.people, "everybody is in the room at once"


def test_an_exception_of_a_series_says_what_differs_and_keeps_the_rest(relay: Relay) -> None:
    [librarian] = [p for p in plans(relay.messages()) if "bibliothécaire" in p.title["fr"]]
    assert librarian.starts_at == datetime(2027, 3, 9, 9, 30, tzinfo=PARIS)
    assert (librarian.room, librarian.people, librarian.places) == ("salle-motricite", 26, 12)


def test_what_is_over_is_left_in_peace(relay: Relay) -> None:
    spring = relay.messages(at="2027-03-09T09:30:00+01:00")
    assert min(p.starts_at for p in plans(spring)) > datetime(2027, 3, 9, 9, 30, tzinfo=PARIS)
    done = relay.run("sync", at="2027-09-01T09:00:00+02:00")
    assert done.returncode == 0
    assert "All 43 sessions of this file are over. Time for the next programme?" in done.stderr


async def heard(amqp: Amqp, queue: str, count: int) -> list[dict[str, Any]]:
    """All that is in the queue: `count` messages. The program ended, so the broker confirmed every one."""
    bodies: list[dict[str, Any]] = []
    async with await aio_pika.connect(amqp.url()) as connection:
        source = await (await connection.channel()).get_queue(queue, ensure=False)
        while (message := await source.get(no_ack=True, fail=False)) is not None:
            assert message.user_id == "relais"
            assert validate(message.body) == []
            bodies.append(json.loads(message.body))
    assert len(bodies) == count
    return bodies


@pytest.mark.broker
async def test_a_term_is_told_then_one_session_moves_and_one_is_cancelled(amqp: Amqp, tmp_path: Path) -> None:
    relay = Relay(tmp_path, amqp.url("relais"))
    queue = await amqp.listen("relais.#")

    done = relay.run("sync")
    assert done.returncode == 0, done.stderr
    planned = await heard(amqp, queue, 43)
    assert Counter(body["type"] for body in planned) == {"session.planned.v1": 43}
    assert "43 said" in done.stderr

    assert "0 said, 43 known already" in relay.run("sync").stderr
    await heard(amqp, queue, 0)

    relay.run("move", THURSDAYS, "2027-01-21", "2027-01-22T09:30")
    [moved] = await heard(amqp, queue, 1)
    change = SessionChanged.model_validate(moved["data"])
    assert change.starts_at == datetime(2027, 1, 22, 9, 30, tzinfo=PARIS)
    assert change.ends_at == datetime(2027, 1, 22, 11, 30, tzinfo=PARIS)
    assert (moved["type"], moved["sequence"]) == ("session.changed.v1", "2")
    [before] = [body for body in planned if body["subject"] == moved["subject"]]
    assert datetime.fromisoformat(before["data"]["starts_at"]) == datetime(2027, 1, 21, 9, tzinfo=PARIS)

    relay.run("cancel", CAFE, "2027-02-12", "--reason", "L'équipe est en formation")
    [cancelled] = await heard(amqp, queue, 1)
    assert SessionCancelled.model_validate(cancelled["data"]).reason == {"fr": "L'équipe est en formation"}
    assert (cancelled["type"], cancelled["sequence"]) == ("session.cancelled.v1", "2")
    [before] = [body for body in planned if body["subject"] == cancelled["subject"]]
    assert before["data"]["starts_at"] == "2027-02-12T17:00:00+01:00"

    relay.run("sync")
    await heard(amqp, queue, 0)


@pytest.mark.broker
async def test_a_lost_memory_tells_the_same_facts_under_the_same_ids(amqp: Amqp, tmp_path: Path) -> None:
    relay = Relay(tmp_path, amqp.url("relais"))
    queue = await amqp.listen("relais.#")
    relay.run("sync")
    first = await heard(amqp, queue, 43)
    relay.run("move", THURSDAYS, "2027-01-21", "2027-01-22T09:30")
    [moved] = await heard(amqp, queue, 1)
    relay.memory.unlink()

    relay.run("sync")
    again = {body["subject"]: body for body in await heard(amqp, queue, 43)}

    for body in first:
        if body["subject"] != moved["subject"]:
            assert again[body["subject"]]["id"] == body["id"]
    assert again[moved["subject"]]["id"] == moved["id"]
    assert again[moved["subject"]]["data"] == moved["data"]


@pytest.mark.broker
async def test_a_date_struck_out_in_the_file_is_a_session_cancelled(amqp: Amqp, tmp_path: Path) -> None:
    relay = Relay(tmp_path, amqp.url("relais"))
    relay.run("sync")
    queue = await amqp.listen("relais.#")
    relay.edit("EXDATE;TZID=Europe/Paris:20270226T093000", "EXDATE;TZID=Europe/Paris:20270129T093000,20270226T093000")
    relay.run("sync")
    [cancelled] = await heard(amqp, queue, 1)
    assert cancelled["type"] == "session.cancelled.v1"


@pytest.mark.broker
async def test_a_series_put_half_an_hour_later_changes_its_sessions(amqp: Amqp, tmp_path: Path) -> None:
    relay = Relay(tmp_path, amqp.url("relais"))
    relay.run("sync")
    queue = await amqp.listen("relais.#")
    relay.edit("DTSTART;TZID=Europe/Paris:20270108T170000", "DTSTART;TZID=Europe/Paris:20270108T173000")
    relay.run("sync")
    assert {body["type"] for body in await heard(amqp, queue, 4)} == {"session.changed.v1"}


@pytest.mark.broker
def test_a_wrong_password_is_one_sentence(amqp: Amqp, tmp_path: Path) -> None:
    relay = Relay(tmp_path, amqp.url("relais").replace("relais-secret", "guess"))
    done = relay.run("sync")
    assert done.returncode == 1
    assert "does not know 'relais' with this password" in done.stderr
    assert "guess" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.broker
def test_what_the_house_does_not_let_it_say_is_one_sentence_and_is_said_later(amqp: Amqp, tmp_path: Path) -> None:
    relay = Relay(tmp_path, amqp.url("relais"))
    relay.run("sync")
    with topology.client(amqp.management) as api:
        path = f"/api/topic-permissions/{quote(amqp.vhost, safe='')}/relais"
        only_plan = {"exchange": topology.EVENTS, "write": r"^relais\.session\.planned\.v1$", "read": ".*"}
        assert api.put(path, json=only_plan).is_success
    done = relay.run("cancel", CAFE, "2027-02-12")
    assert done.returncode == 1
    assert "the house refuses relais.session.cancelled.v1" in done.stderr
    assert "Traceback" not in done.stderr
    assert [message["body"]["type"] for message in relay.messages()] == ["session.cancelled.v1"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("X-RONDE-PEOPLE:50", "X-RONDE-PEOPLE:many", "X-RONDE-PEOPLE:12"),
        ("X-RONDE-AGES:6-72", "X-RONDE-AGES:6 months", "X-RONDE-AGES:3-36"),
        ("BEGIN:VCALENDAR", "BEGIN:VJOURNAL", "is no iCalendar file"),
        (
            "DTSTART;TZID=Europe/Paris:20270123T100000",
            "DTSTART;VALUE=DATE:20270123",
            "« Comptines et jeux de doigts »",
        ),
    ],
)
def test_a_file_that_cannot_be_told_says_what_to_write(relay: Relay, before: str, after: str, said: str) -> None:
    relay.edit(before, after)
    done = relay.run("sync", "--dry-run")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_session_that_is_not_there_names_those_that_are(relay: Relay) -> None:
    done = relay.run("move", "matinee-jeudi", "2027-01-21", "2027-01-22T09:30")
    assert "Did you mean matinee-eveil-jeudi@relais.example?" in done.stderr
    done = relay.run("cancel", CAFE, "2027-02-13")
    assert "Its days are: 2027-01-08, 2027-02-12, 2027-03-12, 2027-04-09" in done.stderr


def test_it_imports_nothing_of_ronde() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, partner_relay.__main__\n"
            "print([name for name in sys.modules if name.split('.')[0] in ('ronde', 'ronde_contracts')])",
        ],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
