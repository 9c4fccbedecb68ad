"""A booking of the test's own: the house, an empty database with its tables, a day that is open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from booking.settings import Settings
from booking.testing import Desk, OpenDay
from ronde.database import Database
from ronde.house import House
from ronde.migrations import upgrade

MIGRATIONS = Path(__file__).parents[1] / "booking" / "migrations"


@pytest.fixture
def settings(house_file: Path, database_url: str) -> Settings:
    return Settings(house_file=house_file, database_url=database_url, secret="s" * 40)


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
