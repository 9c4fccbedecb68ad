"""What the tests of enrolment share: a desk on a database of its own, and the whole service behind its doors."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from enrolment.settings import Settings
from enrolment.testing import MIGRATIONS, Desk, Running, running
from enrolment.testing.nursery import Nursery
from ronde.testing import Amqp, NewDatabase
from ronde.web.keys import digest

NO_BROKER = "amqp://enrolment:none@127.0.0.1:9/"


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """A fresh database with its tables."""
    return new_database(MIGRATIONS)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """On a fresh database of its own."""
    desk = Desk(database_url)
    yield desk
    await desk.db.close()


@pytest.fixture
def plain_house(house_file: Path, tmp_path: Path) -> Path:
    """Villeurbanne, where one enrols until the start and signs nothing: else a test would depend on its day."""
    text = house_file.read_text()
    plain = tmp_path / "plain.toml"
    plain.write_text(text[: text.index("\n[enrolments]")] + text[text.index("\n[charter]") :])
    return plain


@pytest.fixture
def settings(plain_house: Path, database_url: str, tmp_path: Path) -> Settings:
    """Each organisation's key is `key-of-<organisation>`."""
    keys_file = tmp_path / "keys.json"
    keys_file.write_text(json.dumps({who: digest(f"key-of-{who}") for who in ("bottines", "relais", "acepp")}))
    return Settings(
        house_file=plain_house,
        database_url=database_url,
        amqp_url=NO_BROKER,
        keys_file=keys_file,
        secret="s" * 40,
        expire_every=0.5,
    )


@pytest.fixture
async def nursery(desk: Desk, settings: Settings) -> Nursery:
    """The house's crèche. No place is kept for emergencies, unless a test says so."""
    nursery = Nursery(desk, settings.terms)
    nursery.rule("emergency", places=0)
    return nursery


@pytest.fixture
async def doors(settings: Settings) -> AsyncIterator[Running]:
    """The whole service behind HTTP, without a broker: it serves, and keeps what it has to say."""
    async with running(settings) as service:
        yield service


@pytest.fixture
async def house_desk(settings: Settings, house_file: Path, desk: Desk) -> AsyncIterator[Desk]:
    """The desk of the house as it is, with its working time and its members' charters."""
    own = Desk(desk.url, settings.model_copy(update={"house_file": house_file}).terms)
    yield own
    await own.db.close()


@pytest.fixture
async def house_doors(settings: Settings, house_file: Path) -> AsyncIterator[Running]:
    """The doors of the house as it is."""
    async with running(settings.model_copy(update={"house_file": house_file})) as service:
        yield service


@pytest.fixture
async def on_the_bus(settings: Settings, amqp: Amqp) -> AsyncIterator[Running]:
    """The whole service, with partners and booking who speak to it, and somebody who hears what it says."""
    heard = await amqp.listen("enrolment.#")
    async with running(settings.model_copy(update={"amqp_url": amqp.url("enrolment")}), amqp, heard) as service:
        yield service
