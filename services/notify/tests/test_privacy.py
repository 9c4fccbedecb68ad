"""What is kept of people, how long, and who finds it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from httpx import AsyncClient
from notify.pages.people import normal
from notify.sending import Sender
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, doors, families
from notify.use_cases.forget_old import forget_old
from ronde.database import Database
from sqlalchemy import text

pytestmark = pytest.mark.database
OLD = timedelta(days=400)


@pytest.fixture
async def web(db: Database, house_file: Path, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    async with doors(db, house_file, tmp_path) as client:
        yield client


async def told(enrolment: Enrolment, sms: Sender, *people: Family) -> Workshop:
    workshop = Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(*people)
    for family in people:
        await enrolment.confirms(family, workshop)
    await sms.send()
    return workshop


async def count(db: Database, table: str) -> int:
    async with db.reading() as session:
        return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608


async def test_the_proof_stays_without_the_text(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    await told(enrolment, sms, Family(email=None))
    async with db.reading() as session:
        [row] = (await session.execute(text("SELECT to_jsonb(messages) AS kept FROM messages"))).scalars()
    assert row["status"] == "sent"
    assert row["channel"] == "sms"
    assert row["sent_at"]
    assert len(row["body_hash"]) == len(row["address_hash"]) == 2 + 64
    [letter] = phones.taken
    assert not any(str(value) in (letter.text, letter.to) for value in row.values())


async def test_links_end_and_what_is_old_goes_but_not_what_is_still_needed(
    db: Database, enrolment: Enrolment, sms: Sender
) -> None:
    people = [Family(one.phone, None) for one in families(2)]
    await told(enrolment, sms, *people)
    tables = ("links", "messages", "news", "enrolments", "recipients", "sessions")
    with time_machine.travel(TUESDAY + timedelta(days=31)):
        await forgotten(db)
        assert [await count(db, one) for one in tables] == [0, 2, 2, 2, 2, 1], "the links are over, nothing else"
    with time_machine.travel(TUESDAY + OLD - timedelta(hours=1)):
        await enrolment.say(people[0].contact())
        await forgotten(db)
        assert [await count(db, one) for one in tables] == [0, 2, 2, 2, 2, 1]
    with time_machine.travel(TUESDAY + OLD + timedelta(hours=3)):
        await forgotten(db)
        assert [await count(db, one) for one in tables] == [0, 0, 0, 0, 1, 0], "one contact was told us again lately"


async def forgotten(db: Database) -> None:
    async with db.transaction() as tx:
        await forget_old(tx, proof=OLD, contacts=OLD)


async def test_staff_find_what_somebody_was_sent_by_what_they_say_and_see_no_more(
    enrolment: Enrolment, sms: Sender, web: AsyncClient
) -> None:
    caller, other = families(2)
    workshop = await told(enrolment, sms, caller, other)
    stranger = await web.post("/search", data={"typed": str(caller.phone)})
    assert stranger.status_code == 401
    await web.post("/sign-in", data={"key": "key-of-relais"})
    reference = caller.said(workshop)["reference"]
    spoken = "0" + str(caller.phone)[3:]
    for typed in (str(caller.phone), spoken, " ".join(spoken), str(caller.email).upper(), reference.lower()):
        found = (await web.post("/search", data={"typed": typed})).text
        assert "1 personne trouvée" in found.replace("\u00a0", " "), typed
        assert found.count(reference) >= 1
        for secret in {caller.phone, caller.email, other.phone, other.email, other.said(workshop)["reference"]} - {
            typed
        }:
            assert str(secret) not in found
    for guess in ("famille", "+336", "", "%", "@example.org"):
        assert "personne trouvée" not in (await web.post("/search", data={"typed": guess})).text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 39 98 00 01", "+33639980001"),
        ("06.39.98.00.01", "+33639980001"),
        ("+33 6 39 98 00 01", "+33639980001"),
        ("0041 79 555 01 23", "+41795550123"),
        (" une@example.org ", "une@example.org"),
        ("I-4CFH7M", "I-4CFH7M"),
    ],
)
def test_a_number_is_found_however_it_is_written(typed: str, number: str) -> None:
    assert normal(typed) == number
