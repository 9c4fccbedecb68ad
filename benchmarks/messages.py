"""Messages: how many leave in a second, a hundred thousand by two processes, and how soon after their cause."""

import asyncio
import json
import os
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import time as clock
from datetime import timedelta
from pathlib import Path
from statistics import median

import aiosmtplib
import asyncpg
import httpx
from notify import main
from notify.providers import Letter
from notify.providers.accounts import Account, RondeAccount, SmtpAccount
from notify.providers.build import fleet
from notify.providers.gate import Gate, mailbox, phone
from notify.providers.smtp import compose
from notify.sending import AT_ONCE, HANDS, Sender
from notify.settings import Settings, Terms
from notify.testing import Family, Workshop
from notify.wording import Wording
from ronde.clock import now
from ronde.database import Database
from ronde.envelope import seal
from ronde.house import load
from ronde.house.model import Hours
from ronde.ids import new_id
from ronde.publisher import Publisher
from ronde.telemetry import traceparent
from ronde.testing import passwords_for_tests
from ronde_contracts.enrolment import EnrolmentWaitlisted, SessionOpened
from ronde_contracts.envelope import CONTENT_TYPE
from ronde_contracts.event import Event
from ronde_contracts.notify import Channel

from benchmarks.fakes import Gateway
from benchmarks.latency import publish_to_callback
from benchmarks.measure import Row
from benchmarks.servers import Lab, served

# RONDE_BENCH_MORNING=1000 tries the benchmark out.
MIGRATIONS = main.HERE / "migrations"
MANY, TIMES, MORNING = 2_000, 50, int(os.environ.get("RONDE_BENCH_MORNING", "100000"))
SESSION = """
    INSERT INTO sessions (organiser, session_id, title, room_name, starts_at, ends_at, called_off, suspended, version)
    VALUES ('relais', '00000000-0000-7000-8000-000000000000', '{"fr": "Matinée d''éveil"}',
        'Salle de motricité', '2035-01-16T08:30Z', '2035-01-16T10:30Z', false, false, 1) ON CONFLICT DO NOTHING
"""
# One family each: known, on the waiting list, and to be told of it.
FAMILIES = """
    WITH families AS (
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id, n
        FROM generate_series($1::bigint, $2::bigint) AS n
    ), people AS (
        INSERT INTO recipients (party_id, guardian_id, kind, language, email, phone, recorded_at)
        SELECT id, id, 'family', 'fr', 'famille' || n || '@example.org', '+3363998' || lpad((n % 10000)::text, 4, '0'),
            now() FROM families
    ), enrolled AS (
        INSERT INTO enrolments (enrolment_id, reference, party_id, party_kind, organiser, session_id, children, state,
            said_at)
        SELECT id, 'I-BENCH', id, 'family', 'relais', '00000000-0000-7000-8000-000000000000', 1, 'waiting', now()
        FROM families RETURNING enrolment_id
    ), links AS (
        INSERT INTO links (enrolment_id, party_id, url, expires_at)
        SELECT id, id, 'https://ronde.example/i/AbCdEfGhIjKl', '2035-02-16T10:30Z' FROM families
    )
    SELECT count(*) FROM enrolled
"""
NEWS = """
    WITH told AS (
        INSERT INTO news (id, party_id, enrolment_id, purpose, about, version, facts, cause, said_at, heard_at, due_at,
            addressed_at)
        SELECT enrolment_id, party_id, enrolment_id, 'enrolment-waiting', enrolment_id::text, 1, '{"position": 3}',
            'bench', now(), now(), now(), now()
        FROM enrolments WHERE NOT EXISTS (SELECT FROM news WHERE news.enrolment_id = enrolments.enrolment_id)
        RETURNING id
    )
    INSERT INTO messages (id, news_id, guardian_id, channel, created_at, due_at)
    SELECT id, id, id, $1::text, now(), $2::timestamptz FROM told
"""


@dataclass(frozen=True)
class Fakes:
    """Where the fakes are."""

    smtp: int
    http: int

    @property
    def sms(self) -> RondeAccount:
        return RondeAccount(url=f"http://127.0.0.1:{self.http}/sms")

    @property
    def mail(self) -> SmtpAccount:
        return SmtpAccount(port=self.smtp)


async def messages(lab: Lab, runs: int) -> list[Row]:
    """Per second, in one process, then in two; and the time from an event to the provider when nothing else goes on."""
    async with _fakes() as fakes:
        return [
            await _rate(lab, runs, "email", fakes.mail, "aiosmtplib alone, as many connections", _aiosmtplib(fakes)),
            await _rate(lab, runs, "sms", fakes.sms, f"httpx alone, {AT_ONCE * HANDS} at once", _httpx(fakes)),
            await _morning(lab, fakes),
            *await _latency(lab, runs),
        ]


async def _rate(
    lab: Lab, runs: int, channel: Channel, account: Account, baseline_is: str, baseline: Callable[[], Awaitable[None]]
) -> Row:
    """From the row that is due to the row that says it was sent, with all that is looked at in between."""
    row = Row(f"{channel}: due to sent", "/s", baseline_is)
    async with lab.service("notify", MIGRATIONS) as (url, _), AsyncExitStack() as stack:
        house = load(Settings().house_file)
        database = Database(url, house=house.id, service="notify")
        stack.push_async_callback(database.close)
        carriers = fleet([account], house="Maison", public_url="http://127.0.0.1", timeout=15)
        stack.push_async_callback(carriers.close)
        provider = Gate(carriers, stage="try", guests=(), check=phone("try") if channel == "sms" else mailbox)
        terms = Terms(zone=house.timezone, secret=b"s" * 40, day=Hours(clock.min, clock.max))
        sender = Sender(database, channel, provider, Wording(house), terms, lease=timedelta(minutes=2))

        async def drain() -> None:
            while await sender.send():
                pass

        for run in range(runs + 1):
            await _seed(url, channel, run * MANY + 1, MANY)
            if not run:  # warm
                await asyncio.gather(*(drain() for _ in range(HANDS)))
                continue
            row.baselines.append(MANY / await _timed(baseline))
            row.values.append(MANY / await _timed(lambda: asyncio.gather(*(drain() for _ in range(HANDS)))))
    return row


def _aiosmtplib(fakes: Fakes) -> Callable[[], Awaitable[None]]:
    body = compose(
        Letter(new_id(), "f@example.org", "fr", "Bonjour" * 60, "Liste d'attente", "<p>Bonjour</p>" * 60),
        name="Maison",
        sender="ronde@example.org",
    )

    async def carry() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=fakes.smtp) as client:
            for n in range(MANY // fakes.mail.connections):
                await client.sendmail("ronde@example.org", f"famille{n}@example.org", body)

    async def all_of_them() -> None:
        await asyncio.gather(*(carry() for _ in range(fakes.mail.connections)))

    return all_of_them


def _httpx(fakes: Fakes) -> Callable[[], Awaitable[None]]:
    async def all_of_them() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:

            async def carry() -> None:
                for _ in range(MANY // (AT_ONCE * HANDS)):
                    sms = {"to": "+33639980001", "from": "Ronde", "text": "Bonjour" * 20, "reference": str(new_id())}
                    (await client.post(fakes.sms.url, json=sms)).raise_for_status()

            await asyncio.gather(*(carry() for _ in range(AT_ONCE * HANDS)))

    return all_of_them


async def _morning(lab: Lab, fakes: Fakes) -> Row:
    """All due at one moment, two whole services on one database: each message once, and none forgotten."""
    row = Row(f"{MORNING:,} due at once, two processes", "/s", "httpx alone")
    async with lab.service("notify", MIGRATIONS) as (url, amqp_url), AsyncExitStack() as stack:
        row.baselines.append(MANY / await _timed(_httpx(fakes)))
        before = await _count(fakes)
        for seeded in range(0, MORNING, 10_000):
            # Their ids are not those of the rows above: the gateway tells different ones by them.
            await _seed(url, "sms", 10_000_000 + seeded, min(10_000, MORNING - seeded), due="infinity")
        for _ in range(2):
            await stack.enter_async_context(_served(url, amqp_url, fakes.sms))
        connection = await asyncpg.connect(_plain(url))
        await connection.execute("VACUUM ANALYZE", timeout=None)

        async def drained() -> None:
            await connection.execute("UPDATE messages SET due_at = now()", timeout=None)
            while await connection.fetchval("SELECT count(*) FROM messages WHERE status <> 'sent'"):  # noqa: ASYNC110
                await asyncio.sleep(0.5)

        row.values.append(MORNING / await _timed(drained))
        await connection.close()
        came, different = (after - was for after, was in zip(await _count(fakes), before, strict=True))
        assert (came, different) == (MORNING, MORNING), f"{came} came, {different} different ones"
        row.remark = f"{came - different} duplicates; drained in {MORNING / row.value:.0f} s"
    return row


async def _latency(lab: Lab, runs: int) -> list[Row]:
    """From the publishing of an enrolment to the gateway's door; lower is better."""
    known = Row("event to provider, idle, median", "ms", "aio-pika publish to callback")
    ahead = Row("the same, said before its contact", "ms", "aio-pika publish to callback")
    gateway = Doorbell()
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    account = RondeAccount(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sms")
    async with lab.service("notify", MIGRATIONS) as (url, amqp_url), _served(url, amqp_url, account):
        passwords = passwords_for_tests()
        bus = Publisher(
            amqp_url.replace(f"notify:{passwords['notify']}@", f"enrolment:{passwords['enrolment']}@"), user="enrolment"
        )
        workshop = Workshop()
        await say(bus, SessionOpened(**workshop.said()))
        for _ in range(runs):
            for row, early in ((known, False), (ahead, True)):
                row.baselines.append(
                    await publish_to_callback(
                        amqp_url.replace(f"notify:{passwords['notify']}@", f"ops:{passwords['ops']}@")
                    )
                )
                times = [await _ring(bus, gateway, workshop, early=early) for _ in range(TIMES)]
                row.values.append(median(times))
                row.remark = f"slowest of the last {TIMES}: {max(times):.0f} ms"
        await bus.close()
    server.close()
    return [known, ahead]


async def _ring(bus: Publisher, gateway: "Doorbell", workshop: Workshop, *, early: bool) -> float:
    family = Family(email=None)
    news, needs = EnrolmentWaitlisted(position=1, **family.said(workshop)), (family.contact(), family.link_issued())
    if not early:
        for event in needs:
            await say(bus, event)
        await asyncio.sleep(0.1)
    gateway.rang.clear()
    began = time.perf_counter()
    for event in (news, *(needs if early else ())):
        await say(bus, event)
    async with asyncio.timeout(30):
        await gateway.rang.wait()
    taken = (time.perf_counter() - began) * 1000
    await asyncio.sleep(0.05)
    return taken


class Doorbell(Gateway):
    """A gateway that says when an SMS comes."""

    def __init__(self) -> None:
        super().__init__()
        self.rang = asyncio.Event()

    def take(self, sms: dict[str, str]) -> str:
        self.rang.set()
        return super().take(sms)


async def say(bus: Publisher, event: Event, *, by: str = "enrolment") -> None:
    """As a service, or as a partner's program."""
    id, key = new_id(), event.routing_key.replace("*", by, 1)
    body = seal(event, id=id, source=f"/villeurbanne/{by}", sequence=1, time=now(), traceparent=traceparent())
    await bus.publish(event.exchange, key, body, message_id=str(id), kind=event.type, content_type=CONTENT_TYPE)


async def _seed(url: str, channel: Channel, first: int, count: int, due: str = "now") -> None:
    connection = await asyncpg.connect(_plain(url))
    await connection.execute(SESSION)
    await connection.fetchval(FAMILIES, first, first + count - 1, timeout=None)
    at = now() if due == "now" else now() + timedelta(days=3650)
    await connection.execute(NEWS, channel, at, timeout=None)
    await connection.execute("ANALYZE", timeout=None)
    await connection.close()


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _count(fakes: Fakes) -> tuple[int, int]:
    async with httpx.AsyncClient(trust_env=False) as client:
        said = (await client.get(f"http://127.0.0.1:{fakes.http}/count")).json()
    return said["came"], said["different"]


def _plain(url: str) -> str:
    return url.replace("+asyncpg", "")


@asynccontextmanager
async def _fakes() -> AsyncIterator[Fakes]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.fakes", stdout=PIPE)
    assert process.stdout is not None
    try:
        yield Fakes(**json.loads(await process.stdout.readline()))
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _served(url: str, amqp_url: str, sms: RondeAccount) -> AsyncIterator[None]:
    """The service as a process of its own, as in production."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.json"
        keys.write_text("{}")
        told = {
            "RONDE_DATABASE_URL": url, "RONDE_AMQP_URL": amqp_url, "RONDE_KEYS_FILE": str(keys),
            "RONDE_SECRET": "s" * 40, "RONDE_STAGE": "try", "RONDE_TELL_HOURS": "00:00-23:59",
            "RONDE_SMS_PROVIDERS": json.dumps([{"kind": "ronde", "url": sms.url}]),
        }  # fmt: skip
        async with served("notify.main", told, until="ready"):
            yield
