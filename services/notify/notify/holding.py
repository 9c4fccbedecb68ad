"""One after the other: whoever writes about a session or a family holds it until they commit.

Rows would not do: what is held may not have been heard of yet. The order is always session, families, messages, counts.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Sorted, so that two who hold several never wait for each other.
HOLD = text("""
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(one, 0) AS key FROM unnest(CAST(:names AS text[])) AS one ORDER BY key
    ) AS keys
""")
SHARE = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")


async def hold_session(session: AsyncSession, organiser: str, session_id: UUID, *, share: bool = False) -> None:
    """Who changes it holds it alone; those who only need it to stay as it is share it."""
    name = f"session {organiser}/{session_id}"
    await (session.execute(SHARE, {"name": name}) if share else session.execute(HOLD, {"names": [name]}))


async def hold_families(session: AsyncSession, parties: Iterable[UUID]) -> None:
    """Whoever addresses their messages, or changes how they are reached."""
    if names := [f"family {id}" for id in parties]:
        await session.execute(HOLD, {"names": names})


async def hold_counts(session: AsyncSession, guardians: Iterable[UUID]) -> None:
    """Whoever counts what these people had today, and is about to send them more: last of all."""
    if names := [f"count {id}" for id in guardians]:
        await session.execute(HOLD, {"names": names})
