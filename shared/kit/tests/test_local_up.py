"""`ronde up` as a person meets it: what it starts, what it says, and what it leaves behind."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg
import httpx
import psutil
import pytest
from ronde.local.databases import dsn
from ronde.testing import free_port_base

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.faults, pytest.mark.timeout(300)]
RONDE = str(Path(sys.executable).parent / "ronde")


class Up:
    """One `ronde up --empty`, in a terminal session of its own."""

    def __init__(self, root: Path, directory: Path, base: int) -> None:
        self.directory, self.base = directory, base
        self.output = directory.parent / f"{directory.name}.out"
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [RONDE, "up", "--empty", "--data-dir", str(directory), "--port-base", str(base)],
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {"COLUMNS": "500"},
            )

    @property
    def endpoints(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory / "endpoints.json").read_text())
        return found

    def until_ready(self) -> "Up":
        return self.until(self._tells_its_doors)

    def _tells_its_doors(self) -> bool:
        try:
            return bool(self.endpoints["process"] == self.process.pid)  # not those of one that was killed
        except FileNotFoundError:
            return False

    def until(self, done: Callable[[], bool], seconds: float = 120) -> "Up":
        deadline = time.monotonic() + seconds
        while not done():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return self

    def family(self) -> list[psutil.Process]:
        """Every process that belongs to it, servers and their children included."""
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def ended(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)

    def said(self) -> str:
        return self.output.read_text()


def lasting(endpoints: dict[str, Any]) -> dict[str, Any]:
    """What programs outside hold on to: the doors, the broker, the keys. Postgres is where there was room for it."""
    services = {
        name: {k: v for k, v in one.items() if k != "database_url"} for name, one in endpoints["services"].items()
    }
    return endpoints | {"services": services, "process": None}


def servers_are_starting(directory: Path) -> bool:
    """Cut off just there, its first start used to leave a broker without quorum queues. In containers: later."""
    log = directory / "logs" / "rabbitmq.log"
    notes = log.read_text().count("feature flag states written to disk") if log.exists() else 0
    return notes >= 3 or (directory / "run" / "booking.pid").exists()


def all_gone(family: list[psutil.Process], seconds: float = 20) -> bool:
    def alive(process: psutil.Process) -> bool:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE

    deadline = time.monotonic() + seconds
    while any(alive(process) for process in family):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module")
def house(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One running house for the tests that only look at it."""
    up = Up(pytestconfig.rootpath, tmp_path_factory.mktemp("up") / "house", free_port_base())
    try:
        yield up.until_ready()
    finally:
        up.process.terminate()
        up.ended()


def test_every_door_answers(house: Up) -> None:
    doors = house.endpoints
    for name in ("booking", "enrolment", "notify"):
        assert httpx.get(f"{doors['services'][name]['url']}/health/ready", timeout=10).status_code == 200
    assert httpx.get(doors["catcher"]["url"], timeout=10).status_code == 200
    assert httpx.get(f"{doors['ops']['management_url']}/api/overview", timeout=10).status_code == 200


def test_only_its_owner_reads_its_secrets(house: Up) -> None:
    for name in ("endpoints.json", "secrets.json", "keys.json", "rabbitmq/rabbitmq.conf"):
        file = house.directory / name
        if file.exists():  # containers have no rabbitmq.conf of ours
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, name
    keys = json.loads((house.directory / "keys.json").read_text())
    for organisation, partner in house.endpoints["partners"].items():
        assert keys[organisation] == sha256(partner["api_key"].encode()).hexdigest()


def test_no_process_shows_a_password_in_its_arguments(house: Up) -> None:
    secrets = json.loads((house.directory / "secrets.json").read_text())
    words = {secrets["admin"], *secrets["broker"].values(), *secrets["databases"].values()}
    for process in house.family():
        assert not words & set(" ".join(process.cmdline()).replace(":", " ").replace("@", " ").split())


async def test_a_partner_gets_in_with_its_own_name(house: Up) -> None:
    async with await aio_pika.connect(house.endpoints["partners"]["relais"]["amqp_url"]) as connection:
        channel = await connection.channel()
        events = await channel.get_exchange("ronde.events", ensure=False)
        await events.publish(aio_pika.Message(b"{}", user_id="relais"), "relais.session.planned.v1")


def test_a_second_one_on_the_same_data_says_where_the_first_runs(house: Up) -> None:
    second = Up(house.directory.parent.parent, house.directory, free_port_base())
    assert second.ended() == 1
    assert f"booking is at {house.endpoints['services']['booking']['url']}" in second.said()
    assert f"process {house.process.pid}" in second.said()


def test_a_taken_port_is_told_with_the_remedy(house: Up, pytestconfig: pytest.Config, tmp_path: Path) -> None:
    other = Up(pytestconfig.rootpath, tmp_path / "other", house.base)
    assert other.ended() == 1
    assert f"Port {house.base}, wanted for booking, is taken" in other.said()
    assert "--port-base" in other.said()
    assert httpx.get(f"{house.endpoints['services']['booking']['url']}/health/live").status_code == 200


def test_a_wrong_house_file_is_told(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    wrong = tmp_path / "house.toml"
    wrong.write_text('id = "x"\n')
    words = [RONDE, "up", "--empty", "--data-dir", str(tmp_path / "data"), "--house", str(wrong)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=pytestconfig.rootpath)
    assert done.returncode == 1
    assert "house.toml" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def in_booking(up: Up, statement: str) -> object:
    async def go() -> object:
        connection = await asyncpg.connect(dsn(up.endpoints["services"]["booking"]["database_url"]))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(go())


def test_a_house_is_interrupted_killed_stopped_and_finds_its_data(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    root, directory, base = pytestconfig.rootpath, tmp_path / "house", free_port_base()
    neighbour = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    up: Up | None = None
    try:
        # Interrupted while its servers start: nothing stays, and the next start is not harmed.
        up = Up(root, directory, base).until(lambda: servers_are_starting(directory))
        family = up.family()
        up.process.terminate()
        assert up.ended() == 0, up.said()
        assert all_gone(family)

        # Killed: its children end by themselves, or the next start ends them.
        up = Up(root, directory, base).until_ready()
        first, family = up.endpoints, up.family()
        assert len(family) > 4  # the services at least; servers in containers are no children of ours
        in_booking(up, "CREATE TABLE kept AS SELECT 1 AS n")
        os.kill(up.process.pid, signal.SIGKILL)
        up.ended()
        up = Up(root, directory, base).until_ready()
        assert all_gone(family)
        assert lasting(up.endpoints) == lasting(first)
        assert in_booking(up, "SELECT n FROM kept") == 1

        # Stopped by Ctrl-C, which a terminal sends to the whole foreground group.
        family = up.family()
        began = time.monotonic()
        os.killpg(up.process.pid, signal.SIGINT)
        assert up.ended() == 0, up.said()
        assert time.monotonic() - began < 20
        assert all_gone(family, seconds=1)
        assert not (directory / "endpoints.json").exists()
        assert list((directory / "run").glob("*.pid")) == []

        assert neighbour.poll() is None
    finally:
        neighbour.kill()
        neighbour.wait()
        if up is not None and up.process.poll() is None:
            up.process.terminate()
            up.ended()
