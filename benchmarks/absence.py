"""From a child's absence, as its crèche's own software says it, to the first family's SMS at the provider's door."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

import httpx
from enrolment.settings import Settings
from enrolment.testing import MIGRATIONS
from ronde.clock import now
from ronde.house import load
from ronde.ids import new_id
from ronde.publisher import Publisher
from ronde.testing import passwords_for_tests
from ronde.web.keys import digest
from ronde_contracts.partners import AbsenceDeclared

from benchmarks.latency import publish_to_callback
from benchmarks.measure import Row
from benchmarks.messages import MIGRATIONS as OF_NOTIFY
from benchmarks.messages import Doorbell, say
from benchmarks.servers import Lab, served

BABIES, TEAM = 10, 2
"""As many as the team may have: each who does not come frees hours for one family."""
AT_ANY_HOUR = {"RONDE_QUIET_FROM": "23:59", "RONDE_QUIET_UNTIL": "00:00", "RONDE_TELL_HOURS": "00:00-23:59"}
ORGANISATION, KEY = "bottines", "key-of-bottines"
WEEK = ["09:00-17:00"] * 5


@dataclass
class House:
    """Enrolment and notify as processes of their own. `program` and `bus`: the crèche's software, at both its doors."""

    program: httpx.AsyncClient
    bus: Publisher
    bell: Doorbell
    ops: str

    async def put(self, what: str, **body: object) -> UUID:
        id = new_id()
        (await self.program.put(f"/creches/{ORGANISATION}/{what}/{id}", json=body)).raise_for_status()
        return id

    async def baby(self) -> UUID:
        return await self.put("children", first_name="Lou", born_on=str(now().date() - timedelta(days=200)))


async def absence(lab: Lab, runs: int) -> list[Row]:
    """Two services, the engine between them, nothing else going on; lower is better."""
    row = Row("absence to first SMS, idle, median", "ms", "aio-pika publish to callback")
    highest = 0.0
    [creche] = load(Settings().house_file).creches
    ahead = (now().date() + timedelta(days=n) for n in range(2, creche.occasional.ahead_days))
    days = [day for day in ahead if creche.hours(day)]
    async with _house(lab) as house:
        babies = await _fill(house)
        for day in days[:runs]:
            row.baselines.append(await publish_to_callback(house.ops))
            times = [await _ring(house, baby, day) for baby in babies]
            row.values.append(median(times))
            highest = max(highest, *times)
    row.remark = f"slowest of {len(babies) * len(row.values)}: {highest:.0f} ms"
    return [row]


async def _fill(house: House) -> list[UUID]:
    since = str(now().date())
    for n in range(TEAM):
        await house.put("shifts", starts_on=since, week=["07:30-18:30"] * 5, first_category=n == 0)
    babies = [await house.baby() for _ in range(BABIES)]
    for one in babies:
        await house.put("contracts", child_id=str(one), starts_on=since, week=WEEK)
    return babies


async def _ring(house: House, baby: UUID, day: date) -> float:
    """Everybody before is still being asked, so it is this family's turn."""
    guardian = {"kind": "family", "name": "Camille", "phone": "+33639980001", "language": "fr", "children": []}
    made = await house.program.post("/parties", json=guardian, headers={"Idempotency-Key": str(new_id())})
    child = str(await house.baby())
    facts = {"child_id": child, "party_id": made.raise_for_status().json()["party_id"], "week": WEEK}
    await house.put("wishes", **facts, starts_on=str(now().date()))
    await asyncio.sleep(0.3)  # its contact is on its way to notify
    house.bell.rang.clear()
    began = time.perf_counter()
    said = AbsenceDeclared(absence_id=new_id(), creche=ORGANISATION, child_id=baby, starts_on=day, ends_on=day)
    await say(house.bus, said, by=ORGANISATION)
    async with asyncio.timeout(30):
        await house.bell.rang.wait()
    taken = (time.perf_counter() - began) * 1000
    await asyncio.sleep(0.05)
    return taken


@asynccontextmanager
async def _house(lab: Lab) -> AsyncIterator[House]:
    passwords, bell = passwords_for_tests(), Doorbell()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "keys.json").write_text(json.dumps({ORGANISATION: digest(KEY)}))
        shared = AT_ANY_HOUR | {"RONDE_KEYS_FILE": str(folder / "keys.json"), "RONDE_SECRET": "s" * 40}
        server = await asyncio.start_server(bell.serve, "127.0.0.1", 0)
        stack.callback(server.close)
        gateway = [{"kind": "ronde", "url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sms"}]
        url, amqp_url = await stack.enter_async_context(lab.service("enrolment", MIGRATIONS))
        others, _ = await stack.enter_async_context(lab.service("notify", OF_NOTIFY))

        def by(user: str) -> str:
            return amqp_url.replace(f"enrolment:{passwords['enrolment']}@", f"{user}:{passwords[user]}@")

        told = shared | {"RONDE_DATABASE_URL": url, "RONDE_AMQP_URL": amqp_url}
        address = await stack.enter_async_context(served("enrolment.main", told, until="ready"))
        told = shared | {
            "RONDE_DATABASE_URL": others, "RONDE_AMQP_URL": by("notify"), "RONDE_STAGE": "try",
            "RONDE_SMS_PROVIDERS": json.dumps(gateway),
        }  # fmt: skip
        await stack.enter_async_context(served("notify.main", told, until="ready"))
        headers = {"Authorization": f"Bearer {KEY}"}
        program = httpx.AsyncClient(base_url=address, headers=headers, trust_env=False)
        await stack.enter_async_context(program)
        bus = Publisher(by(ORGANISATION), user=ORGANISATION)
        stack.push_async_callback(bus.close)
        yield House(program, bus, bell, by("ops"))
