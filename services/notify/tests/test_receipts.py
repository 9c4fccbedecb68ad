"""What becomes of messages after a provider took them: it arrived, it did not, or nothing is ever heard."""

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
import uvicorn
from httpx import AsyncClient
from notify.providers import Receipt, Taken, Unknown
from notify.providers.accounts import OvhAccount, RondeAccount, SmtpAccount
from notify.providers.build import fleet
from notify.providers.gate import Gate, phone
from notify.receipts import keeper
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import Enrolment, Family, Postbox, Workshop, statuses
from notify.use_cases.apply_receipts import apply_receipts
from notify.use_cases.say_withdrawn import say_withdrawn
from notify.use_cases.stop_waiting import stop_waiting
from notify.webhooks import router
from notify.wording import Wording
from ronde.catcher.answers import Answer
from ronde.catcher.serve import running
from ronde.catcher.settings import CatcherSettings
from ronde.clock import now
from ronde.database import Database
from ronde.ids import new_id
from ronde.web.testing import Settings, app_with, visitor
from sqlalchemy import text

pytestmark = pytest.mark.database
SECRET = "the gateway's secret"
ACCOUNTS = (
    RondeAccount(name="gateway", receipts_secret=SECRET),
    OvhAccount(service="s", application_key="k", application_secret="s", consumer_key="c", receipts_secret=SECRET),
    SmtpAccount(name="relay", receipts_secret=SECRET),
    RondeAccount(name="deaf"),
)


@pytest.fixture
async def door(db: Database) -> AsyncIterator[AsyncClient]:
    async with visitor(app_with(router(ACCOUNTS), Settings(service="notify"), db=db)) as client:
        yield client


@pytest.fixture
def phones() -> Postbox:
    """A fleet says which of its providers it was."""
    return Postbox(lambda letter: Taken(f"p-{letter.id}", "gateway"))


async def told_by_sms(enrolment: Enrolment, sms: Sender, family: Family) -> None:
    workshop = Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.waitlists(family, workshop)
    await sms.send()


async def bring(door: AsyncClient, secret: str = SECRET, name: str = "gateway", **said: Any) -> int:
    """The gateway's webhook; gives the status of our answer."""
    body = json.dumps(said).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
    answer = await door.post(f"/receipts/{name}", content=body, headers={"X-Ronde-Signature": signature})
    return answer.status_code


async def apply(db: Database) -> None:
    async with db.transaction() as tx:
        await apply_receipts(tx)


async def told(db: Database) -> list[tuple[str, int, Any]]:
    """(type, sequence, code) of what notify says, in order."""
    asked = text("SELECT convert_from(body, 'UTF8')::jsonb FROM outbox ORDER BY position")
    async with db.reading() as session:
        said = [row[0] for row in await session.execute(asked)]
    return [(one["type"], int(one["sequence"]), one["data"].get("code")) for one in said]


async def tasks(db: Database) -> list[str]:
    async with db.reading() as session:
        return [code for (code,) in await session.execute(text("SELECT code FROM tasks"))]


async def test_it_arrived(db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox, door: AsyncClient) -> None:
    """Receipts come several times and in any order; what arrived has arrived."""
    family = Family()
    await told_by_sms(enrolment, sms, family)
    [letter] = phones.taken
    for status in ("undeliverable", "delivered", "delivered", "undeliverable"):
        assert await bring(door, id=f"p-{letter.id}", status=status) == 204
        await apply(db)
    assert await statuses(db, family) == [
        ("enrolment-waiting", "sms", "delivered"),
        ("enrolment-waiting", "email", "scheduled"),
    ]
    assert await told(db) == [
        ("message.sent.v1", 1, None),
        ("message.undeliverable.v1", 2, "undeliverable"),
        ("message.delivered.v1", 3, None),
    ]


@pytest.mark.parametrize(("arrives", "status"), [(True, "delivered"), (False, "undeliverable")])
async def test_the_catcher_says_what_became_of_an_sms(
    db: Database, enrolment: Enrolment, wording: Wording, terms: Terms, arrives: bool, status: str
) -> None:
    """Both ends real: what it signs is what we check."""
    family, port = Family("+33639980001", None), socket.create_server(("127.0.0.1", 0))
    app = app_with(router(ACCOUNTS), Settings(service="notify"), db=db)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[port]))
    url = f"http://127.0.0.1:{port.getsockname()[1]}/receipts/gateway"
    settings = CatcherSettings(http_port=0, smtp_port=0, receipts_url=url, receipts_secret=SECRET)
    async with running(settings) as catcher:
        catcher.answers.give("*", Answer(arrives=arrives))
        gateway = RondeAccount(name="gateway", url=catcher.sms_url, token="t")
        carriers = fleet([gateway], house="Maison", public_url="", timeout=2)
        await told_by_sms(enrolment, Sender(db, "sms", carriers, wording, terms, lease=timedelta(minutes=2)), family)
        async with asyncio.timeout(10):
            while (await statuses(db, family))[0][2] != status:
                await asyncio.sleep(0.02)
                await apply(db)
        await carriers.close()
    server.should_exit = True
    await serving
    port.close()


@pytest.mark.parametrize("named", [True, False], ids=["our reference with it", "only the provider's id"])
async def test_a_receipt_that_is_faster_than_our_commit_is_not_lost(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox, door: AsyncClient, named: bool
) -> None:
    family = Family()

    async def at_once(letter: Any) -> None:
        reference = {"reference": str(letter.id)} if named else {}
        assert await bring(door, id=f"p-{letter.id}", status="delivered", **reference) == 204
        await apply(db)

    phones.meanwhile = at_once
    await told_by_sms(enrolment, sms, family)
    assert await statuses(db, family) == [("enrolment-waiting", "sms", "sent")]
    await apply(db)
    assert await statuses(db, family) == [("enrolment-waiting", "sms", "delivered")]


async def test_what_timed_out_is_known_by_our_reference(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox, door: AsyncClient
) -> None:
    """The answer with the provider's id was lost, so only what we gave it can name the message."""
    family = Family()

    async def dies(_letter: Any) -> None:
        raise TimeoutError

    phones.meanwhile = dies
    await told_by_sms(enrolment, sms, family)
    assert (await statuses(db, family))[0][2] == "unknown"
    await bring(door, id="p-77", reference=str(phones.given[0].id), status="delivered")
    await apply(db)
    assert await statuses(db, family) == [("enrolment-waiting", "sms", "delivered")]
    assert len(phones.given) == 1


async def test_sms_then_email_then_a_person(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    email: Sender,
    phones: Postbox,
    mailboxes: Postbox,
    door: AsyncClient,
) -> None:
    family = Family()
    await told_by_sms(enrolment, sms, family)
    await bring(door, id=f"p-{phones.taken[0].id}", status="undeliverable", code="unknown-subscriber", lasting=True)
    await apply(db)
    await email.send()
    [letter] = mailboxes.taken
    assert letter.to == family.email
    assert await tasks(db) == []
    report = BOUNCE.format(id=letter.id, status="5.1.1").replace("\n", "\r\n")
    answer = await door.post("/receipts/relay", params={"token": SECRET}, content=report)
    assert answer.status_code == 204
    await apply(db)
    assert await tasks(db) == ["unknown-recipient"]
    assert await statuses(db, family) == [
        ("enrolment-waiting", "sms", "undeliverable"),
        ("enrolment-waiting", "email", "undeliverable"),
    ]
    async with db.reading() as session:
        suppressed = await session.execute(text("SELECT channel, why FROM suppressions ORDER BY channel"))
        assert [tuple(row) for row in suppressed] == [("email", "hard-bounce"), ("sms", "hard-bounce")]


async def test_a_soft_bounce_says_nothing_against_the_address(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox, door: AsyncClient
) -> None:
    await told_by_sms(enrolment, sms, Family())
    await bring(door, id=f"p-{phones.taken[0].id}", status="undeliverable", code="expired")
    await apply(db)
    async with db.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM suppressions"))).scalar() == 0


async def test_who_cannot_prove_to_be_the_provider_changes_nothing(db: Database, door: AsyncClient) -> None:
    assert await bring(door, secret="another", id="1", status="delivered") == 403
    assert (await door.get("/receipts/ovh", params={"id": "1", "ptt": "4", "token": "another"})).status_code == 403
    assert await bring(door, name="deaf", secret="", id="1", status="delivered") == 404
    assert await bring(door, name="nobody", id="1", status="delivered") == 404
    assert (await door.get("/receipts/ovh", params={"id": "1", "ptt": "4", "token": SECRET})).status_code == 204
    async with db.reading() as session:
        found = await session.execute(text("SELECT provider, provider_id FROM receipts"))
        assert [tuple(row) for row in found] == [("ovh", "1")]


async def test_one_provider_says_nothing_of_anothers_messages(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family = Family()
    await told_by_sms(enrolment, sms, family)
    [letter] = phones.taken
    await keeper(db, "ovh")(Receipt("undeliverable", f"p-{letter.id}", letter.id, "forged", lasting=True))
    await apply(db)
    assert await statuses(db, family) == [("enrolment-waiting", "sms", "sent")]


@pytest.mark.parametrize(("receipted", "told"), [(("gateway",), True), ((), False)])
async def test_when_nothing_is_heard_the_other_channel_tells_it_once(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox, receipted: tuple[str, ...], told: bool
) -> None:
    """Only where receipts are to be expected: else every SMS would be followed by an e-mail."""
    family = Family()
    with time_machine.travel(now(), tick=False) as clock:
        await told_by_sms(enrolment, sms, family)
        for hours in (5, 2, 2):
            clock.shift(timedelta(hours=hours))
            async with db.transaction() as tx:
                await stop_waiting(tx, receipted, timedelta(hours=6))
    by_email = [("enrolment-waiting", "email", "scheduled")] if told else []
    assert await statuses(db, family) == [("enrolment-waiting", "sms", "sent"), *by_email]
    assert len(phones.given) == 1


async def test_what_was_taken_back_is_said_once(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family, workshop = Family(email=None), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.waitlists(family, workshop)
    await enrolment.declines(family, workshop)
    for _ in range(2):
        await sms.send()
        async with db.transaction() as tx:
            await say_withdrawn(tx)
    assert phones.given == []
    assert await told(db) == [("message.withdrawn.v1", 1, None)]


async def test_outside_production_who_is_no_guest_is_not_written_to_and_it_shows(
    db: Database, enrolment: Enrolment, phones: Postbox, wording: Wording, terms: Terms
) -> None:
    guest, family = Family("+33612345678", None), Family("+33612345679", None)
    gate = Gate(phones, stage="staging", guests=[str(guest.phone)], check=phone("staging"))
    sender = Sender(db, "sms", gate, wording, terms, lease=timedelta(minutes=2))
    for one in (guest, family):
        await told_by_sms(enrolment, sender, one)
    assert [letter.to for letter in phones.given] == [guest.phone]
    assert await statuses(db, family) == [("enrolment-waiting", "sms", "withheld")]
    assert await tasks(db) == [], "nobody has to call a family because of a trial"


async def test_what_nobody_knows_of_is_told_by_the_other_channel_after_an_hour(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family = Family()
    phones.answer = lambda _letter: Unknown("ReadTimeout")
    with time_machine.travel(now(), tick=False) as clock:
        await told_by_sms(enrolment, sms, family)
        for minutes, channels in ((50, 1), (20, 2)):
            clock.shift(timedelta(minutes=minutes))
            async with db.transaction() as tx:
                await stop_waiting(tx, (), timedelta(hours=6))
            assert len(await statuses(db, family)) == channels
    assert len(phones.given) == 1


async def test_two_takers_apply_a_receipt_once(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    await told_by_sms(enrolment, sms, Family())
    await keeper(db, "gateway")(Receipt("delivered", f"p-{phones.taken[0].id}"))
    await asyncio.gather(*(apply(db) for _ in range(4)))
    assert [type for type, _, _ in await told(db)] == ["message.sent.v1", "message.delivered.v1"]


async def test_what_matches_nothing_is_kept_for_a_while_and_no_longer(db: Database) -> None:
    from notify import receipts

    await keeper(db, "gateway")(Receipt("delivered", "unheard-of", new_id()))
    for hours, left in ((48, 1), (48, 0)):
        with time_machine.travel(now() + timedelta(hours=hours * (2 - left))):
            async with db.transaction() as tx:
                await receipts.forget(tx.session, timedelta(days=400))
                assert (await tx.session.execute(text("SELECT count(*) FROM receipts"))).scalar() == left


BOUNCE = """\
From: MAILER-DAEMON@relay.example
To: ronde@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; famille@example.org
Action: failed
Status: {status}

--b
Content-Type: message/rfc822

From: ronde@example.org
To: famille@example.org
Message-ID: <{id}@example.org>
Subject: Liste d'attente

Bonjour,

--b--
"""
