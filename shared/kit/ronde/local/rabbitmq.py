"""A private RabbitMQ: the machine's own program, on loopback, with all its files in one folder of ours."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from ronde import topology
from ronde.local.process import CannotStart, Child, free_port
from ronde.local.ways import THREE_WAYS
from ronde.tls import trusted

ADMIN = "ronde"  # no organisation can have this name
PLACES = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",  # Debian's wrapper in /usr/sbin insists on its own user
    "/usr/lib/rabbitmq/sbin",
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
    "/opt/rabbitmq/sbin",
)
MAX_MESSAGE_SIZE = 1024 * 1024  # bytes; consumers refuse far less, this is the broker's own last word


@dataclass(frozen=True)
class BrokerPorts:
    """The four doors of one broker, all on 127.0.0.1."""

    amqp: int
    distribution: int
    epmd: int
    management: int

    @classmethod
    def free(cls) -> "BrokerPorts":
        return cls(free_port(), free_port(), free_port(), free_port())


class PrivateRabbitMQ:
    """One broker in `directory`; the same directory and password find the same queues again."""

    def __init__(self, directory: Path, password: str, ports: BrokerPorts | None = None) -> None:
        self.directory, self.password = directory, password
        self.ports = ports or BrokerPorts.free()
        self.home = directory / "rabbitmq"
        self.log = directory / "logs" / "rabbitmq.log"
        self.programs = programs()
        run = directory / "run"
        self._names = Child(
            "epmd",
            [_epmd(), "-port", str(self.ports.epmd), "-address", "127.0.0.1"],
            run=run,
            log=directory / "logs" / "epmd.log",
        )
        self._broker = Child(
            "rabbitmq",
            [str(self.programs / "rabbitmq-server")],
            run=run,
            log=self.log,
            env=self._environment(),
            cwd=directory,
        )

    @property
    def management_url(self) -> str:
        """The management API, with the administrator's name and password in it."""
        return f"http://{ADMIN}:{self.password}@127.0.0.1:{self.ports.management}"

    @property
    def amqp_url(self) -> str:
        """The administrator's way in, default vhost."""
        return f"amqp://{ADMIN}:{self.password}@127.0.0.1:{self.ports.amqp}/%2F"

    def launch(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "rabbitmq.conf").touch(mode=0o600)
        (self.home / "rabbitmq.conf").write_text(self._configuration())
        (self.home / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self.home / "env.conf").write_text("")
        self._names.launch()
        self._broker.launch()

    def wait(self, seconds: float = 60) -> None:
        self._broker.wait_until(self._says_ready, seconds)
        self._enable_features()

    def start(self) -> None:
        self.launch()
        self.wait()

    def ask_to_stop(self) -> None:
        self._broker.ask_to_stop()

    def stop(self) -> None:
        self._broker.stop()
        self._names.stop()

    def kill(self) -> None:
        self._broker.kill()
        self._names.kill()

    def discard(self) -> None:
        """Kill it; its folder is its caller's."""
        self.kill()

    def freeze(self) -> None:
        self._broker.freeze()

    def thaw(self) -> None:
        self._broker.thaw()

    def rabbitmqctl(self, *words: str, seconds: float = 30) -> str:
        """Run rabbitmqctl on this broker: `rabbitmqctl("set_vm_memory_high_watermark", "0.00001")` raises the alarm."""
        done = subprocess.run(  # noqa: S603
            [str(self.programs / "rabbitmqctl"), *words],
            env=self._environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _says_ready(self) -> bool:
        url = f"{self.management_url}/api/health/checks/port-listener/{self.ports.amqp}"
        try:
            return httpx.get(url, timeout=2, trust_env=False, verify=trusted()).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _enable_features(self) -> None:
        """A node does so when it starts for the first time. One that was interrupted then does not, the next time, and
        knows no quorum queues: a house whose very first start was cut off never became ready again."""
        with topology.client(self.management_url) as api:
            for one in api.get("/api/feature-flags").raise_for_status().json():
                if (one["state"], one["stability"]) == ("disabled", "stable"):
                    api.put(f"/api/feature-flags/{one['name']}/enable", json={}).raise_for_status()

    def _configuration(self) -> str:
        return (
            f"listeners.tcp.1 = 127.0.0.1:{self.ports.amqp}\n"
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self.ports.management}\n"
            f"default_user = {ADMIN}\ndefault_pass = {self.password}\n"
            f"max_message_size = {MAX_MESSAGE_SIZE}\n"
            "log.console = true\nlog.console.use_colors = off\nlog.console.level = info\nlog.file = false\n"
        )

    def _environment(self) -> Mapping[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TMPDIR") if key in os.environ}
        erlang = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
        return {
            **kept,
            "HOME": str(self.home),
            "RUNNING_UNDER_SYSTEMD": "true",  # so that the script becomes the Erlang VM: one process to stop or freeze
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(self.home / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "data"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_NODENAME": "ronde@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.ports.amqp),
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": erlang,
            "ERL_EPMD_PORT": str(self.ports.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }


def programs() -> Path:
    """The folder of the real rabbitmq-server; CannotStart when the machine has none."""
    for place in PLACES:
        for folder in sorted(Path("/").glob(place.removeprefix("/")), reverse=True):
            if (folder / "rabbitmq-server").exists():
                return folder
    raise CannotStart(THREE_WAYS)


def _epmd() -> str:
    """Erlang's port mapper, started by us and not by the broker, so that it ends with us."""
    found = shutil.which("epmd") or next(
        (str(path) for path in Path("/usr/lib/erlang").glob("erts-*/bin/epmd")),
        None,
    )
    if found is None:
        raise CannotStart("RabbitMQ's Erlang has no `epmd` program: reinstall rabbitmq-server and erlang.")
    return found
