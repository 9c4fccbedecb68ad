"""A booking of the test's own: the house, an empty database with its tables, a day that is open, a broker if asked."""

import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from booking.main import build
from booking.settings import Settings
from booking.testing import Desk, OpenDay, Running, running
from playwright.async_api import Browser, async_playwright
from ronde.database import Database
from ronde.house import House
from ronde.testing import Amqp, NewDatabase
from ronde.web.keys import digest
from ronde.web.testing import listening

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
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


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real one, started once, and where it listens; without it the test is skipped, and says so."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    profile = tmp_path_factory.mktemp("chromium")
    told = profile / "DevToolsActivePort"
    flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-port=0", "about:blank"]
    with subprocess.Popen([CHROMIUM, f"--user-data-dir={profile}", *flags], stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while not (told.exists() and len(told.read_text().splitlines()) == 2):
            assert time.monotonic() < deadline, "Chromium does not listen"
            time.sleep(0.05)
        port, path = told.read_text().splitlines()
        yield f"ws://127.0.0.1:{port}{path}"
        process.terminate()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """That one, for this test: each makes its own contexts, with their own cookies."""
    async with async_playwright() as play:
        browser = await play.chromium.connect_over_cdp(chromium)
        yield browser
        await browser.close()
