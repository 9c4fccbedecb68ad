"""Each event has its effect once, and an old state never replaces a newer one: judged in the business transaction."""

from datetime import timedelta
from enum import StrEnum

from ronde_contracts.event import Event
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from .envelope import Received


class Verdict(StrEnum):
    """What an arriving event is."""

    NEW = "new"
    DUPLICATE = "duplicate"
    STALE = "stale"


# One statement for both questions: the consumer's speed is counted in round trips.
JUDGE = text("""
    WITH first AS (
        INSERT INTO inbox (consumer, source, id) VALUES (:consumer, :source, :id)
        ON CONFLICT DO NOTHING RETURNING 1
    ), newer AS (
        INSERT INTO subject_versions (source, subject, sequence)
        SELECT :source, :subject, CAST(:sequence AS bigint) FROM first
        ON CONFLICT (source, subject) DO UPDATE SET sequence = excluded.sequence, updated_at = now()
            WHERE subject_versions.sequence < excluded.sequence
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM first), EXISTS (SELECT FROM newer)
""")
PURGE = text("""
    DELETE FROM inbox WHERE (consumer, source, id) IN (
        SELECT consumer, source, id FROM inbox WHERE received_at < now() - CAST(:keep AS interval)
        ORDER BY received_at LIMIT 5000
    )
""")


async def judge(session: AsyncSession, consumer: str, event: Received[Event]) -> Verdict:
    """Remember the event and say what it is.

    Locks the subject until the transaction ends: two events about one subject are handled one after the other.
    """
    row = await session.execute(
        JUDGE,
        {
            "consumer": consumer,
            "source": event.source,
            "id": event.id,
            "subject": event.subject,
            "sequence": event.sequence,
        },
    )
    first, newer = row.one()
    if not first:
        return Verdict.DUPLICATE
    return Verdict.NEW if newer else Verdict.STALE


async def purge(session: AsyncSession, keep: timedelta) -> int:
    """Forget ids received more than `keep` ago, 5,000 at most; gives how many.

    `keep` must exceed how long a message can be under way: the ladder, a stopped service, a replayed journal.
    """
    result = await session.execute(PURGE, {"keep": keep})
    return result.rowcount  # type: ignore[attr-defined, no-any-return]
