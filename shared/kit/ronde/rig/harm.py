"""What happens to servers: frozen, stopped, out of memory, a right taken away; each undone at the end of its block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import quote

from ronde import topology
from ronde.local.servers import OwnedBroker
from ronde.testing import Amqp, lay_out


class Server(Protocol):
    """PrivateRabbitMQ and PrivatePostgres."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """SIGSTOP, SIGCONT: connections stay open and nobody answers."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Stopped as for an upgrade, started again on the same data."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def killed(server: Server) -> Iterator[None]:
    """kill -9, then started again on the same data."""
    server.kill()
    try:
        yield
    finally:
        server.start()


def close_connections(broker: OwnedBroker, amqp: Amqp) -> None:
    """All of the vhost, the newest too, which the management API lists seconds late."""
    broker.rabbitmqctl("close_all_connections", "--vhost", amqp.vhost, "to see what happens")


@contextmanager
def out_of_memory(broker: OwnedBroker) -> Iterator[None]:
    """The memory alarm: publishers are blocked, and no longer read from, until it clears."""
    broker.rabbitmqctl("set_vm_memory_high_watermark", "0.00001")
    try:
        yield
    finally:
        broker.rabbitmqctl("set_vm_memory_high_watermark", "0.4")


@contextmanager
def without_rights(amqp: Amqp, user: str) -> Iterator[None]:
    """403 to everything. The broker caches rights per channel for a minute: connections are closed to end that."""
    where = f"/api/permissions/{quote(amqp.vhost, safe='')}/{user}"
    with topology.client(amqp.management) as api:
        api.put(where, json={"configure": "^$", "write": "^$", "read": "^$"}).raise_for_status()
    try:
        yield
    finally:
        lay_out(amqp.addresses, amqp.vhost)


@contextmanager
def without_exchange(amqp: Amqp, exchange: str) -> Iterator[None]:
    """404 to publishers; it comes back as an import of the topology makes it: without the services' own bindings."""
    with topology.client(amqp.management) as api:
        api.delete(f"/api/exchanges/{quote(amqp.vhost, safe='')}/{exchange}").raise_for_status()
    try:
        yield
    finally:
        lay_out(amqp.addresses, amqp.vhost)


def delete_queue(amqp: Amqp, queue: str) -> None:
    with topology.client(amqp.management) as api:
        api.delete(f"/api/queues/{quote(amqp.vhost, safe='')}/{queue}").raise_for_status()


def declare_queue(amqp: Amqp, queue: str, arguments: dict[str, object]) -> None:
    """As somebody would in the management page."""
    with topology.client(amqp.management) as api:
        where = f"/api/queues/{quote(amqp.vhost, safe='')}/{queue}"
        api.put(where, json={"durable": True, "arguments": arguments}).raise_for_status()
