"""The whole house by docker compose, as from a fresh clone, and the harm that is done to its containers."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

SERVICES = ("booking", "enrolment", "notify")
SERVICE = "com.docker.compose.service"
END = "-- that was all --"
PATIENCE = 400.0
"""Seconds until a test gives up. What works is a matter of seconds; on a machine that does much else, of minutes."""


def engine_answers() -> bool:
    """A Docker engine with compose."""
    words = (["docker", "info"], ["docker", "compose", "version"])
    return shutil.which("docker") is not None and all(
        subprocess.run(one, capture_output=True, timeout=20, check=False).returncode == 0 for one in words
    )


def say(text: str) -> None:
    """Progress, past pytest's capture."""
    print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.__stderr__, flush=True)


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait for a fact, and give it."""
    limit = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < limit, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.2)
    return found


class House:
    """One compose project of its own, with its ports, its secrets and its volumes, in a copy of the checkout."""

    def __init__(self, checkout: Path, folder: Path, name: str, *profiles: str) -> None:
        self.folder, self.name, self.profiles = folder, name, profiles
        listed = ["git", "-C", str(checkout), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for path in subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0"):
            if path and (checkout / path).is_file():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(checkout / path, folder / path)
        names = ("HTTP_PORT", "HTTPS_PORT", "CATCHER_PORT", "AMQP_PORT", "AMQP_PORT_2", "AMQP_PORT_3", "AMQPS_PORT")
        ports = dict(zip(names, _free_ports(len(names)), strict=True))
        self.url = f"http://127.0.0.1:{ports['HTTP_PORT']}"
        ours = {"RONDE_URL": self.url, "RONDE_TELL_HOURS": "00:00-23:59", "RONDE_VERSION": "test"}
        ours |= {f"RONDE_{name}": str(port) for name, port in ports.items()}
        self.env: dict[str, str] = {}
        self.settle(**ours)
        self.catcher = f"http://127.0.0.1:{ports['CATCHER_PORT']}"
        self.amqp_ports = [port for name, port in ports.items() if name.startswith("AMQP_")]

    def settle(self, **values: str) -> None:
        """Write into .env, and lay it out, as `make env` does."""
        (self.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in (self.env | values).items()))
        subprocess.run([sys.executable, self.folder / "scripts" / "env.py"], check=True, capture_output=True)
        lines = (self.folder / ".env").read_text().splitlines()
        self.env = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    def compose(self, *words: str, seconds: float = PATIENCE) -> str:
        """`docker compose …` in the project; what it printed."""
        chosen = [word for profile in self.profiles for word in ("--profile", profile)]
        return docker("compose", "-p", self.name, *chosen, *words, cwd=self.folder, seconds=seconds)

    def build(self) -> None:
        """The images of what is in the checkout; the first time takes minutes."""
        say("building the images of what is in this checkout")
        self.compose("build", seconds=1800)

    def up(self, *words: str) -> float:
        """Everything healthy; after how many seconds."""
        began = time.monotonic()
        self.compose("up", "--wait", *words)
        return time.monotonic() - began

    def down(self) -> None:
        """Nothing is left of it but the images."""
        self.compose("down", "--volumes", "--timeout", "5", "--remove-orphans")

    def containers(self, *services: str) -> list[dict[str, Any]]:
        """What `docker inspect` says of each."""
        # Not by `docker compose ps`, which reads all its files again each time: this is asked many times a minute.
        ids = docker("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.name}").split()
        found = list(json.loads(docker("inspect", *ids)))
        return [one for one in found if not services or one["Config"]["Labels"][SERVICE] in services]

    def sql(self, service: str, query: str) -> list[str]:
        """A query to a service's database, as the administrator: its rows, columns separated by |."""
        return self.sqls([(service, query)])[0]

    def sqls(self, asked: Sequence[tuple[str, str]]) -> list[list[str]]:
        """Several at once, each to its service's database."""
        script = "".join(f"\\connect {service}\n{query};\n\\echo {END}\n" for service, query in asked)
        words = ("exec", "-i", f"{self.name}-postgres-1", "psql", "-U", "postgres", "-qtA", "-v", "ON_ERROR_STOP=1")
        *answers, rest = docker(*words, given=script).split(f"{END}\n")
        assert not rest
        return [answer.splitlines() for answer in answers]

    def rabbitmqctl(self, *words: str, node: str = "rabbitmq") -> list[str]:
        return docker("exec", f"{self.name}-{node}-1", "rabbitmqctl", "-q", *words).splitlines()

    def amqp_urls(self, name: str) -> list[str]:
        """How an organisation's program reaches the broker from outside, at each of its nodes."""
        ports = self.amqp_ports if "cluster" in self.profiles else self.amqp_ports[:1]
        return [f"amqp://{name}:{self.env[f'{name.upper()}_BROKER']}@127.0.0.1:{port}/" for port in ports]

    def over_tls(self, door: str) -> httpx.Client:
        """To a door whose domain is `localhost`, which has its certificate from Caddy's own authority."""
        there = (
            "cd /data/caddy && test -s certificates/local/localhost/localhost.crt && cat pki/authorities/local/root.crt"
        )
        root = until(lambda: self.compose("exec", "-T", door, "sh", "-c", f"{there} || true"), "a certificate")
        trusted = ssl.create_default_context(cadata=root)
        return httpx.Client(
            base_url=f"https://localhost:{self.env['RONDE_HTTPS_PORT']}", verify=trusted, trust_env=False
        )

    def key(self, name: str) -> str:
        """An organisation's, for the doors."""
        return self.env[f"{name.upper()}_KEY"]

    def endpoints(self) -> Path:
        """The addresses of the doors, as `examples/day` reads them."""
        file = self.folder / "endpoints.json"
        doors = {
            "services": {name: {"url": f"{self.url}/{name}"} for name in SERVICES},
            "catcher": {"url": self.catcher},
            "partners": {
                n: {"amqp_url": self.amqp_urls(n)[0], "api_key": self.key(n)} for n in ("bottines", "relais", "acepp")
            },
        }
        file.write_text(json.dumps(doors))
        return file

    def ready(self, *services: str) -> None:
        """Every container of these services is up, and healthy if it says so."""
        until(lambda: all(_well(one) for one in self.containers(*services)), f"{services} to be healthy")

    @contextmanager
    def killed(self, service: str) -> Iterator[None]:
        """kill -9, and started again."""
        self.compose("kill", service)
        try:
            yield
        finally:
            self.compose("start", service)

    @contextmanager
    def paused(self, service: str) -> Iterator[None]:
        """Frozen: its connections stay open and nobody answers."""
        self.compose("pause", service)
        try:
            yield
        finally:
            self.compose("unpause", service)

    @contextmanager
    def disconnected(self, service: str) -> Iterator[None]:
        """Off the house's network, and on it again under its name."""
        (one,) = self.containers(service)
        network = f"{self.name}_house"
        docker("network", "disconnect", network, one["Id"])
        try:
            yield
        finally:
            docker("network", "connect", "--alias", service, network, one["Id"])


def docker(*words: str, cwd: Path | None = None, seconds: float = PATIENCE, given: str = "") -> str:
    """What it printed; AssertionError, with its last words, when it failed."""
    # A project's own .env decides, not what the caller's environment happens to say.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONDE_", "COMPOSE_"))}
    done = subprocess.run(
        ["docker", *words], cwd=cwd, env=kept, input=given, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"docker {' '.join(words)}: {(done.stderr or done.stdout)[-1500:]}"
    return done.stdout


def _well(container: dict[str, Any]) -> bool:
    state = container["State"]
    if not state["Running"]:
        return bool(container["Config"]["Labels"][SERVICE] == "setup" and state["ExitCode"] == 0)
    return bool(state.get("Health", {}).get("Status", "healthy") == "healthy")


def _free_ports(count: int) -> Sequence[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()
