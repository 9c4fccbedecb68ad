"""A booking of the test's own: the house, an empty database with its tables, a day that is open, a broker if asked."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from booking.settings import Settings
from booking.testing import Desk, OpenDay, Running, running
from ronde.database import Database
from ronde.house import House
from ronde.migrations import upgrade
from ronde.testing import Amqp
from ronde.web.keys import digest

MIGRATIONS = Path(__file__).parents[1] / "booking" / "migrations"
NO_BROKER = "amqp://booking:none@127.0.0.1:9/"


@pytest.fixture
def settings(house_file: Path, database_url: str, tmp_path: Path) -> Settings:
    """Each organisation's key is `key-of-<organisation>`."""
    keys_file = tmp_path / "keys.json"
    keys_file.write_text(json.dumps({who: digest(f"key-of-{who}") for who in ("bottines", "relais", "acepp")}))
    return Settings(
        house_file=house_file, database_url=database_url, amqp_url=NO_BROKER, keys_file=keys_file, secret="s" * 40
    )


@pytest.fixture
def house(house_file: Path) -> House:
    return Settings(house_file=house_file).house


@pytest.fixture
def day(house: House) -> OpenDay:
    return OpenDay(house)


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    await upgrade(settings.database_url, MIGRATIONS)
    database = Database(settings.database_url, house="villeurbanne", service="booking", pool_size=20)
    yield database
    await database.close()


@pytest.fixture
def desk(db: Database, settings: Settings) -> Desk:
    return Desk(db, settings)


@pytest.fixture
async def doors(settings: Settings) -> AsyncIterator[Running]:
    """The whole service behind HTTP, without a broker: it serves, and keeps what it has to say."""
    async with running(settings) as service:
        yield service


@pytest.fixture
async def on_the_bus(settings: Settings, amqp: Amqp) -> AsyncIterator[Running]:
    """The whole service, with partners who speak to it and somebody who hears what it says."""
    heard = await amqp.listen("booking.#")
    async with running(settings.model_copy(update={"amqp_url": amqp.url("booking")}), amqp, heard) as service:
        yield service
