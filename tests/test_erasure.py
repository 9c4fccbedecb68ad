"""A family is forgotten by the whole house: three services as processes, then every place that could remember."""

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import aio_pika
import asyncpg
import httpx
import orjson
import pytest
from ronde import journal
from ronde.catcher.serve import Running, running
from ronde.clock import now
from ronde.envelope import seal
from ronde.ids import new_id
from ronde.publisher import Publisher
from ronde.telemetry import traceparent
from ronde.testing import Amqp
from ronde.topology import PARKED, RUNGS
from ronde_contracts.envelope import CONTENT_TYPE
from ronde_contracts.partners import SessionPlanned

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(180)]
SERVICES = ("booking", "enrolment", "notify")
KEY = {"Authorization": "Bearer key of the relay"}
PARIS = ZoneInfo("Europe/Paris")
PHONE, EMAIL, OTHER = "+33639987654", "zephyrine.barnabooth@example.org", "xanthippe@example.org"
SECRETS = ("Zéphyrine", "Barnabooth", "Xanthippe", "Quetzalcoatl", PHONE, PHONE[1:], EMAIL, OTHER)


@dataclass
class House:
    """Three services at work, each on a database of its own, and the world outside that gets their messages.

    `servers`: the logs of Postgres and RabbitMQ, where they are ours.
    """

    amqp: Amqp
    databases: dict[str, str]
    logs: dict[str, Path]
    servers: Path
    enrolment: httpx.AsyncClient
    outside: Running

    async def say(self, user: str, exchange: str, key: str, body: bytes) -> None:
        publisher = Publisher(self.amqp.url(user), user=user)
        kind = key.split(".", 1)[1]
        await publisher.publish(exchange, key, body, message_id=str(uuid4()), kind=kind, content_type=CONTENT_TYPE)
        await publisher.close()

    async def rows(self, service: str, sql: str) -> list[Any]:
        connection = await asyncpg.connect(self.databases[service].replace("+asyncpg", ""))
        try:
            return [row[0] for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    async def remembers(self, *words: str) -> set[str]:
        """Where one of the words is: every column of every table as text, the messages put aside or on their way
        back, the journal, the logs."""
        logs = [*self.logs.values(), *self.servers.glob("*.log")]
        texts: dict[str, str] = {f"log of {log.stem}": log.read_text("utf-8", "replace") for log in logs}
        for service in SERVICES:
            names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            for table in await self.rows(service, names):
                rows = await self.rows(service, f'SELECT found::text FROM "{table}" AS found')  # noqa: S608
                texts[f"{service}.{table}"] = "\n".join(rows)
        async with aclosing(journal.read(self.amqp.url(), "first", follow=False)) as told:
            texts["journal"] = "\n".join([one.body.decode() + str(one.headers) async for one in told])
        notices = []
        while notice := await self.amqp.get(PARKED, within=0.3):
            notices.append(notice.body.decode() + str(notice.headers))
        texts["notices of what is parked"] = "\n".join(notices)
        for rung in RUNGS:
            texts[f"ladder {rung}"] = "x" * await self.amqp.depth(f"ronde.delay.{rung}")
        found = {where for where, text in texts.items() for word in words if word in text or _bytes(word) in text}
        return found | {where for where, text in texts.items() if where.startswith("ladder") and text}


def _bytes(word: str) -> str:
    """As Postgres shows it inside a bytea."""
    return word.encode().hex()


@asynccontextmanager
async def service(name: str, environment: dict[str, str], log: Path, port: int) -> AsyncIterator[None]:
    """`ronde-<name>` until it is ready, and until it has stopped."""
    with log.open("wb") as output:
        child = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name(f"ronde-{name}"),
            env={**os.environ, **environment, "RONDE_HTTP_PORT": str(port)},
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        child.terminate()
        await child.wait()


async def eventually(true: Callable[[], Awaitable[bool]], within: float = 30) -> None:
    async with asyncio.timeout(within):  # another process's work: there is nothing to wait on but its effect
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def open_commission(folder: Path, example: Path) -> Path:
    """A folder with the example's commission, as the relay's own, which takes applications today."""
    text, today = example.read_text(encoding="utf-8"), datetime.now(PARIS).date()
    for key, days in (("published", -1), ("closes", 30), ("drawn", 40)):
        text = re.sub(rf"(?m)^({key} +=) \S+", rf"\1 {today + timedelta(days=days)}", text)
    folder.mkdir()
    (folder / "open.toml").write_text(text.replace('teams  = ["bottines"]', 'teams  = ["relais"]'), encoding="utf-8")
    return folder


@pytest.fixture
async def house(
    amqp: Amqp, new_database: Callable[[], str], house_file: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> AsyncIterator[House]:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"relais": sha256(b"key of the relay").hexdigest()}))
    databases = {name: new_database() for name in SERVICES}
    logs = {name: tmp_path / f"{name}.log" for name in SERVICES}
    commissions = open_commission(tmp_path / "commissions", house_file.parent / "commissions" / "2027-03.toml")
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(running())
        ports = {}
        for name in SERVICES:
            with socket.create_server(("127.0.0.1", 0)) as free:
                ports[name] = free.getsockname()[1]
            environment = {
                "RONDE_HOUSE_FILE": str(house_file),
                "RONDE_COMMISSIONS": str(commissions),
                "RONDE_DATABASE_URL": databases[name],
                "RONDE_AMQP_URL": amqp.url(name),
                "RONDE_KEYS_FILE": str(keys),
                "RONDE_SECRET": "s" * 40,
                "RONDE_STAGE": "try",
                "RONDE_TELL_HOURS": "00:00-23:59",
                "RONDE_EMAIL_PROVIDERS": json.dumps([{"kind": "smtp", "port": outside.smtp_port}]),
                "RONDE_SMS_PROVIDERS": json.dumps([{"kind": "ronde", "url": outside.sms_url, "token": "t"}]),
            }
            await stack.enter_async_context(service(name, environment, logs[name], ports[name]))
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        client = httpx.AsyncClient(base_url=urls["enrolment"], headers=KEY, trust_env=False, timeout=10)
        await stack.enter_async_context(client)

        async def all_ready() -> bool:
            try:
                answers = [await client.get(f"{url}/health/ready") for url in urls.values()]
            except httpx.TransportError:
                return False
            return all(answer.status_code == 200 for answer in answers)

        await eventually(all_ready, within=60)
        servers = pytestconfig.rootpath / ".ronde" / "test" / "logs"
        yield House(amqp, databases, logs, servers, client, outside)


async def open_session(house: House) -> dict[str, Any]:
    """The relay plans a morning on each day of a fortnight; the first that gets a room."""
    for days in range(10, 24):
        starts_at = (datetime.now(PARIS) + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)
        plan = SessionPlanned(
            session_id=new_id(),
            title={"fr": "Matinée d'éveil"},
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            people=12,
            places=1,
        )
        await house.say("relais", plan.exchange, "relais.session.planned.v1", sealed(plan))

    found: list[dict[str, Any]] = []

    async def one_is_open() -> bool:
        found[:] = [one for one in (await house.enrolment.get("/sessions")).json() if one["state"] == "open"]
        return bool(found)

    await eventually(one_is_open)
    return found[0]


def sealed(plan: SessionPlanned) -> bytes:
    source = "/villeurbanne/relais"
    return seal(plan, id=new_id(), source=source, sequence=1, time=now(), traceparent=traceparent())


async def post(house: House, path: str, body: Any = None) -> Any:
    answer = await house.enrolment.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code in (200, 201, 202, 204), answer.text
    return answer.json() if answer.content else None


async def registered(house: House, name: str, child: str, phone: str, **more: Any) -> dict[str, Any]:
    """The ids to enrol with."""
    children = [{"first_name": child, "born": "2025-03"}]
    body = {"kind": "family", "name": name, "phone": phone, "children": children, **more}
    party = await post(house, "/parties", body)
    return {"party_id": party["party_id"], "child_ids": [one["child_id"] for one in party["children"]]}


async def offered_and_accepted(house: House, session: dict[str, Any]) -> UUID:
    """A family that leaves its traces wherever it can: on the list, offered a place, and in the session."""
    path = f"/sessions/{session['organiser']}/{session['session_id']}/enrolments"
    other = await registered(house, "Camille Martin", "Noé", "+33639980001")
    family = await registered(
        house,
        "Zéphyrine Barnabooth",
        "Quetzalcoatl",
        PHONE,
        email=EMAIL,
        other_guardians=[{"name": "Xanthippe", "email": OTHER}],
    )
    first, second = await post(house, path, other), await post(house, path, family)
    assert (first["state"], second["state"]) == ("confirmed", "waiting")
    await post(house, f"/enrolments/{first['enrolment_id']}/withdraw")
    await post(house, f"/enrolments/{second['enrolment_id']}/accept")
    asked = await post(house, "/codes", {"email": EMAIL})
    letters: list[str] = []

    async def told() -> bool:
        mail = house.outside.box.all(to=EMAIL)
        letters[:] = [one.text for one in mail if one.subject.startswith("Votre code")]
        return bool(letters) and len(mail) > 1

    await eventually(told)
    typed = re.search(r"\b(\d{3} ?\d{3})\b", letters[0])
    assert typed
    opened = await post(house, f"/codes/{asked['code_id']}/confirm", {"code": typed[1]})
    assert [one["party_id"] for one in opened["families"]] == [family["party_id"]]
    return UUID(family["party_id"])


async def asks_for_a_place(house: House, party_id: UUID) -> None:
    entry = datetime.now(PARIS).date() + timedelta(days=200)
    body = {
        "party_id": str(party_id),
        "first_name": "Quetzalcoatl",
        "born_on": str(entry - timedelta(days=400)),
        "entry_on": str(entry),
        "wishes": [{"creche": "bottines", "week": ["08:00-17:00"]}],
        "claims": [{"criterion": "commune"}],
    }
    await post(house, "/commissions/villeurbanne-2027-03/applications", body)


async def put_aside(house: House, party_id: UUID) -> None:
    """A message about the family that cannot be handled, in each service; not by the open exchange and its journal."""
    contact = {"party_id": str(party_id), "name": "Zéphyrine", "email": EMAIL, "phone": PHONE, "language": "none"}
    body = orjson.dumps({"specversion": "1.0", "type": "contact.recorded.v1", "data": contact})
    async with await aio_pika.connect(house.amqp.url()) as connection:
        channel = await connection.channel()
        for kind in ("booking.session.planned.v1", "enrolment.session.planned.v1", "notify.contact.recorded.v1"):
            message = aio_pika.Message(body, content_type=CONTENT_TYPE, message_id=str(uuid4()))
            await channel.default_exchange.publish(message, kind)

    async def parked() -> bool:
        counts = [await house.rows(name, "SELECT count(*) FROM parked") for name in SERVICES]
        return [count for (count,) in counts] == [1, 1, 1]

    await eventually(parked)


async def test_nothing_in_the_house_remembers_a_family_that_was_erased(house: House) -> None:
    session = await open_session(house)
    party_id = await offered_and_accepted(house, session)
    await asks_for_a_place(house, party_id)
    links = re.findall(
        r"/[de]/(\w{12})", "".join(one.text for one in house.outside.box.all() if one.to in (PHONE, EMAIL))
    )
    await put_aside(house, party_id)
    before = await house.remembers(*SECRETS, *links)
    tables = {f"enrolment.{name}" for name in ("guardians", "children", "creche_applications", "codes", "idempotency")}
    assert {*tables, "notify.recipients", "notify.links", *(f"{name}.parked" for name in SERVICES)} <= before
    assert not any(where.startswith(("log", "journal", "notices")) for where in before), before
    await post(house, f"/parties/{party_id}/erase")

    async def acknowledged() -> bool:
        (erasure,) = (await house.enrolment.get("/erasures")).json()
        return not erasure["missing"]

    await eventually(acknowledged)
    assert await house.remembers(*SECRETS, *links) == set()
    sessions = (await house.enrolment.get("/sessions")).json()
    counted = next(one for one in sessions if one["session_id"] == session["session_id"])
    assert (counted["taken"], counted["waiting"]) == (0, 0), "the place of a session to come is free again"
