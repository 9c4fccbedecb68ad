"""Both servers as containers, where a Docker engine answers and has, or gets, their images."""

import asyncio
import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx

from ronde.local.databases import dsn
from ronde.local.process import CannotStart, free_port
from ronde.local.rabbitmq import ADMIN, MAX_MESSAGE_SIZE, BrokerPorts
from ronde.tls import trusted

RABBITMQ, POSTGRES = "rabbitmq:4-management", "postgres:17"
Say = Callable[[str], None]


def engine_answers() -> bool:
    """A Docker client is installed, and its engine runs."""
    return shutil.which("docker") is not None and _docker("version", seconds=10).returncode == 0


def has_images(say: Say) -> bool:
    """Both images are there or could be pulled."""
    return all(_has(image, say) for image in (RABBITMQ, POSTGRES))


def _has(image: str, say: Say) -> bool:
    if _docker("image", "inspect", image).returncode == 0:
        return True
    say(f"Pulling {image} …")
    try:
        return _docker("pull", "--quiet", image, seconds=600).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def sweep(directory: Path) -> list[str]:
    """Remove the containers that a killed earlier run left behind, and not their volumes; what they were."""
    if not engine_answers():
        return []
    prefix = _prefix(directory)
    listed = _docker("ps", "--all", "--format", "{{.Names}}", "--filter", f"name=^{prefix}")
    left = listed.stdout.split()
    if left:
        _docker("rm", "--force", *left)
    return [name.removeprefix(prefix) for name in left]


class Container:
    """A named container with a named volume, both called after the data folder, published on loopback only."""

    def __init__(self, directory: Path, name: str, image: str, *, keep: bool) -> None:
        self.name = f"{_prefix(directory)}{name}"
        self.image, self.keep = image, keep
        self.port = free_port()

    def run(self, volume: str, options: list[str], command: list[str] | None = None) -> None:
        self.kill()  # a killed earlier run's
        kept = ["--volume", f"{self.name}:{volume}"] if self.keep else []
        words = ["run", "--detach", "--name", self.name, "--label", "ronde", *kept, *options]
        done = _docker(*words, self.image, *(command or []))
        if done.returncode:
            raise CannotStart(f"Docker could not start {self.image}: {done.stderr.strip().splitlines()[-1]}")

    def until(self, ready: Callable[[], bool], seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"{self.image} gave no answer in {seconds:.0f} s: `docker logs {self.name}` tells why."
                )
            time.sleep(0.2)

    def ask_to_stop(self) -> None:
        """Docker stops one at a time; `stop` does both in turn."""

    def stop(self) -> None:
        _docker("stop", "--time", "10", self.name, seconds=30)
        self.kill()

    def kill(self) -> None:
        _docker("rm", "--force", "--volumes", self.name, seconds=30)

    def discard(self) -> None:
        """Kill it and forget its data."""
        self.kill()
        _docker("volume", "rm", "--force", self.name)

    def freeze(self) -> None:
        _docker("pause", self.name)

    def thaw(self) -> None:
        _docker("unpause", self.name)


class DockerPostgres(Container):
    """postgres:17 on a free port of loopback."""

    def __init__(self, directory: Path, password: str, *, durable: bool) -> None:
        super().__init__(directory, "postgres", POSTGRES, keep=durable)
        self._password = password
        self.admin_url = f"postgresql+asyncpg://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def launch(self) -> None:
        self.run(
            "/var/lib/postgresql/data",
            ["--env", f"POSTGRES_PASSWORD={self._password}", "--publish", f"127.0.0.1:{self.port}:5432"],
            ["postgres", "-c", "max_connections=300", "-c", "timezone=UTC"],
        )

    def wait(self) -> None:
        self.until(self._ready)

    def _ready(self) -> bool:
        async def look() -> None:
            await (await asyncpg.connect(dsn(self.admin_url), timeout=2)).close()

        try:
            asyncio.run(look())
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        return True


class DockerRabbitMQ(Container):
    """rabbitmq:4-management, its two ports on loopback."""

    def __init__(self, directory: Path, password: str, ports: BrokerPorts | None, *, keep: bool) -> None:
        super().__init__(directory, "rabbitmq", RABBITMQ, keep=keep)
        ports = ports or BrokerPorts.free()
        self.port, self._management = ports.amqp, ports.management
        self._password, self._settings = password, directory / "docker" / "90-ronde.conf"
        self.amqp_url = f"amqp://{ADMIN}:{password}@127.0.0.1:{self.port}/%2F"
        self.management_url = f"http://{ADMIN}:{password}@127.0.0.1:{self._management}"

    def launch(self) -> None:
        self._settings.parent.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(f"max_message_size = {MAX_MESSAGE_SIZE}\n")
        self.run(
            "/var/lib/rabbitmq",
            [
                *("--hostname", "ronde"),  # the data belongs to a node of that name
                *("--env", f"RABBITMQ_DEFAULT_USER={ADMIN}", "--env", f"RABBITMQ_DEFAULT_PASS={self._password}"),
                *("--publish", f"127.0.0.1:{self.port}:5672", "--publish", f"127.0.0.1:{self._management}:15672"),
                *("--volume", f"{self._settings}:/etc/rabbitmq/conf.d/90-ronde.conf:ro"),
            ],
        )

    def wait(self) -> None:
        self.until(self._ready)

    def start(self) -> None:
        self.launch()
        self.wait()

    def rabbitmqctl(self, *words: str, seconds: float = 30) -> str:
        """The same as a private broker's."""
        done = _docker("exec", self.name, "rabbitmqctl", *words, seconds=seconds)
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _ready(self) -> bool:
        url = f"{self.management_url}/api/health/checks/port-listener/5672"
        try:
            return httpx.get(url, timeout=2, trust_env=False, verify=trusted()).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def _prefix(directory: Path) -> str:
    return f"ronde-{hashlib.sha256(str(directory).encode()).hexdigest()[:8]}-"


def _docker(*words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [shutil.which("docker") or "docker", *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
