"""Notify with a database of the test's own, and two providers that keep what they are given."""

from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path

import notify
import pytest
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import Enrolment, Postbox
from notify.wording import Wording
from ronde.database import Database
from ronde.house import House, load
from ronde.house.model import Hours
from ronde.testing import NewDatabase

MIGRATIONS = Path(notify.__file__).parent / "migrations"


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """A fresh database with its tables."""
    return new_database(MIGRATIONS)


@pytest.fixture
def house(house_file: Path) -> House:
    return load(house_file)


@pytest.fixture
def wording(house: House) -> Wording:
    return Wording(house)


@pytest.fixture
def terms(house: House) -> Terms:
    """Any hour will do, whenever the tests run; those about time set their own."""
    return Terms(zone=house.timezone, secret=b"s" * 40, day=Hours(time.min, time.max))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, house="villeurbanne", service="notify", pool_size=20)
    yield database
    await database.close()


@pytest.fixture
def enrolment(db: Database) -> Enrolment:
    return Enrolment(db)


@pytest.fixture
def phones() -> Postbox:
    return Postbox()


@pytest.fixture
def mailboxes() -> Postbox:
    return Postbox()


@pytest.fixture
def sms(db: Database, phones: Postbox, wording: Wording, terms: Terms) -> Sender:
    return Sender(db, "sms", phones, wording, terms, lease=timedelta(minutes=2))


@pytest.fixture
def email(db: Database, mailboxes: Postbox, wording: Wording, terms: Terms) -> Sender:
    return Sender(db, "email", mailboxes, wording, terms, lease=timedelta(minutes=2))
