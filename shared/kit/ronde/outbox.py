"""What has been decided and not yet told: rows written with the change itself, for the relay to publish.

A row's **lane** is a hash of its subject. A relay works on the lanes that it could lock, so that several relays
share the work and one subject is never told by two of them at once: order per subject holds.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    insert,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

LANES = 64
CHANNEL = "ronde_outbox"
"""The NOTIFY channel that wakes the relays (sent by a trigger, see migrations)."""

outbox = Table(
    "outbox",
    MetaData(),
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("exchange", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("problem", Text),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A message to publish."""

    id: UUID
    subject: str
    exchange: str
    routing_key: str
    type: str
    body: bytes

    @property
    def lane(self) -> int:
        return crc32(self.subject.encode()) % LANES


async def write(session: AsyncSession, rows: list[Row]) -> None:
    """Insert the rows, in order, in the session's transaction."""
    values: list[dict[str, Any]] = [
        {
            "id": row.id,
            "lane": row.lane,
            "subject": row.subject,
            "exchange": row.exchange,
            "routing_key": row.routing_key,
            "type": row.type,
            "body": row.body,
        }
        for row in rows
    ]
    await session.execute(insert(outbox), values)


@dataclass(frozen=True, slots=True)
class Due:
    """A row that the relay holds, until its transaction ends."""

    position: int
    id: UUID
    subject: str
    exchange: str
    routing_key: str
    type: str
    body: bytes
    attempts: int


# Two statements, because a statement sees the table as it was when the statement began: rows read together with the
# lock could have been published by the relay that held the lane a moment ago.
LOCK_LANES = text("""
    SELECT lane FROM outbox_lanes
    WHERE lane IN (SELECT lane FROM (
        SELECT lane FROM outbox WHERE published_at IS NULL AND next_attempt_at <= now() ORDER BY position LIMIT 2000
    ) AS head)
    FOR UPDATE SKIP LOCKED LIMIT :lanes
""")
# A subject whose first row waits for another attempt waits whole: what came later is not told before it.
TAKE_ROWS = text("""
    SELECT position, id, subject, exchange, routing_key, type, body, attempts FROM outbox
    WHERE published_at IS NULL AND lane = ANY(:lanes)
      AND subject NOT IN (SELECT subject FROM outbox WHERE published_at IS NULL AND next_attempt_at > now())
    ORDER BY position LIMIT :rows
""")
# Contact details and links do not stay behind: rows of the private exchange go as soon as they are told.
FORGET_PRIVATE = text("DELETE FROM outbox WHERE position = ANY(:positions) AND exchange = 'ronde.private'")
MARK = text("UPDATE outbox SET published_at = now(), problem = NULL WHERE position = ANY(:positions)")
POSTPONE = text("""
    UPDATE outbox SET attempts = attempts + 1, problem = :problem,
        next_attempt_at = now() + make_interval(secs => least(60, 0.5 * 2 ^ least(attempts, 10)))
    WHERE position = :position
""")
# The broker was away, the row is not to blame: due as before, and the whole relay waits.
STILL_DUE = text("UPDATE outbox SET problem = :problem WHERE position = ANY(:positions)")
PURGE = text("""
    DELETE FROM outbox WHERE position IN (
        SELECT position FROM outbox WHERE published_at < now() - CAST(:keep AS interval)
        ORDER BY published_at LIMIT 5000
    )
""")
OLDEST = text("""
    SELECT coalesce(extract(epoch FROM now() - created_at), 0) FROM outbox
    WHERE published_at IS NULL ORDER BY position LIMIT 1
""")


async def claim(connection: AsyncConnection, *, lanes: int, rows: int) -> list[Due]:
    """Lock up to `lanes` lanes that have something to tell, and read up to `rows` of their rows in order.

    The locks last until the connection's transaction ends; a relay that dies releases them by dying.
    """
    locked = [lane for (lane,) in await connection.execute(LOCK_LANES, {"lanes": lanes})]
    if not locked:
        return []
    found = await connection.execute(TAKE_ROWS, {"lanes": locked, "rows": rows})
    return [Due(*row) for row in found]


async def mark(connection: AsyncConnection, told: list[Due]) -> None:
    """The broker has them."""
    positions = [row.position for row in told]
    if any(row.exchange == "ronde.private" for row in told):
        await connection.execute(FORGET_PRIVATE, {"positions": positions})
    await connection.execute(MARK, {"positions": positions})


async def postpone(connection: AsyncConnection, row: Due, problem: str) -> None:
    """The broker would not take it: again in 0.5 s, 1 s, 2 s … at most a minute, for ever.

    `problem` is for ops.
    """
    await connection.execute(POSTPONE, {"position": row.position, "problem": problem[:500]})


async def still_due(connection: AsyncConnection, rows: list[Due], problem: str) -> None:
    """The broker could not be asked: they go as soon as it can."""
    await connection.execute(STILL_DUE, {"positions": [row.position for row in rows], "problem": problem[:500]})


async def purge(session: AsyncSession, keep: timedelta) -> int:
    """Delete rows told more than `keep` ago, 5,000 at most; gives how many."""
    result = await session.execute(PURGE, {"keep": keep})
    return result.rowcount  # type: ignore[attr-defined, no-any-return]


async def oldest_unpublished(session: AsyncSession) -> float:
    """Age in seconds of the oldest row not told yet; 0.0 when all is told."""
    return float((await session.execute(OLDEST)).scalar() or 0.0)
