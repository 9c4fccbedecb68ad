"""How many messages have not left yet, or may have, and how long they have been due."""

from dataclasses import dataclass

from ronde.clock import now
from ronde_contracts.notify import Channel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Two reads, because each has an index of its own: it is asked every few seconds, of a table that keeps a year.
WAITING = text("""
    SELECT channel, status, count(*), extract(epoch FROM CAST(:now AS timestamptz) - min(due_at))
        FROM messages WHERE status = 'scheduled' GROUP BY channel, status
    UNION ALL
    SELECT channel, status, count(*), 0 FROM messages WHERE status IN ('sending', 'unknown') GROUP BY channel, status
""")


@dataclass(frozen=True, slots=True)
class Waiting:
    """`late`: for how many seconds the first of them has been due; negative when it is not due yet."""

    channel: Channel
    status: str
    messages: int
    late: float


async def waiting(session: AsyncSession) -> list[Waiting]:
    """By channel and status; what has none is left out."""
    rows = await session.execute(WAITING, {"now": now()})
    return [Waiting(channel, status, count, float(late)) for channel, status, count, late in rows]
