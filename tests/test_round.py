"""The whole way round, by the command that a newcomer types: `ronde up`, a day at the house, Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest
from ronde.testing import free_port_base

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(240)]
PERSONAL = ("+3363998", "63998", "@example.org", "/e/", "Amel", "Farid", "Petit")
"""Of the day's families: numbers, addresses, links, names, their children's."""
RONDE = Path(sys.executable).with_name("ronde")


class House:
    """One `ronde up` in a folder, its terminal in a file."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.root, self.terminal = folder, root, folder.with_suffix(".log")
        self.base = free_port_base()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str) -> None:
        """Start it and wait until its doors are open."""
        with self.terminal.open("wb") as terminal:
            self.process = subprocess.Popen(
                [RONDE, "up", "--data-dir", self.folder, "--port-base", str(self.base), *words],
                cwd=self.root,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                env={**os.environ, "COLUMNS": "200"},
                start_new_session=True,
            )
        self.until((self.folder / "endpoints.json").exists, 120)

    def until(self, condition: Any, seconds: float) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            assert self.process is not None
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < limit, self.printed
            time.sleep(0.1)

    @property
    def printed(self) -> str:
        return self.terminal.read_text()

    @property
    def endpoints(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "endpoints.json").read_text()))

    def stop(self) -> None:
        """Ctrl-C; nothing that it started is left."""
        if self.process is None or self.process.poll() is not None:
            return
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        _gone, alive = psutil.wait_procs(family, timeout=5)
        assert not alive, alive


@pytest.fixture
def house(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[House]:
    house = House(tmp_path / "house", pytestconfig.rootpath)
    yield house
    house.stop()


def test_a_partners_event_becomes_a_reserved_room_an_open_enrolment_and_an_sms(house: House) -> None:
    house.start()
    house.until((house.folder / "day" / "played").exists, 150)
    told = house.printed
    assert "41 sessions have a room, 2 have none" in told
    assert len(re.findall(r"I-\w{6}  confirmed", told)) == 8
    assert re.findall(r"I-\w{6}  waiting, (\d)", told) == ["1", "2", "3", "4"]
    assert "Nobody else was told." in told
    assert "each of them once" in told
    if "nobody is asked before 8" not in told:  # the day is played at any hour
        assert re.search(r"creche │ booked +O-\w{6}", told), "an absence became a booking, at the crèche's own program"

    doors = house.endpoints
    assert (house.folder / "endpoints.json").stat().st_mode & 0o077 == 0
    messages = httpx.get(f"{doors['catcher']['url']}/messages.json", trust_env=False).json()
    to_farid = [m["text"] for m in messages if m["to"] == "+33639980006" and m["kind"] == "sms"]
    assert len(to_farid) == 3  # two enrolments, one cancellation
    assert to_farid[-1].startswith("Annulation : Café des parents")
    sessions = httpx.get(f"{doors['services']['enrolment']['url']}/sessions", trust_env=False).json()
    eight = next(s for s in sessions if s["title"]["fr"] == "Comptines et jeux de doigts")
    assert (eight["taken"], eight["waiting"]) == (8, 3)

    # Contact details reached notify by the private exchange and nobody else's journal or log.
    logs = {name: (house.folder / "logs" / f"{name}.log").read_text() for name in doors["services"]}
    for name, log in logs.items():
        assert [word for word in PERSONAL if word in log] == [], name
    shared = subprocess.run(
        [RONDE, "events", "tail", "--json", "--since", "first", "--no-follow", "--data-dir", house.folder],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    assert len(shared.splitlines()) > 150
    for secret in ("+3363998", "@example.org", "/e/", "/o/"):
        assert secret not in shared
    follow_the_cancellation(shared, logs)
    everything_that_alerts_watch_is_measured(doors["services"], house.root)
    parked = subprocess.run(
        [RONDE, "parked", "list", "--data-dir", house.folder], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "Nothing is parked." in parked
    house.stop()

    # The second time it remembers.
    house.start()
    house.until(lambda: "The day was played on" in house.printed and " SMS and " in house.printed, 30)
    assert f"{sum(m['kind'] == 'sms' for m in messages)} SMS" in house.printed


def follow_the_cancellation(shared: str, logs: dict[str, str]) -> None:
    """One trace from the relay's word to each message, on the bus and in the logs, which are JSON."""
    events = [json.loads(line) for line in shared.splitlines()]
    lines = [json.loads(line) for log in logs.values() for line in log.splitlines()]
    [cancelled] = [one for one in events if one["type"] == "session.cancelled.v1"]
    trace = trace_of(cancelled)
    effects = {one["type"] for one in events if trace_of(one) == trace}
    assert {"reservation.cancelled.v1", "session.called-off.v1", "message.sent.v1"} <= effects
    logged = [(one["service"], one.get("became") or one["event"]) for one in lines if one.get("trace") == trace]
    assert {("booking", "consumed"), ("enrolment", "consumed"), ("notify", "message.sent.v1")} <= set(logged)
    told = [one["subject"] for one in events if one["type"] == "message.sent.v1"]
    assert len(told) == len({one["message"] for one in lines if one.get("became") == "message.sent.v1"} & set(told))


def trace_of(event: dict[str, Any]) -> str:
    """A partner that sends none has its event's id for one, everywhere."""
    given = event.get("traceparent")
    return given.split("-")[1] if given else UUID(event["id"]).hex


def everything_that_alerts_watch_is_measured(services: dict[str, Any], root: Path) -> None:
    alerts = (root / "deploy" / "watch" / "alerts.yml").read_text()
    watched = set(re.findall(r"\bronde_\w+", alerts))
    answers = [httpx.get(f"{doors['url']}/metrics", trust_env=False, timeout=10).text for doors in services.values()]
    measured = {line.split("{")[0].split(" ")[0] for answer in answers for line in answer.splitlines()}
    described = {line.split(" ")[2] for answer in answers for line in answer.splitlines() if line.startswith("# TYPE")}
    assert len(watched) > 8
    assert watched - measured - described == set()
