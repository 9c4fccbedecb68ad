"""Life in the house while it is harmed: a partner plans, families enrol, and afterwards everything is counted."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain, count, cycle
from pathlib import Path
from typing import Any

import httpx

from .house import PATIENCE, SERVICES, House, say, until

PACE = 0.5
"""Seconds between two steps of a kind: without a breath they would keep the machine from mending."""
EIGHT_PLACES = "Comptines et jeux de doigts"
CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//FR\n{}END:VCALENDAR\n"
EVENING = """BEGIN:VEVENT
UID:evening-{number}@relais.example
DTSTAMP:20261116T100000Z
SUMMARY:Soirée {number}
DTSTART;TZID=Europe/Paris:{day:%Y%m%d}T{hour}0000
DTEND;TZID=Europe/Paris:{day:%Y%m%d}T{hour}4500
X-RONDE-PEOPLE:6
X-RONDE-PLACES:4
END:VEVENT
"""
UNTOLD = "SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL), (SELECT count(*) FROM parked)"
TOLD = "SELECT type, id FROM outbox"
HEARD = "SELECT consumer, id FROM inbox"
ROOMS = "SELECT session_id FROM reservations"
SESSIONS = "SELECT session_id FROM sessions"
STATES = "SELECT status, count(*) FROM messages GROUP BY 1"


def a_day_in(house: House, checkout: Path) -> "Life":
    """The day is played by programs that stand outside the containers' networks; life may go on from there."""
    say("a day in the house")
    words = [sys.executable, "examples/day", str(house.endpoints())]
    played = subprocess.run(words, cwd=checkout, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "Nobody else was told." in played.stdout
    assert "each of them once" in played.stdout
    sessions = httpx.get(f"{house.url}/enrolment/sessions", trust_env=False).json()
    session = next(one["session_id"] for one in sessions if one["title"]["fr"] == EIGHT_PLACES)
    return Life(house, checkout, session)


def tell_calendar(checkout: Path, file: Path, evenings: list[str], broker: str) -> None:
    """The relay's own program tells its calendar. CalledProcessError, TimeoutExpired: it was not heard."""
    file.write_text(CALENDAR.format("".join(evenings)))
    words = [sys.executable, "-m", "partner_relay", "sync", str(file)]
    environment, there = {**os.environ, "PARTNER_AMQP_URL": broker}, checkout / "examples" / "partner-relay"
    subprocess.run(words, cwd=there, env=environment, check=True, capture_output=True, timeout=40)


class Life:
    """What people and programs do outside, each step until it is done: an answer that got lost is asked for again."""

    def __init__(self, house: House, checkout: Path, session: str) -> None:
        self.house, self.checkout, self.session = house, checkout, session
        self.evenings: list[str] = []
        self.families: list[str] = []
        self.tried = 0
        self.restored = False
        """What left since the backup is then known to the catcher and to the journal, and no longer to notify."""
        self._numbers = count(1000)
        self._stop = threading.Event()
        self._brokers = cycle(house.amqp_urls("relais"))
        key = {"Authorization": f"Bearer {house.key('relais')}"}
        self._http = httpx.Client(base_url=f"{house.url}/enrolment", headers=key, timeout=10, trust_env=False)

    def __enter__(self) -> "Life":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @contextmanager
    def going_on(self) -> Iterator["Life"]:
        """While the block runs; at its end each step that was begun is done."""
        self._stop.clear()
        both = [threading.Thread(target=self._go_on, args=(step,)) for step in (self._plan, self._enrol)]
        for one in both:
            one.start()
        try:
            yield self
        finally:
            self._stop.set()
            for one in both:
                one.join(PATIENCE)
                assert not one.is_alive(), f"a step is not done {PATIENCE:g} s after the harm was undone"

    def some_more(self, steps: int = 4) -> None:
        """Wait until that many more were tried, whether or not they could be done."""
        goal = self.tried + steps
        until(lambda: self.tried >= goal, f"{steps} more steps")

    def _go_on(self, step: Any) -> None:
        while not self._stop.is_set():
            number = next(self._numbers)
            while True:
                self.tried += 1
                try:
                    step(number)
                    break
                except (httpx.HTTPError, subprocess.SubprocessError):
                    time.sleep(PACE)
            self._stop.wait(PACE)

    def _plan(self, number: int) -> None:
        """The relay's calendar has one more evening."""
        day = datetime.now() + timedelta(days=30 + (number - 1000) // 4)  # noqa: DTZ005 - a day of the wall calendar
        event = EVENING.format(number=number, day=day, hour=17 + number % 4)
        if event not in self.evenings:
            self.evenings.append(event)
        tell_calendar(self.checkout, self.house.folder / "evenings.ics", self.evenings, next(self._brokers))

    def _enrol(self, number: int) -> None:
        """A family is written down at the desk, then enrolled."""
        phone = f"+3363998{number}"
        party = {"kind": "family", "name": f"F{number}", "phone": phone, "language": "fr"}
        body = {**party, "children": [{"first_name": "A", "born": "2025-06"}]}
        made = self.post("/parties", body, f"family-{number}")
        wish = {"party_id": made["party_id"], "child_ids": [one["child_id"] for one in made["children"]]}
        for one in self._http.get("/agreements").raise_for_status().json():  # read out to them, and they agree
            if one["organisation"] == "relais" and "family" in one["signed_by"]:
                wish["agrees_to"] = one["version"]
        self.post(f"/sessions/relais/{self.session}/enrolments", wish, f"enrol-{number}")
        self.families.append(phone)

    def post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """To enrolment, with the relay's key."""
        answer = self._http.post(path, json=body, headers={"Idempotency-Key": key})
        answer.raise_for_status()
        return dict(answer.json())

    def proven(self) -> None:
        """Every event had its effect once, every message left once, and nobody waits for anything."""
        wrong: list[str] = ["not looked"]

        def right() -> bool:
            wrong[:] = self._wrong()
            return not wrong

        try:
            until(right, "everything to be told and done")
        except AssertionError as error:
            raise AssertionError(f"{error}: {wrong}") from None
        say(f"{len(self.evenings)} sessions planned and {len(self.families)} families enrolled: each once")

    def _wrong(self) -> list[str]:
        """What the databases say, and, when nothing is wrong there, the queues: to ask these is dear."""
        asked = [(name, query) for query in (UNTOLD, TOLD, HEARD) for name in SERVICES]
        asked += [("booking", ROOMS), ("enrolment", SESSIONS), ("notify", STATES)]
        *facts, rooms, sessions, states = self.house.sqls(asked)
        seen, told, heard = facts[:3], chain.from_iterable(facts[3:6]), chain.from_iterable(facts[6:])
        wrong = [f"{name}: untold|parked {n}" for name, [n] in zip(SERVICES, seen, strict=True) if n != "0|0"]
        wrong += self._planned_otherwise(Counter(rooms), Counter(sessions)) + self._messages(states)
        return wrong or self._unheard(told, heard)

    def _unheard(self, said: Iterable[str], known: Iterable[str]) -> list[str]:
        """Of what services said, what one of them should have heard and has not; and what lies in a queue."""
        told, heard = defaultdict(set), defaultdict(set)
        for type_, id in _pairs(said):
            told[type_].add(id)
        for queue, id in _pairs(known):
            heard[queue].add(id)
        left = dict(row.split("\t") for row in self.house.rabbitmqctl("list_queues", "name", "messages"))
        queues = [name for name in left if name.startswith(SERVICES)]
        missed = {queue: len(told[queue.partition(".")[2]] - heard[queue]) for queue in queues}
        waits = [name for name in left if name.startswith((*SERVICES, "ronde.delay")) and left[name] != "0"]
        return [f"{queue}: {n} not heard" for queue, n in missed.items() if n] + [f"{n}: {left[n]} wait" for n in waits]

    def _planned_otherwise(self, rooms: Counter[str], sessions: Counter[str]) -> list[str]:
        """Evenings that have not exactly one room, or one refusal, and one entry in the programme."""
        memory = self.house.folder / "evenings.said.json"
        said = set(json.loads(memory.read_text())) if memory.exists() else set()
        wrong = [id for id in said if (rooms[id], sessions[id]) != (1, 1)]
        unsaid = len(self.evenings) - len(said)
        return [f"evenings: {len(wrong)} without one room, {unsaid} unsaid"] if wrong or unsaid else []

    def _messages(self, states: list[str]) -> list[str]:
        """The catcher's count against notify's, and one SMS for each family that was enrolled."""
        try:
            found = httpx.get(f"{self.house.catcher}/messages.json", timeout=PATIENCE, trust_env=False).json()
        except httpx.TransportError as problem:
            return [f"the catcher does not answer: {problem}"]
        twice = [one["to"] for one in found if one["times"] > 1]
        alike = Counter((one["kind"], one["to"], one["text"]) for one in found)
        twice += [to for (_, to, _), times in alike.items() if times > 1]
        texts = Counter(one["to"] for one in found if one["kind"] == "sms")
        unlike = [phone for phone in self.families if texts[phone] != 1]
        sent = sum(int(row.split("|")[1]) for row in states if row.split("|")[0] in ("sent", "delivered"))
        wrong = [f"{len(twice)} messages twice"] if twice else []
        wrong += [f"{len(unlike)} families without their one SMS"] if unlike else []
        unknown = sent > len(found) if self.restored else sent != len(found)
        return wrong + ([f"notify sent {sent}, {len(found)} arrived: {states}"] if unknown else [])


def _pairs(rows: Iterable[str]) -> Iterator[tuple[str, str]]:
    for row in rows:
        first, _, second = row.partition("|")
        yield first, second
