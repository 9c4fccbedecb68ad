"""Start both servers, side by side, by the first way that this machine offers."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ronde.local import docker, ways
from ronde.local.addresses import Addresses
from ronde.local.docker import DockerPostgres, DockerRabbitMQ
from ronde.local.given import GivenPostgres, GivenRabbitMQ
from ronde.local.postgres import PrivatePostgres
from ronde.local.process import CannotStart
from ronde.local.rabbitmq import BrokerPorts, PrivateRabbitMQ, programs

Say = Callable[[str], None]
OwnedBroker = DockerRabbitMQ | PrivateRabbitMQ


class Server(Protocol):
    """Launched and awaited in two steps, asked to stop and stopped in two: so that two go side by side."""

    def launch(self) -> None: ...
    def wait(self) -> None: ...
    def ask_to_stop(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class PostgresServer(Server, Protocol):
    @property
    def admin_url(self) -> str: ...


class BrokerServer(Server, Protocol):
    @property
    def amqp_url(self) -> str: ...
    @property
    def management_url(self) -> str: ...


class Servers:
    """Postgres and RabbitMQ, wherever they come from."""

    def __init__(self, postgres: PostgresServer, broker: BrokerServer) -> None:
        self.postgres, self.broker = postgres, broker
        self.addresses = Addresses(postgres.admin_url, broker.amqp_url, broker.management_url)
        self.vhost = broker.vhost if isinstance(broker, GivenRabbitMQ) else "/"

    def start(self) -> None:
        """Both answer when this returns; nothing of ours runs when it raises."""
        try:
            self.broker.launch()
            self.postgres.launch()
            self.postgres.wait()
            self.broker.wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.broker.ask_to_stop()
        self.postgres.ask_to_stop()
        self.postgres.stop()
        self.broker.stop()

    def kill(self) -> None:
        """At once, for those whose data nobody wants."""
        self.broker.kill()
        self.postgres.kill()


def choose(directory: Path, password: str, ports: BrokerPorts | None, *, durable: bool, say: Say) -> Servers:
    """The servers, not yet started: given ones, else containers, else our own."""
    url, broker_url = ways.given_postgres(), ways.given_broker()
    contained = False
    if url is None or broker_url is None:
        contained = ways.forced() != "local" and docker.engine_answers() and docker.has_images(say)
        if ways.forced() == "docker" and not contained:
            raise CannotStart("RONDE_SERVERS is `docker`, but no Docker engine answers here with the images.")
    postgres: PostgresServer
    if url is not None:
        postgres = GivenPostgres(url)
    elif contained:
        postgres = DockerPostgres(directory, password, durable=durable)
    else:
        postgres = PrivatePostgres(directory, password, durable=durable)
    broker: BrokerServer
    if broker_url is not None:
        broker = GivenRabbitMQ(broker_url, ways.given_management())
    elif contained:
        broker = DockerRabbitMQ(directory, password, ports, keep=durable)
    else:
        programs()
        broker = PrivateRabbitMQ(directory, password, ports)
    return Servers(postgres, broker)


def own_broker(directory: Path, password: str) -> OwnedBroker:
    """A broker to be harmed: private, or with RONDE_SERVERS=docker a container, of RabbitMQ's newer generation."""
    if ways.forced() == "docker":
        return DockerRabbitMQ(directory.resolve(), password, None, keep=True)
    return PrivateRabbitMQ(directory, password)


def start(
    directory: Path, password: str, ports: BrokerPorts | None = None, *, durable: bool = True, say: Say = print
) -> Servers:
    """Servers that answer, with their files in `directory`. Raises CannotStart. Sweep the folder first."""
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    servers = choose(directory, password, ports, durable=durable, say=say)
    servers.start()
    return servers
