"""What a full table costs: the relay and the inbox with 10³ to 10⁶ rows. Flat is 1.00."""

import time

from ronde import inbox, outbox
from ronde.envelope import Received
from ronde.ids import new_id
from ronde.relay import BATCH, LANES_AT_ONCE
from ronde.rig import Rig
from ronde_contracts.partners import SessionCancelled
from sqlalchemy import text

from benchmarks.bus import _relay_once
from benchmarks.measure import Row
from benchmarks.servers import Lab

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FILL_OUTBOX = text("""
    INSERT INTO outbox (id, lane, subject, exchange, routing_key, type, body, published_at)
    SELECT gen_random_uuid(), n % 64, 'filler-' || n % 100000, 'ronde.events', 'booking.bench.v1', 'bench.v1',
           decode(repeat('78', 1024), 'hex'), CASE WHEN :published THEN now() END
    FROM generate_series(1, :count) AS n
""")
FILL_INBOX = text("""
    INSERT INTO inbox (consumer, source, id)
    SELECT 'booking.session.planned.v1', '/villeurbanne/relais', gen_random_uuid() FROM generate_series(1, :count)
""")
FILL_VERSIONS = text("""
    INSERT INTO subject_versions (source, subject, sequence)
    SELECT '/villeurbanne/relais', gen_random_uuid()::text, 1 FROM generate_series(1, :count)
""")


async def growth(lab: Lab, runs: int) -> list[Row]:
    rows = []
    for size in SIZES[1:]:
        told = Row(f"relay, {size:,} rows told before", "events/s", "with 1,000")
        waiting = Row(f"claim 500, {size:,} rows waiting", "ms", "with 1,000; lower is better")
        judged = Row(f"inbox, {size:,} ids known", "ms", "with 1,000; lower is better")
        for _ in range(runs):
            for target, values in ((SIZES[0], "baselines"), (size, "values")):
                async with lab.rig() as rig:
                    await rig.amqp.listen("booking.#")
                    await _fill(rig, FILL_OUTBOX, target, published=True)
                    getattr(told, values).append(await _relay_once(rig, 3_000))
                    await _fill(rig, FILL_OUTBOX, target, published=False)
                    getattr(waiting, values).append(await _claim(rig))
                    await _fill(rig, FILL_INBOX, target)
                    await _fill(rig, FILL_VERSIONS, target)
                    getattr(judged, values).append(await _judge(rig))
        rows += [told, waiting, judged]
    return rows


async def _fill(rig: Rig, statement: object, count: int, **values: object) -> None:
    async with rig.db.transaction() as tx:
        await tx.session.execute(statement, {"count": count, **values})  # type: ignore[call-overload]
    async with rig.db.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE"))


async def _claim(rig: Rig) -> float:
    """Milliseconds of one claim; nothing is marked, so each one finds the same rows."""
    times = []
    for _ in range(20):
        async with rig.db.engine.begin() as connection:
            began = time.perf_counter()
            assert len(await outbox.claim(connection, lanes=LANES_AT_ONCE, rows=BATCH)) == BATCH
            times.append(time.perf_counter() - began)
    return sorted(times)[10] * 1000


async def _judge(rig: Rig) -> float:
    """Milliseconds of one verdict with its commit."""
    times = []
    for number in range(200):
        data = SessionCancelled(session_id=new_id())
        event = Received(new_id(), "/villeurbanne/relais", "relais", data.type, data.subject, number, None, None, data)
        began = time.perf_counter()
        async with rig.db.transaction() as tx:
            await inbox.judge(tx.session, "booking.session.planned.v1", event)
        times.append(time.perf_counter() - began)
    return sorted(times)[100] * 1000
