"""Start both servers, side by side, by the first way that this machine offers."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ronde.local.addresses import Addresses
from ronde.local.postgres import PrivatePostgres
from ronde.local.process import sweep
from ronde.local.rabbitmq import BrokerPorts, PrivateRabbitMQ

Say = Callable[[str], None]


class Servers(Protocol):
    """What every way gives: two servers that are up, their addresses, and a way to stop what was started."""

    addresses: Addresses

    def stop(self) -> None: ...


class PrivateServers:
    """Postgres from the wheel, RabbitMQ from the machine, both in `directory`."""

    def __init__(self, directory: Path, password: str, ports: BrokerPorts | None, *, durable: bool) -> None:
        self.postgres = PrivatePostgres(directory, password, durable=durable)
        self.rabbitmq = PrivateRabbitMQ(directory, password, ports)
        self.addresses = Addresses(self.postgres.url(), self.rabbitmq.amqp_url, self.rabbitmq.management_url)

    def start(self) -> None:
        try:
            self.rabbitmq.launch()
            self.postgres.launch()
            self.postgres.wait()
            self.rabbitmq.wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.rabbitmq.ask_to_stop()
        self.postgres.ask_to_stop()
        self.postgres.stop()
        self.rabbitmq.stop()


def start(
    directory: Path, password: str, ports: BrokerPorts | None = None, *, durable: bool = True, say: Say = print
) -> Servers:
    """Servers that answer, with their files in `directory`. Raises CannotStart."""
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    left = sweep(directory / "run")
    if left:
        say(f"Stopped what an earlier run left behind: {', '.join(left)}.")
    servers = PrivateServers(directory, password, ports, durable=durable)
    servers.start()
    return servers
