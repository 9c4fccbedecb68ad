"""The pytest plugin: real servers, shared by every test process, and what each test may call its own.

`stack`          both servers; started by the first test that wants them, stopped after the last
`database_url`   a fresh empty database      `new_database()`   as many as a test needs, empty or with their tables
`amqp`           a fresh vhost with the house's topology and its users
`own_broker`, `own_postgres`   servers of the test's own, which it may kill, freeze, stop and start
"""

import asyncio
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from ronde import topology
from ronde.local import hold, servers
from ronde.local.addresses import Addresses
from ronde.local.copies import copied_database
from ronde.local.databases import drop_database, ensure_database
from ronde.local.endpoints import Ports
from ronde.local.postgres import PrivatePostgres
from ronde.local.process import CannotStart, require_free

SERVICES: Sequence[str] = ("booking", "enrolment", "notify")
SAYS = (
    "session.planned.v1",
    "session.changed.v1",
    "session.cancelled.v1",
    "attendance.recorded.v1",
    "erasure.acknowledged.v1",
    "room.requested.v1",
    "room.released.v1",
)
OF_A_CRECHE = ("absence.declared.v1", "absence.withdrawn.v1")
PARTNERS: Mapping[str, Sequence[str]] = {"bottines": (*SAYS, *OF_A_CRECHE), "relais": SAYS, "acepp": SAYS}
ROLE = "tester"


def free_port_base() -> int:
    """For `ronde up --port-base`: nobody listens on the ports from there on."""
    while True:
        base = 20_000 + 10 * secrets.randbelow(1_000)
        try:
            require_free(Ports.from_base(base).by_name(), "")
        except CannotStart:
            continue
        return base


@dataclass(frozen=True)
class Amqp:
    """One vhost with the topology in it."""

    addresses: Addresses
    vhost: str
    passwords: Mapping[str, str]
    management: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "management", self.addresses.management)

    def url(self, user: str = topology.OPS) -> str:
        """amqp://… for a service, a partner or `ops`."""
        return self.addresses.amqp_url(user, self.passwords[user], self.vhost)

    async def depth(self, queue: str) -> int:
        """Messages ready in `queue`, counted by the broker now (the management API is seconds late)."""
        async with await aio_pika.connect(self.url()) as connection:
            channel = await connection.channel()
            declared = await channel.declare_queue(queue, passive=True)
            return declared.declaration_result.message_count or 0

    async def get(self, queue: str, within: float = 5) -> AbstractIncomingMessage | None:
        """Take one message from `queue`, acknowledged; None when none comes `within` that many seconds."""
        async with await aio_pika.connect(self.url()) as connection:
            channel = await connection.channel()
            source = await channel.get_queue(queue, ensure=False)
            deadline = asyncio.get_running_loop().time() + within
            while (message := await source.get(no_ack=True, fail=False)) is None:
                if asyncio.get_running_loop().time() > deadline:
                    return None
                await asyncio.sleep(0.02)
            return message

    async def listen(self, routing_key: str = "#", exchange: str = topology.EVENTS) -> str:
        """A new queue bound to `exchange`, that keeps what is said from now on; its name."""
        name = f"ops.{secrets.token_hex(4)}"
        async with await aio_pika.connect(self.url()) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(name, durable=True)
            await queue.bind(exchange, routing_key)
        return name

    def queues(self) -> list[str]:
        """The names of the queues that exist in this vhost."""
        with topology.client(self.management) as api:
            found: list[dict[str, Any]] = api.get(f"/api/queues/{quote(self.vhost, safe='')}").json()
            return [queue["name"] for queue in found]

    def close_connections(self, user: str | None = None) -> int:
        """Have the broker close them (all, or one user's); how many there were. New ones take seconds to be listed."""
        with topology.client(self.management) as api:
            found = api.get(f"/api/vhosts/{quote(self.vhost, safe='')}/connections").json()
            names = [c["name"] for c in found if user in (None, c.get("user"))]
            for name in names:
                api.delete(f"/api/connections/{quote(name, safe='')}", headers={"X-Reason": "test"})
            return len(names)


def passwords_for_tests() -> dict[str, str]:
    """Users are the whole broker's, vhosts are a test's: the same password in all of them."""
    return {name: f"{name}-secret" for name in (*SERVICES, *PARTNERS, topology.OPS)}


def lay_out(addresses: Addresses, vhost: str) -> Amqp:
    """Make `vhost` with the house's topology."""
    passwords = passwords_for_tests()
    topology.apply(
        addresses.management, topology.definitions("villeurbanne", SERVICES, PARTNERS, passwords, vhost=vhost)
    )
    return Amqp(addresses, vhost, passwords)


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> Iterator[Addresses]:
    """Both servers, shared by all test processes of this checkout."""
    lease = hold.join(pytestconfig.rootpath / ".ronde" / "test")
    yield lease.addresses
    lease.release()


class NewDatabase(Protocol):
    """Makes a database and gives its SQLAlchemy URL: empty, or with the tables of `migrations`."""

    def __call__(self, migrations: Path | None = None) -> str: ...


@pytest.fixture
def new_database(stack: Addresses) -> Iterator[NewDatabase]:
    """All that it made are dropped after the test."""
    made: list[str] = []

    def url(name: str) -> str:
        return stack.database_url(name, ROLE, ROLE)

    def make(migrations: Path | None = None) -> str:
        name = f"test_{secrets.token_hex(6)}"
        made.append(name)
        if migrations is None:
            ensure_database(stack.postgres, name, ROLE, ROLE)
        else:
            copied_database(stack.postgres, name, ROLE, ROLE, migrations, url)
        return url(name)

    yield make
    for name in made:
        drop_database(stack.postgres, name)


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """A fresh empty database, dropped after the test."""
    return new_database()


@pytest.fixture
def amqp(stack: Addresses) -> Iterator[Amqp]:
    """A fresh vhost with the topology, deleted after the test."""
    vhost = f"test-{secrets.token_hex(6)}"
    yield lay_out(stack, vhost)
    topology.delete_vhost(stack.management, vhost)


@pytest.fixture(scope="session")
def shared_amqp(stack: Addresses) -> Iterator[Amqp]:
    """One vhost for a whole session of tests that leave nothing in it that could disturb another."""
    vhost = f"test-{secrets.token_hex(6)}"
    yield lay_out(stack, vhost)
    topology.delete_vhost(stack.management, vhost)


@pytest.fixture
def house_file(pytestconfig: pytest.Config) -> Path:
    """Villeurbanne's house."""
    return pytestconfig.rootpath / "deploy" / "house" / "villeurbanne.toml"


@dataclass(frozen=True)
class OwnBroker:
    """A broker of the test's own: `server` can be stopped, killed, frozen, started again; `amqp` is its vhost."""

    server: servers.OwnedBroker
    amqp: Amqp


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[OwnBroker]:
    """About ten seconds to start: for tests that hurt the broker."""
    server = servers.own_broker(tmp_path, "secret")
    addresses = Addresses("postgresql+asyncpg://", server.amqp_url, server.management_url)
    try:
        server.start()
        yield OwnBroker(server, lay_out(addresses, "/"))
    finally:
        server.discard()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[PrivatePostgres]:
    """A Postgres of the test's own; under a second to start. `url()` is the administrator's."""
    server = PrivatePostgres(tmp_path, "secret", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
