"""Servers for the fault tests, of their own because they are killed: one pair for the directory, a fresh vhost and
database for each test."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from ronde import topology
from ronde.local.addresses import Addresses
from ronde.local.databases import drop_database, ensure_database
from ronde.local.postgres import PrivatePostgres
from ronde.local.servers import OwnedBroker, own_broker
from ronde.migrations import upgrade
from ronde.rig import MIGRATIONS
from ronde.rig.circle import Circle
from ronde.testing import ROLE, lay_out


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnedBroker]:
    server = own_broker(tmp_path_factory.mktemp("broker"), "secret")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.discard()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    # Durable, unlike the other tests': what is committed must survive its kill -9.
    server = PrivatePostgres(tmp_path_factory.mktemp("postgres"), "secret")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def circle(
    broker: OwnedBroker, postgres: PrivatePostgres, tmp_path: Path, house_file: Path
) -> AsyncIterator[Circle]:
    """A service without any process yet: see Circle.replica()."""
    name = f"test_{secrets.token_hex(6)}"
    ensure_database(postgres.admin_url, name, ROLE, ROLE)
    amqp = lay_out(Addresses(postgres.admin_url, broker.amqp_url, broker.management_url), name)
    url = postgres.url(ROLE, ROLE, name)
    await upgrade(url, MIGRATIONS)
    circle = Circle(amqp, url, tmp_path, house_file)
    yield circle
    await circle.close()
    topology.delete_vhost(broker.management_url, name)
    drop_database(postgres.admin_url, name)
