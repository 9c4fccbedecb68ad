"""Nine o'clock: thousands of families press the button for twenty places, each on a connection of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from enrolment.tables import Arrival, Enrolment
from enrolment.testing import MIGRATIONS, ORGANISER, Desk
from enrolment.testing.crowd import Visit, crowd
from sqlalchemy import select

from benchmarks.measure import Row
from benchmarks.servers import Lab, served

FAMILIES, SECONDS, PLACES, AT_ONCE = 5_000, 10.0, 20, 200
Address = tuple[str, int]
FORM = "application/x-www-form-urlencoded"


@dataclass
class Crowd:
    """What became of them: how long each waited for the answer, in ms, and all that was not one."""

    waited: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    asked_again: int = 0
    seconds: float = 0.0

    def percentile(self, of: float) -> float:
        return sorted(self.waited)[min(len(self.waited) - 1, int(len(self.waited) * of))]


async def rush(lab: Lab, runs: int, families: int = FAMILIES) -> list[Row]:
    """As fast as they can, for the ratio; then spread over ten seconds, for what each of them lives through."""
    rate = Row("rush, requests answered", "req/s", f"a bare route with the same statement, {AT_ONCE} at once")
    wait = Row("rush, 99th percentile to the answer", "ms", "the bare route's, as many a second; lower is better")
    async with _bare(lab) as (empty, bare), _real(lab) as (desk, real):
        await _at_once(empty, _post(bare), min(AT_ONCE, families))  # warm
        await _at_once(desk, _press(real), min(AT_ONCE, families))
        for _ in range(runs):
            plain, pressed = await _at_once(empty, _post(bare), families), await _at_once(desk, _press(real), families)
            rate.baselines.append(families / plain.seconds)
            rate.values.append(families / pressed.seconds)
            plain, found = await _spread(empty, _post(bare), families), await _spread(desk, _press(real), families)
            wait.baselines.append(plain.percentile(0.99))
            wait.values.append(found.percentile(0.99))
            wrong = pressed.wrong + found.wrong
            assert not wrong, wrong[:3]
            wait.remark = (
                f"{families:,} at {FAMILIES / SECONDS:g} a second for {PLACES} places: all answered, no "
                f"error, the first {PLACES} confirmed; median {found.percentile(0.5):,.0f} ms, longest "
                f"{max(found.waited):,.0f} ms, {found.asked_again:,} looks at 'your request has arrived'"
            )
    return [rate, wait]


@asynccontextmanager
async def _real(lab: Lab) -> AsyncIterator[tuple[Desk, Address]]:
    async with lab.service("enrolment", MIGRATIONS) as (url, amqp_url):
        told = {"RONDE_DATABASE_URL": url, "RONDE_AMQP_URL": amqp_url, "RONDE_SECRET": "s" * 40}
        async with served("enrolment.main", told) as address, _desk(url) as desk:
            yield desk, _split(address)


@asynccontextmanager
async def _bare(lab: Lab) -> AsyncIterator[tuple[Desk, Address]]:
    """With a database of its own, in which nobody answers."""
    async with lab.service("enrolment", MIGRATIONS) as (url, _):
        told = {"BENCH_DATABASE": url.replace("+asyncpg", "")}
        async with served("benchmarks.bare", told) as address, _desk(url) as desk:
            yield desk, _split(address)


@asynccontextmanager
async def _desk(url: str) -> AsyncIterator[Desk]:
    desk = Desk(url)
    yield desk
    await desk.db.close()


def _split(address: str) -> Address:
    host, port = address.removeprefix("http://").split(":")
    return host, int(port)


Ask = Callable[[Visit, UUID, Crowd], Awaitable[None]]


async def _at_once(desk: Desk, ask: Ask, families: int) -> Crowd:
    session, found = await desk.open_session(places=PLACES), Crowd()
    visits = iter(await crowd(desk.db, families))

    async def one_after_another() -> None:
        for visit in visits:
            await _timed(ask, visit, session, found)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    found.seconds = time.perf_counter() - began
    await _check(desk, session, families)
    return found


async def _spread(desk: Desk, ask: Ask, families: int) -> Crowd:
    """At the pace of `FAMILIES` in `SECONDS`, whether or not those before have their answer."""
    session, found = await desk.open_session(places=PLACES), Crowd()
    visits = await crowd(desk.db, families)
    began = time.perf_counter()

    async def come(number: int, visit: Visit) -> None:
        await asyncio.sleep(began + number * SECONDS / FAMILIES - time.perf_counter())
        await _timed(ask, visit, session, found)

    await asyncio.gather(*(come(number, visit) for number, visit in enumerate(visits)))
    found.seconds = time.perf_counter() - began
    await _check(desk, session, families)
    return found


async def _timed(ask: Ask, visit: Visit, session: UUID, found: Crowd) -> None:
    began = time.perf_counter()
    try:
        await ask(visit, session, found)
    except (OSError, AssertionError, asyncio.IncompleteReadError) as error:
        found.wrong.append(repr(error))
    found.waited.append((time.perf_counter() - began) * 1000)


async def _check(desk: Desk, session: UUID, families: int) -> None:
    """Exactly as many places as there are, in the order of arrival; nothing to check after the bare route."""
    async with desk.db.reading() as reading:
        enrolled = (
            await reading.execute(
                select(Enrolment.party_id, Enrolment.state)
                .where(Enrolment.session_id == session)
                .order_by(Enrolment.number)
            )
        ).all()
        if not enrolled:
            return
        arrived = list(
            await reading.scalars(
                select(Arrival.party_id).where(Arrival.session_id == session).order_by(Arrival.number)
            )
        )
    assert [state for _, state in enrolled] == (["confirmed"] * PLACES + ["waiting"] * families)[:families]
    assert [party for party, _ in enrolled] == arrived


def _press(address: Address) -> Ask:
    """Press, and look until there is an answer, as a browser does."""

    async def ask(visit: Visit, session: UUID, found: Crowd) -> None:
        async with _connected(address) as talk:
            body = f"child={visit.child_id}&adults=1"
            status, head, _ = await talk("POST", f"/f/{visit.token}/enrol/{ORGANISER}/{session}", body)
            assert status == 303, head
            page = head["location"]
            while True:
                status, head, shown = await talk("GET", page, "")
                assert status == 200, head
                if "data-live" not in shown:
                    assert "Vous avez une place" in shown or "sur la liste" in shown, shown
                    return
                found.asked_again += 1
                await asyncio.sleep(2)

    return ask


def _post(address: Address) -> Ask:
    async def ask(visit: Visit, session: UUID, found: Crowd) -> None:  # noqa: ARG001 (as `_press`)
        async with _connected(address) as talk:
            status, head, _ = await talk("POST", f"/{visit.token}/{session}/{visit.child_id}", "")
            assert status == 200, head

    return ask


Talk = Callable[[str, str, str], Awaitable[tuple[int, dict[str, str], str]]]


@asynccontextmanager
async def _connected(address: Address) -> AsyncIterator[Talk]:
    """HTTP by hand: a client library would take more of the two cores than the service does."""
    reader, writer = await asyncio.open_connection(*address)

    async def talk(method: str, path: str, body: str) -> tuple[int, dict[str, str], str]:
        lines = (f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Type: {FORM}", f"Content-Length: {len(body)}",
                 "Accept: text/html", "Accept-Language: fr", "", body)  # fmt: skip
        writer.write("\r\n".join(lines).encode())
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        head = _headers(rest)
        shown = await reader.readexactly(int(head.get("content-length", 0)))
        return int(first.split()[1]), head, shown.decode()

    try:
        yield talk
    finally:
        writer.close()


def _headers(lines: Iterable[str]) -> dict[str, str]:
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
