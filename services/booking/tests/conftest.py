"""A booking of the test's own: the house, an empty database with its tables, a day that is open, a broker if asked."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from booking.main import build
from booking.settings import Settings
from booking.testing import Desk, OpenDay, Running, running
from ronde.database import Database
from ronde.house import House
from ronde.testing import Amqp, NewDatabase
from ronde.web.keys import digest
from ronde.web.testing import listening

MIGRATIONS = Path(__file__).parents[1] / "booking" / "migrations"
NO_BROKER = "amqp://booking:none@127.0.0.1:9/"


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """A fresh database with its tables."""
    return new_database(MIGRATIONS)


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
def planning(tmp_path: Path, day: OpenDay) -> Path:
    """A calendar's file: one event that is free and one at night."""
    events = [
        f"BEGIN:VEVENT\nUID:{begins}\nSUMMARY:Confitures\nLOCATION:Cuisine partagée\n"
        f"DTSTART:{day.date:%Y%m%d}T{begins}00\nDURATION:PT1H\nEND:VEVENT\n"
        for begins in ("1800", "2200")
    ]
    file = tmp_path / "planning.ics"
    file.write_text("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n" + "".join(events) + "END:VCALENDAR\n")
    return file


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
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


@pytest.fixture
async def url(settings: Settings, db: Database) -> AsyncIterator[str]:  # noqa: ARG001 (its tables are there)
    """The service, listening where a browser finds it."""
    async with listening(build(settings)) as address:
        yield address
