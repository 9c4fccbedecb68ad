"""Notify put back from a backup: nobody is told twice, and nobody is forgotten."""

import asyncio
import importlib.util
import json
import subprocess
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
import time_machine
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, families
from notify.wording import Wording
from ronde.clock import now
from ronde.database import Database
from ronde.local.addresses import Addresses
from ronde.local.databases import as_admin, drop_database, dsn, quoted
from ronde.local.postgres import binaries
from ronde.retry import SAID_AGAIN
from ronde.testing import ROLE
from ronde_contracts.enrolment import EnrolmentConfirmed
from sqlalchemy import make_url, text

pytestmark = pytest.mark.database


@pytest.fixture
def keeping(pytestconfig: pytest.Config) -> ModuleType:
    """scripts/backup.py."""
    spec = importlib.util.spec_from_file_location("backup", pytestconfig.rootpath / "scripts" / "backup.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class House:
    """Notify and its provider; the database may be of yesterday."""

    def __init__(self, stack: Addresses, keeping: ModuleType, url: str, wording: Wording, terms: Terms) -> None:
        self.stack, self.keeping, self.wording, self.terms = stack, keeping, wording, terms
        self.phones = Postbox()
        self.saved: tuple[str, datetime] | None = None
        self.open(url)
        self.enrolment = Enrolment(self.db)

    def open(self, url: str) -> None:
        self.url = url
        self.db = Database(url, house="villeurbanne", service="notify", pool_size=5)
        self.sms = Sender(self.db, "sms", self.phones, self.wording, self.terms, lease=timedelta(minutes=2))

    async def copy(self, suffix: str) -> str:
        """A database as this one is now, which nobody may use meanwhile; its URL."""
        await self.db.close()
        name = str(make_url(self.url).database)

        async def work(connection: Any) -> None:
            await connection.execute(f"CREATE DATABASE {quoted(name + suffix)} TEMPLATE {quoted(name)}")

        await asyncio.to_thread(as_admin, self.stack.postgres, work)
        return self.stack.database_url(name + suffix, ROLE, ROLE)

    async def back_up(self) -> None:
        self.saved = await self.copy("_saved"), now()
        self.open(self.url)
        self.enrolment.db = self.db

    async def said(self) -> list[dict[str, Any]]:
        """What notify has said, as the journal keeps it."""
        async with self.db.reading() as session:
            rows = await session.scalars(text("SELECT body FROM outbox WHERE type LIKE 'message%' ORDER BY position"))
            return [json.loads(body) for body in rows]

    async def restore(self, said: list[dict[str, Any]]) -> None:
        """As scripts/backup.py does it, with the same psql."""
        assert self.saved
        await self.db.close()
        url, made_at = self.saved
        script = self.keeping.after("notify", said, made_at, now(), again=not said)
        words = [str(binaries() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", dsn(url)]
        done = await asyncio.to_thread(subprocess.run, words, input=script.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        self.open(url)
        self.enrolment.db = self.db

    async def catch_up(self) -> None:
        """The journal says again what enrolment said; what notify has heard it knows."""
        token = SAID_AGAIN.set(True)
        await self.enrolment.again()
        SAID_AGAIN.reset(token)

    async def send(self) -> None:
        while await self.sms.send():
            pass

    async def statuses(self) -> list[str]:
        async with self.db.reading() as session:
            return list(await session.scalars(text("SELECT status FROM messages ORDER BY status, id")))

    async def tasks(self) -> list[str]:
        async with self.db.reading() as session:
            return list(await session.scalars(text("SELECT code FROM tasks")))


@pytest.fixture
async def house(
    stack: Addresses, keeping: ModuleType, database_url: str, wording: Wording, terms: Terms
) -> AsyncIterator[House]:
    house = House(stack, keeping, database_url, wording, terms)
    yield house
    await house.db.close()
    if house.saved:
        await asyncio.to_thread(drop_database, stack.postgres, str(make_url(house.saved[0]).database))


async def test_what_was_told_after_the_backup_is_not_told_again(house: House) -> None:
    first, second, workshop = *people(2), Workshop()
    await house.enrolment.opens(workshop)
    await house.enrolment.knows(first, second)
    await house.enrolment.confirms(first, workshop)
    await house.send()
    await house.back_up()
    await house.enrolment.confirms(second, workshop)
    await house.send()
    await house.enrolment.moves(workshop, TUESDAY + timedelta(days=1))
    await house.send()
    told = len(house.phones.taken)
    assert told == 4
    await house.restore(await house.said())
    assert await house.statuses() == ["sent"]
    await house.catch_up()
    await house.send()
    assert len(house.phones.taken) == told
    assert set(await house.statuses()) == {"sent"}
    assert await house.tasks() == []


async def test_what_nothing_proves_is_left_to_a_person_and_what_waited_in_the_queue_is_told(house: House) -> None:
    family, other, workshop = *people(2), Workshop()
    await house.enrolment.opens(workshop)
    await house.enrolment.knows(family, other)
    await house.back_up()
    await house.enrolment.confirms(family, workshop)  # heard, and told, and its proof never left
    await house.send()
    unheard = house.enrolment.envelope(EnrolmentConfirmed(accepted_offer=False, **other.said(workshop)))
    await house.restore([])
    await house.enrolment.deliver(unheard)
    await house.catch_up()
    await house.send()
    assert [len(house.phones.texts(one.phone)) for one in (family, other)] == [1, 1]
    assert await house.tasks() == ["restored"]


@pytest.mark.parametrize("proven", [True, False])
async def test_what_waited_when_the_backup_was_made_leaves_once(house: House, proven: bool) -> None:
    [family], workshop = people(1), Workshop()
    await house.enrolment.opens(workshop)
    await house.enrolment.knows(family)
    await house.enrolment.confirms(family, workshop)
    await house.back_up()
    await house.send()
    await house.restore(await house.said() if proven else [])
    assert await house.statuses() == ["sent" if proven else "unknown"]
    assert await house.tasks() == ([] if proven else ["restored"])
    await house.send()
    await house.sms.look_up()
    assert len(house.phones.given) == 1
    assert await house.statuses() == ["sent"], "the provider was asked, where nothing proved it"


async def test_what_was_not_due_yet_leaves_when_it_is(house: House) -> None:
    [family], workshop = people(1), Workshop()
    await house.enrolment.opens(workshop)
    await house.enrolment.knows(family)
    await house.enrolment.confirms(family, workshop)
    async with house.db.transaction() as tx:
        await tx.session.execute(text("UPDATE messages SET due_at = now() + interval '1 hour'"))
    await house.back_up()
    await house.restore([])
    with time_machine.travel(now() + timedelta(hours=2)):
        await house.send()
    assert len(house.phones.taken) == 1


def people(count: int) -> list[Family]:
    return [Family(one.phone, None) for one in families(count)]
