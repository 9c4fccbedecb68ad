"""The whole service as a process of its own, between a real broker and real providers."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import orjson
import pytest
from notify.testing import SOURCE, TUESDAY, Family, Workshop
from ronde.catcher.answers import Answer
from ronde.catcher.serve import Running, running
from ronde.clock import now
from ronde.envelope import seal
from ronde.ids import new_id
from ronde.publisher import Publisher
from ronde.telemetry import traceparent
from ronde.testing import Amqp
from ronde_contracts.enrolment import EnrolmentConfirmed, SessionMoved, SessionOpened
from ronde_contracts.enrolment_creche import OccasionalCareOffered, PageIssued
from ronde_contracts.envelope import CONTENT_TYPE
from ronde_contracts.event import Event

pytestmark = [pytest.mark.database, pytest.mark.broker, pytest.mark.timeout(240)]
KEY = "the relay's key"


@dataclass
class Started:
    """Notify at work: its address, what it logs, and the providers it writes to."""

    url: str
    log: Path
    catcher: Running
    bus: Publisher

    async def say(self, *events: tuple[Event, int], times: int = 1) -> None:
        """Publish as enrolment does: each event with its version, so many times over."""
        for event, version in events:
            id = new_id()
            body = seal(event, id=id, source=SOURCE, sequence=version, time=now(), traceparent=traceparent())
            for _ in range(times):
                await self.bus.publish(
                    event.exchange,
                    event.routing_key,
                    body,
                    message_id=str(id),
                    kind=event.type,
                    content_type=CONTENT_TYPE,
                )


@asynccontextmanager
async def process(environment: dict[str, str], log: Path) -> AsyncIterator[str]:
    """`ronde-notify` until ready; its address. Asked to stop at the end, it must do so in order."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as output:
        child = await asyncio.create_subprocess_exec(
            Path(sys.executable).parent / "ronde-notify",
            env={**os.environ, **environment, "RONDE_HTTP_PORT": str(port)},
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        await eventually(lambda: ready(url), within=90)
        yield url
    finally:
        child.terminate()
        await child.wait()
    assert "Application shutdown complete" in log.read_text()  # noqa: ASYNC240


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


async def eventually(true: Callable[[], bool], within: float = 20) -> None:
    async with asyncio.timeout(within):  # another process's work: there is nothing to wait on but its effect
        while not await asyncio.to_thread(true):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.fixture
async def notify(amqp: Amqp, database_url: str, house_file: Path, tmp_path: Path) -> AsyncIterator[Started]:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"relais": sha256(KEY.encode()).hexdigest()}))
    bus = Publisher(amqp.url("enrolment"), user="enrolment")
    async with running() as catcher:
        environment = {
            "RONDE_HOUSE_FILE": str(house_file),
            "RONDE_DATABASE_URL": database_url,
            "RONDE_AMQP_URL": amqp.url("notify"),
            "RONDE_KEYS_FILE": str(keys),
            "RONDE_SECRET": "s" * 40,
            "RONDE_STAGE": "try",
            "RONDE_TELL_HOURS": "00:00-23:59",
            "RONDE_EMAIL_PROVIDERS": json.dumps([{"kind": "smtp", "port": catcher.smtp_port}]),
            "RONDE_SMS_PROVIDERS": json.dumps([{"kind": "ronde", "url": catcher.sms_url, "token": "t"}]),
        }
        async with process(environment, tmp_path / "log") as url:
            yield Started(url, tmp_path / "log", catcher, bus)
    await bus.close()


async def test_from_the_bus_to_the_phone_and_the_mailbox(notify: Started, amqp: Amqp) -> None:
    """The confirmation comes before all that it needs, everything comes three times; one address is refused."""
    family, refused, workshop = Family(), Family("+33639980002", "inconnue@example.org"), Workshop()
    heard = await amqp.listen("notify.#")
    phone, mail, box = str(family.phone), str(family.email), notify.catcher.box
    notify.catcher.answers.give(str(refused.email), Answer(code=550))
    for one in (family, refused):
        await notify.say((EnrolmentConfirmed(**one.said(workshop)), 1), times=3)
        await notify.say((one.contact(), 1), (one.link_issued(), 1), times=3)
    await notify.say((SessionOpened(**workshop.said()), 1), times=3)
    await eventually(lambda: len(box.all(to=phone)) == len(box.all(to=mail)) == 1)

    at_the_creche = Family("+33639980003", None)
    page, offered = of_the_creche(at_the_creche)
    await notify.say((offered, 1), (page, 1), (at_the_creche.contact(), 1), times=3)
    await eventually(lambda: [page.url in one.text for one in box.all(to=str(at_the_creche.phone))] == [True])

    later = TUESDAY.replace(day=23)
    await notify.say((SessionMoved(was_starting_at=TUESDAY, **workshop.said(later)), 2), times=3)
    await eventually(lambda: len(box.all(to=phone)) == len(box.all(to=mail)) == 2)
    said = [one.text for one in box.all(to=phone)]
    assert said[0].startswith("C'est confirmé : Matinée d'éveil, mardi 16 janvier 2035, 9 h 30")
    assert said[1].startswith("Changement : Matinée d'éveil aura lieu mardi 23 janvier 2035, 9 h 30")
    assert all(one.times == 1 for one in box.all())
    assert box.all(to=str(refused.email)) == []

    events = []
    while message := await amqp.get(heard, within=2):
        events.append(orjson.loads(message.body))
        assert str(family.link).encode() not in message.body
    kinds = sorted((one["type"], one["data"]["purpose"], one["data"]["channel"]) for one in events)
    assert kinds == [
        ("creche-message.changed.v1", "occasional-care-offered", "sms"),
        ("message.failed.v1", "enrolment-confirmed", "email"),
        ("message.sent.v1", "enrolment-confirmed", "email"),
        ("message.sent.v1", "enrolment-confirmed", "sms"),
        ("message.sent.v1", "enrolment-confirmed", "sms"),
        ("message.sent.v1", "session-moved", "email"),
        ("message.sent.v1", "session-moved", "sms"),
        ("message.sent.v1", "session-moved", "sms"),
    ]
    await nobody_can_read_an_address(notify, family, refused)


def of_the_creche(family: Family) -> tuple[PageIssued, OccasionalCareOffered]:
    """Hours on offer, and the page on which they are answered."""
    id, half_an_hour = new_id(), timedelta(minutes=30)
    url = f"https://ronde.example/o/{id.hex}"
    page = PageIssued(about_id=id, party_id=family.party_id, url=url, expires_at=TUESDAY)
    offered = OccasionalCareOffered(
        offer_id=id,
        reference="O-7KQ3TN",
        party_id=family.party_id,
        creche="bottines",
        creche_name={"fr": "Crèche Bottines et Bottillons"},
        child_id=new_id(),
        starts_at=TUESDAY,
        ends_at=TUESDAY + half_an_hour * 6,
        deadline=TUESDAY - half_an_hour,
    )
    return page, offered


async def nobody_can_read_an_address(notify: Started, *people: Family) -> None:
    """Not in the log, not by the API, not on the page; and only the house reads the last two."""
    async with httpx.AsyncClient(base_url=notify.url, trust_env=False) as client:
        assert (await client.get("/messages")).status_code == 401
        listed = await client.get("/messages", headers={"Authorization": f"Bearer {KEY}"})
        assert [one["status"] for one in listed.json()].count("sent") == 7
        failed = await client.get("/messages?status=failed", headers={"Authorization": f"Bearer {KEY}"})
        assert [one["problem"] for one in failed.json()] == ["refused-by-provider"]

        stranger = await client.get("/", headers={"Accept": "text/html"})
        assert stranger.status_code == 401
        assert "Matinée" not in stranger.text
        assert (await client.post("/sign-in", data={"key": KEY})).status_code == 303
        page = await client.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 200
        for words in ("Matinée d'éveil".replace("'", "&#39;"), "Séance déplacée", "envoyé", "adresse est refusée"):
            assert words in page.text
        english = await client.get("/?lang=en", headers={"Accept": "text/html"})
        assert "Session moved" in english.text

    read = {"log": notify.log.read_text(), "api": listed.text + failed.text, "page": page.text + english.text}
    assert "message not sent" in read["log"], "the refused one is logged, by its id"
    for person in people:
        for secret in (person.phone, person.email, person.link):
            found = [where for where, text in read.items() if str(secret) in text]
            assert found == []
