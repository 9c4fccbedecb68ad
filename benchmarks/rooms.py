"""The rooms: reservations through HTTP, conflicts, alternatives and a week's page in a full house, a long series."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from itertools import islice, product
from pathlib import Path

import asyncpg
import httpx
from booking import diary, main, queries
from booking.refusals import RoomTaken
from booking.rules import Span
from booking.series.recurrence import Recurrence
from booking.series.verdicts import Mode
from booking.settings import Settings
from booking.testing import Desk, OpenDay
from booking.use_cases.reserve_series import ReserveSeries, reserve_series
from booking.week import monday_of, span_of, timetables
from ronde.database import Database
from ronde.house import House
from ronde.ids import new_id
from ronde.web.keys import digest

from benchmarks.measure import Row
from benchmarks.servers import Lab, served

MIGRATIONS = main.HERE / "migrations"
SIZES = (1_000, 100_000, 10_000_000)
RESERVATIONS, AT_ONCE, LOOKS, BATCH = 800, 16, 20, 500_000
KEY = "key-of-bottines"
HOURS = (clock(12, 15), clock(13, 20), clock(18, 45), clock(20, 0))
"""Of half an hour each: outside the charter's peak time, with time to tidy between them."""
# The past of a house that was always full: ten minutes each, back from yesterday. So the week that is looked at has
# the same reservations whatever lies behind it.
PAST = """
    WITH made AS (
        INSERT INTO reservations (id, reference, organisation, version, state, room, room_name, starts_at, ends_at,
                                  people, created_at, updated_at)
        SELECT uuidv7(), 'R-BENCH', 'relais', 1, 'confirmed', $1::text, $1::text,
               date_trunc('day', now()) - n * interval '10 minutes',
               date_trunc('day', now()) - (n - 1) * interval '10 minutes', 4, now(), now()
        FROM generate_series($3::bigint, $4::bigint) AS n
        RETURNING id, starts_at, ends_at
    )
    INSERT INTO occupancies SELECT id, $2::integer, tstzrange(starts_at, ends_at) FROM made
"""
CONSTRAINT = """
    ALTER TABLE occupancies ADD CONSTRAINT occupancies_one_at_a_time
    EXCLUDE USING gist (int4range(space, space, '[]') WITH &&, during WITH &&)
"""
PLAIN = (
    "INSERT INTO reservations (id, reference, organisation, version, state, room, room_name, starts_at, ends_at,"
    " people, created_at, updated_at)"
    " VALUES ($1, 'R-BENCH', 'relais', 1, 'confirmed', $2, $2, $3, $4, 4, now(), now())",
    "INSERT INTO occupancies VALUES ($1, $2, tstzrange($3, $4))",
    "INSERT INTO outbox (id, lane, subject, exchange, routing_key, type, body, published_at)"
    " VALUES ($1, 0, $2, 'ronde.events', 'booking.bench.v1', 'bench.v1', $3, now())",
)
Free = tuple[str, int, Span]
"""A room, its space, and a time at which nobody has it."""


async def reserving(lab: Lab, runs: int) -> list[Row]:
    """Both sides write the same three rows, durably, with as many connections."""
    row = Row("reservations through HTTP", "rooms/s", f"the same rows by plain SQL, {AT_ONCE} at once")
    async with lab.service("booking", MIGRATIONS) as (url, amqp_url), _served(url, amqp_url) as address:
        free = _free(_settings(url).house)
        await _by_http(address, list(islice(free, 100)))  # warm
        for _ in range(runs):
            row.baselines.append(await _by_sql(url, list(islice(free, RESERVATIONS))))
            row.values.append(await _by_http(address, list(islice(free, RESERVATIONS))))
    return [row]


async def looking(lab: Lab, runs: int, sizes: Sequence[int] = SIZES) -> list[Row]:
    """Each size beside the smallest one, one after the other: flat is 1.00. Ten million take a quarter of an hour to
    fill, most of it for the constraint."""
    names = ("conflict found", "refused, with three alternatives", "a week's grid")
    small, *others = sizes
    async with AsyncExitStack() as houses:
        urls = {size: (await houses.enter_async_context(lab.service("booking", MIGRATIONS)))[0] for size in sizes}
        for size in sizes:
            print(f"looking: filling {size:,}", file=sys.stderr)  # minutes without a word look like a fault
            await _fill(urls[size], size)
        print("looking: all filled", file=sys.stderr)
        rows = {
            size: [Row(f"{name}, {size:,} reservations", "ms", f"with {small:,}; lower is better") for name in names]
            for size in others
        }
        for size, found in [(size, row) for _ in range(runs) for size, row in rows.items()]:
            for row, baseline, value in zip(found, await _look(urls[small]), await _look(urls[size]), strict=True):
                row.baselines.append(baseline)
                row.values.append(value)
    return [row for found in rows.values() for row in found]


async def series(lab: Lab, runs: int) -> list[Row]:
    """Some 200 dates from a rule, judged, taken and told in one transaction; beside one reservation alone."""
    row = Row("a series of 200, one transaction", "ms", "one reservation; lower is better")
    async with lab.service("booking", MIGRATIONS) as (url, _), _desk(url) as desk:
        day, rooms = OpenDay(desk.settings.house), _rooms(desk.settings.house)
        for run in range(runs):
            at = Recurrence(
                rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=220", first=day.date, starts=clock(18 + run // 6, 15),
                ends=clock(18 + run // 6, 45),
            )  # fmt: skip
            wish = ReserveSeries(
                organisation="bottines", room=rooms[run % 6][0], recurrence=at, people=4, mode=Mode.FREE
            )  # fmt: skip
            began = time.perf_counter()
            await desk.reserve(None, day.at(f"{12 + run % 6}:15", f"{12 + run % 6}:45"), 4)
            row.baselines.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            async with desk.db.transaction() as tx:
                made = await reserve_series(tx, desk.settings, wish)
            row.values.append((time.perf_counter() - began) * 1000)
            row.remark = f"{len(made.occurrences)} dates; under 300 is asked"
    return [row]


def _rooms(house: House) -> list[tuple[str, int]]:
    """The indivisible ones, each with its space."""
    return [(room.id, *room.spaces) for room in house.rooms if not room.parts]  # type: ignore[misc]


def _free(house: House) -> Iterator[Free]:
    """Half hours outside the charter's peak time, a room at a time, day after day."""
    first = OpenDay(house).date
    for day in (first + timedelta(days=n) for n in range(400)):
        if not house.opening(day) or day.weekday() > 4:
            continue
        for (room, space), hour in product(_rooms(house), HOURS):
            begins = datetime.combine(day, hour, house.timezone).astimezone(UTC)
            yield room, space, Span(begins, begins + timedelta(minutes=30))


async def _by_http(address: str, free: Sequence[Free]) -> float:
    """Reservations per second."""
    waiting = iter(free)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30, trust_env=False) as client:

        async def ask() -> None:
            for room, _, span in waiting:
                hours = {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}
                key = {"Idempotency-Key": str(new_id())}
                answer = await client.post("/reservations", json={"room": room, "people": 4, **hours}, headers=key)
                assert answer.status_code == 201, answer.text

        return await _rate(ask, len(free))


async def _by_sql(url: str, free: Sequence[Free]) -> float:
    """The same, with nothing but the inserts."""
    waiting = iter(free)
    async with asyncpg.create_pool(_plain(url), min_size=AT_ONCE, max_size=AT_ONCE) as pool:

        async def insert() -> None:
            for room, space, span in waiting:
                id = new_id()
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute(PLAIN[0], id, room, span.starts_at, span.ends_at)
                    await connection.execute(PLAIN[1], id, space, span.starts_at, span.ends_at)
                    await connection.execute(PLAIN[2], id, str(id), b"x" * 1024)

        return await _rate(insert, len(free))


async def _rate(work: Callable[[], Awaitable[None]], count: int) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - began)


async def _fill(url: str, size: int) -> None:
    """The past, then the week to come as a busy house has it: each room four times a day."""
    settings = {"maintenance_work_mem": "2GB", "synchronous_commit": "off"}
    connection = await asyncpg.connect(_plain(url), server_settings=settings)
    await connection.execute("ALTER TABLE occupancies DROP CONSTRAINT occupancies_one_at_a_time")
    house = _settings(url).house
    rooms, each = _rooms(house), size // 6
    for (room, space), first in product(rooms, range(0, each, BATCH)):
        await connection.execute(PAST, room, space, first + 1, min(first + BATCH, each), timeout=None)
    await connection.execute(CONSTRAINT, timeout=None)
    for room, space, span in islice(_free(house), 5 * 6 * len(HOURS)):
        id = new_id()
        async with connection.transaction():
            await connection.execute(PLAIN[0], id, room, span.starts_at, span.ends_at)
            await connection.execute(PLAIN[1], id, space, span.starts_at, span.ends_at)
    await connection.execute("VACUUM ANALYZE", timeout=None)
    await connection.close()


async def _look(url: str) -> tuple[float, float, float]:
    """Milliseconds: a conflict found by the constraint, a whole refusal, the week as its page shows it."""
    async with _desk(url) as desk:
        house = desk.settings.house
        room, _, span = next(_free(house))

        async def conflict() -> None:
            async with desk.db.transaction() as tx:
                assert not await diary.occupy(tx.session, new_id(), house.room(room), span)

        async def refused() -> None:
            with suppress(RoomTaken):
                await desk.reserve(room, span, 4)
                raise AssertionError("it was free")

        async def week() -> None:
            monday = monday_of(span.starts_at.date())
            async with desk.db.reading() as session:
                found = await queries.reservations(session, house, span_of(house, monday))
            assert found
            timetables(house, monday, found, "fr")

        return await _median(conflict), await _median(refused), await _median(week)


async def _median(work: Callable[[], Awaitable[None]]) -> float:
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return sorted(times)[LOOKS // 2] * 1000


@asynccontextmanager
async def _desk(url: str) -> AsyncIterator[Desk]:
    database = Database(url, house="villeurbanne", service="booking")
    yield Desk(database, _settings(url))
    await database.close()


def _settings(url: str) -> Settings:
    return Settings(database_url=url)


def _plain(url: str) -> str:
    return url.replace("+asyncpg", "")


@asynccontextmanager
async def _served(url: str, amqp_url: str) -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.json"
        keys.write_text(json.dumps({"bottines": digest(KEY)}))
        told = {
            "RONDE_DATABASE_URL": url, "RONDE_AMQP_URL": amqp_url, "RONDE_KEYS_FILE": str(keys),
            "RONDE_SECRET": "s" * 40, "RONDE_DATABASE_POOL": str(AT_ONCE),
        }  # fmt: skip
        async with served("booking.main", told) as address:
            yield address
