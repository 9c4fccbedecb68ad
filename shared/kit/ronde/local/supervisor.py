"""The house on one machine: servers, catcher and services started in order, watched, and stopped in reverse."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from ronde import topology
from ronde.house import House
from ronde.local import docker, servers
from ronde.local.credentials import Credentials, credentials, write_private
from ronde.local.databases import ensure_database
from ronde.local.endpoints import Ports, endpoints
from ronde.local.process import CannotStart, Child, last_line, require_free, sweep
from ronde.local.servers import Say, Servers
from ronde.tls import trusted

SERVICES: Sequence[str] = ("booking", "enrolment", "notify")
ADMINISTRATORS = ("RONDE_POSTGRES_URL", "RONDE_AMQP_URL", "RONDE_RABBITMQ_MANAGEMENT_URL")
READY_WITHIN = 60.0
"""Seconds for the services to say that they are ready, migrations included."""


class Supervisor:
    """Everything that one `ronde up` runs; `start()` and `stop()` once each."""

    def __init__(self, house: House, house_file: Path, directory: Path, ports: Ports, say: Say) -> None:
        self.house, self.house_file, self.directory, self.ports, self.say = house, house_file, directory, ports, say
        self.organisations = [organisation.id for organisation in house.organisations]
        self.servers: Servers | None = None
        self.children: list[Child] = []

    @property
    def endpoints_file(self) -> Path:
        return self.directory / "endpoints.json"

    def start(self) -> None:
        """The house is ready when this returns. Raises CannotStart; `stop()` is the caller's in any case."""
        self.endpoints_file.unlink(missing_ok=True)
        left = [*sweep(self.directory / "run"), *docker.sweep(self.directory.resolve())]
        if left:
            self.say(f"Stopped what an earlier run left behind: {', '.join(left)}.")
        require_free(self.ports.by_name(), "stop that one, or choose other ports with --port-base.")
        known = credentials(self.directory, SERVICES, self.organisations, topology.OPS)
        catcher = self._child("catcher", [sys.executable, "-m", "ronde.catcher"], self._catcher_environment(known))
        catcher.launch()
        began = time.monotonic()
        self.servers = servers.start(self.directory, known.admin, self.ports.broker, say=self.say)
        self.say(f"Postgres and RabbitMQ answer ({time.monotonic() - began:.1f} s).")
        self._lay_out(self.servers, known)
        programs = Path(sys.executable).parent
        for name in SERVICES:
            self._child(name, [str(programs / f"ronde-{name}")], self._service_environment(name, known)).launch()
        for child in self.children:
            child.wait_until(lambda name=child.name: self._ready(name), READY_WITHIN)  # type: ignore[misc]
        write_private(self.endpoints_file, endpoints(self.house.id, self.servers, self.ports, known, SERVICES))
        self.say(f"The three services are ready ({time.monotonic() - began:.1f} s).")

    def stop(self) -> None:
        """Services first, so that they can still say what they decided; then the servers. At most about 15 s."""
        self.endpoints_file.unlink(missing_ok=True)
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop(seconds=7)
        if self.servers is not None:
            self.servers.stop()

    def fallen(self) -> list[str]:
        """A sentence for each process that ended although nobody asked it to; the day may end when it is over."""
        gone = [child for child in self.children if not child.running]
        self.children = [child for child in self.children if child.running]
        return [
            f"{child.name} has stopped by itself"
            + (f": {last_line(child.log)} (see {child.log})." if child.log else "; the house stays open.")
            for child in gone
            if child.log or child.returncode
        ]

    def play(self, program: Path) -> None:
        """Run a program that takes part, on this terminal; its one argument is the endpoints file."""
        words = [sys.executable, str(program), str(self.endpoints_file)]
        child = Child(program.name, words, run=self.directory / "run", log=None)
        child.launch()
        self.children.append(child)

    def _child(self, name: str, command: list[str], settings: dict[str, str]) -> Child:
        child = Child(
            name,
            command,
            run=self.directory / "run",
            log=self.directory / "logs" / f"{name}.log",
            env={key: value for key, value in os.environ.items() if key not in ADMINISTRATORS} | settings,
        )
        self.children.append(child)
        return child

    def _lay_out(self, running: Servers, known: Credentials) -> None:
        partners = {organisation.id: organisation.publishes for organisation in self.house.organisations}
        topology.apply(
            running.addresses.management,
            topology.definitions(self.house.id, SERVICES, partners, known.broker, vhost=running.vhost),
        )
        for name in SERVICES:
            ensure_database(running.addresses.postgres, name, name, known.databases[name])

    def _service_environment(self, name: str, known: Credentials) -> dict[str, str]:
        if self.servers is None:
            raise RuntimeError("the servers come first")
        addresses, ports = self.servers.addresses, self.ports
        return {
            "RONDE_HOUSE_FILE": str(self.house_file),
            "RONDE_DATABASE_URL": addresses.database_url(name, name, known.databases[name]),
            "RONDE_AMQP_URL": addresses.amqp_url(name, known.broker[name], self.servers.vhost),
            "RONDE_HTTP_HOST": "127.0.0.1",
            "RONDE_HTTP_PORT": str(ports.services[name]),
            "RONDE_PUBLIC_URL": f"http://127.0.0.1:{ports.services[name]}",
            "RONDE_KEYS_FILE": str(self.directory / "keys.json"),
            "RONDE_SECRET": known.cookies[name],
            "RONDE_STAGE": "try",
            "RONDE_TELL_HOURS": "00:00-23:59",  # nobody is woken: a trial at night shows what is sent
            "RONDE_EMAIL_PROVIDERS": json.dumps([{"kind": "smtp", "port": ports.catcher_smtp}]),
            "RONDE_SMS_PROVIDERS": json.dumps([self._sms_provider(known)]),
        }

    def _sms_provider(self, known: Credentials) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.ports.catcher}/sms"
        return {"kind": "ronde", "url": url, "token": known.sms_token, "receipts_secret": known.sms_token}

    def _catcher_environment(self, known: Credentials) -> dict[str, str]:
        return {
            "RONDE_CATCHER_HOST": "127.0.0.1",
            "RONDE_CATCHER_HTTP_PORT": str(self.ports.catcher),
            "RONDE_CATCHER_SMTP_PORT": str(self.ports.catcher_smtp),
            "RONDE_CATCHER_SMS_TOKEN": known.sms_token,
            "RONDE_CATCHER_RECEIPTS_URL": f"http://127.0.0.1:{self.ports.services['notify']}/receipts/ronde",
            "RONDE_CATCHER_RECEIPTS_SECRET": known.sms_token,
            "RONDE_CATCHER_DATA": str(self.directory / "messages.jsonl"),
            "RONDE_CATCHER_HOUSE_FILE": str(self.house_file),
        }

    def _ready(self, name: str) -> bool:
        port = self.ports.catcher if name == "catcher" else self.ports.services[name]
        try:
            url = f"http://127.0.0.1:{port}/health/ready"
            answer = httpx.get(url, timeout=10, trust_env=False, verify=trusted())
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the data folder; CannotStart, saying where, when another run holds it."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    with ExitStack() as stack:
        lock = stack.enter_context((directory / "up.lock").open("a+"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(_where_it_runs(directory)) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _where_it_runs(directory: Path) -> str:
    process = (directory / "up.lock").read_text() or "unknown"
    remedy = "stop it there with Ctrl-C, or start another with --data-dir and --port-base."
    try:
        running = json.loads((directory / "endpoints.json").read_text())
        place = f"booking is at {running['services']['booking']['url']}"
    except (OSError, ValueError, KeyError):
        place = "it is starting or stopping"
    return f"The house of {directory} runs already (process {process}; {place}): {remedy}"
