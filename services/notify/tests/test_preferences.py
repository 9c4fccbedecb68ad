"""STOP by SMS, one click in the mail program, the page, the team on the telephone: one row, and the page shows it."""

import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import AsyncClient
from notify import answers
from notify.providers.accounts import RondeAccount
from notify.providers.smtp import compose
from notify.sending import Sender
from notify.settings import Settings, Terms
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, doors, guardian
from notify.use_cases.change_preferences import stop_by_sms
from ronde.database import Database
from ronde.web.testing import app_with, visitor
from ronde_contracts.enrolment import EnrolmentWithdrawn
from sqlalchemy import text

pytestmark = pytest.mark.database
LATER = TUESDAY.replace(day=23)


@pytest.fixture
async def web(db: Database, house_file: Path, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    async with doors(db, house_file, tmp_path) as client:
        yield client


async def drain(*senders: Sender) -> None:
    for sender in senders:
        while await sender.send():
            pass


async def told_of_a_workshop(enrolment: Enrolment, family: Family) -> Workshop:
    workshop = Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    return workshop


async def token(db: Database, email: str | None) -> str:
    async with db.reading() as session:
        asked = text("SELECT token FROM recipients WHERE email = :email")
        return str((await session.execute(asked, {"email": email})).scalar_one())


async def test_stop_by_sms_stops_sms_and_what_matters_goes_by_email(
    db: Database,
    terms: Terms,
    enrolment: Enrolment,
    sms: Sender,
    email: Sender,
    phones: Postbox,
    mailboxes: Postbox,
    web: AsyncClient,
) -> None:
    family = Family()
    workshop = await told_of_a_workshop(enrolment, family)
    async with db.transaction() as tx:
        await stop_by_sms(tx, terms, str(family.phone))
    await enrolment.moves(workshop, LATER)
    await drain(sms, email, sms, email)
    assert phones.given == []
    assert [letter.subject.split(" :")[0] for letter in mailboxes.taken] == ["Inscription confirmée"]
    await enrolment.calls_off(workshop)
    await drain(sms, email)
    assert [letter.subject.split(" :")[0] for letter in mailboxes.taken][1:] == ["Annulation"]
    page = (await web.get(f"/preferences/{await token(db, family.email)}")).text
    assert 'name="sms" value="yes"> par SMS' in page, "the page shows the true state"
    assert 'name="email" value="yes" checked>' in page
    async with db.transaction() as tx:
        await stop_by_sms(tx, terms, str(family.phone), stopped=False)
    assert 'name="sms" value="yes" checked>' in (await web.get(f"/preferences/{await token(db, family.email)}")).text


@pytest.mark.parametrize("words", ["STOP", "stop.", " Arrêt svp", "STOP au 36111"])
async def test_stop_comes_by_the_providers_door_and_only_by_it(db: Database, house_file: Path, words: str) -> None:
    account = RondeAccount(name="gateway", receipts_secret="the gateway's secret")
    settings = Settings(house_file=house_file, secret="s" * 40)
    app = app_with(answers.router([account]), settings, db=db)  # type: ignore[arg-type]

    async def bring(secret: str, **said: str) -> int:
        body = json.dumps(said).encode()
        signature = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
        async with visitor(app) as door:
            return (
                await door.post("/answers/gateway", content=body, headers={"X-Ronde-Signature": signature})
            ).status_code

    told = {"from": "33639980001", "text": words}
    assert await bring("somebody else's", **told) == 403
    assert await bring("the gateway's secret", **{**told, "text": "Merci, à demain !"}) == 204
    assert await suppressed(db) == []
    for _ in range(2):
        assert await bring("the gateway's secret", **told) == 204
    assert await suppressed(db) == [("sms", "stop")]
    await bring("the gateway's secret", **{**told, "text": "Start"})
    assert await suppressed(db) == []


async def test_one_click_as_mail_programs_do_it(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    email: Sender,
    phones: Postbox,
    mailboxes: Postbox,
    web: AsyncClient,
) -> None:
    """RFC 8058: both headers; a POST without cookies acts, a GET (a scanner) does not."""
    family = Family()
    workshop = await told_of_a_workshop(enrolment, family)
    await drain(sms, email)
    [letter] = mailboxes.taken
    sealed = compose(letter, name="La maison", sender="ronde@example.org").decode()
    assert f"List-Unsubscribe: <{letter.one_click}>" in sealed.replace("\r\n ", " ")
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in sealed
    path = "/" + letter.one_click.split("/", 3)[3]
    assert (await web.get(path)).status_code == 200
    assert (await suppressed(db)) == []
    for _ in range(2):
        answer = await web.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.headers["x-robots-tag"]) == (200, "noindex, nofollow")
    assert await suppressed(db) == [("email", "stop")]
    await enrolment.withdraws(family, workshop)
    await drain(email, sms)
    assert len(mailboxes.taken) == 1
    assert len(phones.taken) == 2, "functional: it goes by the other channel"


async def test_stopped_both_ways_a_person_is_asked_to_call(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    email: Sender,
    phones: Postbox,
    mailboxes: Postbox,
    web: AsyncClient,
) -> None:
    family = Family()
    await told_of_a_workshop(enrolment, family)
    saved = await web.post(f"/preferences/{await token(db, family.email)}", data={"channel": "", "quiet_from": ""})
    assert saved.status_code == 303
    await drain(sms, email)
    assert phones.given == mailboxes.given == []
    async with db.reading() as session:
        assert list((await session.execute(text("SELECT code FROM tasks"))).scalars()) == ["stopped"]


async def test_the_page_keeps_what_was_chosen_and_says_what_is_wrong(
    db: Database, enrolment: Enrolment, web: AsyncClient
) -> None:
    family = Family()
    await enrolment.knows(family)
    path = f"/preferences/{await token(db, family.email)}"
    half = {"sms": "yes", "email": "yes", "channel": "email", "quiet_from": "21:00"}
    refused = await web.post(path, data=half)
    assert refused.status_code == 422
    assert "Donnez le début et la fin" in refused.text
    assert "Écrivez une heure" in (await web.post(path, data={**half, "quiet_until": "demain"})).text
    kept = await web.post(path, data={**half, "quiet_until": "08:30"})
    page = (await web.get(kept.headers["location"])).text
    for shown in ("C&#39;est noté.", 'value="21:00"', 'value="08:30"', 'value="email" checked'):
        assert shown in page
    for secret in (family.phone, family.email):
        assert str(secret) not in page
    await enrolment.say(Family(phone="+33639980077", party_id=family.party_id).contact())
    assert 'value="21:00"' in (await web.get(path)).text, "a new number does not undo what they chose"
    assert (await web.get("/preferences/nobody")).status_code == 404
    assert (await web.post("/unsubscribe/nobody")).status_code == 404


async def test_erased_families_leave_nothing_but_the_hash_of_their_stop(
    db: Database, terms: Terms, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox
) -> None:
    mother, father = guardian("+33639980011", "une@example.org"), guardian("+33639980012")
    family, other = Family(guardians=(mother, father)), Family("+33639980099", None)
    workshop = await told_of_a_workshop(enrolment, family)
    await enrolment.knows(other)
    await enrolment.confirms(other, workshop)
    await drain(sms, email)
    async with db.transaction() as tx:
        await stop_by_sms(tx, terms, str(mother.phone))
        await tx.session.execute(
            text("INSERT INTO parked (id, queue, digest, reason, detail, routing_key, headers, body) VALUES "
                 "(gen_random_uuid(), 'q', 'd', 'r', 'd', 'k', '{}', convert_to(:body, 'UTF8'))"),
            {"body": f'{{"party_id": "{family.party_id}", "phone": "{mother.phone}"}}'},
        )  # fmt: skip
    await enrolment.forgets(family)
    await enrolment.again()
    late = family.said(workshop)
    await enrolment.say(EnrolmentWithdrawn(was="confirmed", **late))
    left = await everything(db)
    for secret in (mother.phone, mother.email, father.phone, family.email, family.phone, family.enrolment_id):
        assert str(secret) not in left
    assert left.count(str(family.party_id)) == 2, "the mark that it is erased, and the acknowledgement"
    assert str(other.phone) in left
    assert await suppressed(db) == [("sms", "stop")]
    async with db.reading() as session:
        said = (await session.execute(text("SELECT type FROM outbox ORDER BY position DESC LIMIT 1"))).scalar()
    assert said == "erasure.acknowledged.v1"
    await drain(sms, email)
    again = Family(guardians=(guardian(mother.phone),))
    await told_of_a_workshop(enrolment, again)
    before = len(phones.given)
    await drain(sms)
    assert len(phones.given) == before, "who comes back has still said STOP"


async def suppressed(db: Database) -> list[tuple[str, str]]:
    async with db.reading() as session:
        return [(row[0], row[1]) for row in await session.execute(text("SELECT channel, why FROM suppressions"))]


async def everything(db: Database) -> str:
    """Every row of every table that is notify's own, and what it said."""
    tables = ("recipients", "links", "enrolments", "news", "messages", "tasks", "suppressions", "erased", "parked")
    kept = []
    async with db.reading() as session:
        for table in tables:
            rows = await session.execute(text(f"SELECT to_jsonb({table})::text FROM {table}"))  # noqa: S608
            kept += list(rows.scalars())
            if table == "parked":
                kept += list((await session.execute(text("SELECT convert_from(body, 'UTF8') FROM parked"))).scalars())
        erasures = text("SELECT convert_from(body, 'UTF8') FROM outbox WHERE type = 'erasure.acknowledged.v1'")
        kept += [one.split('"data"')[1] for one in (await session.execute(erasures)).scalars()]
    return "\n".join(kept)
