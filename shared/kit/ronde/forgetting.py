"""What the bus's own tables hold of somebody, deleted when they are to be forgotten."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A message or an answer goes as a whole: nothing that names somebody is worth repairing. What was told on the open
# exchange has ids only and stays; what was told in private is gone since the broker has it.
PARKED = text("""
    DELETE FROM parked WHERE routing_key LIKE :kind AND EXISTS (
        SELECT FROM unnest(CAST(:words AS text[])) AS word
        WHERE position(convert_to(word, 'UTF8') IN body) > 0 OR position(word IN headers::text) > 0)
""")
UNTOLD = text("""
    DELETE FROM outbox WHERE exchange = 'ronde.private' AND routing_key LIKE :kind AND EXISTS (
        SELECT FROM unnest(CAST(:words AS text[])) AS word WHERE position(convert_to(word, 'UTF8') IN body) > 0)
""")
ANSWERED = text("""
    DELETE FROM idempotency WHERE EXISTS (
        SELECT FROM unnest(CAST(:words AS text[])) AS word WHERE position(convert_to(word, 'UTF8') IN body) > 0)
""")


async def forget(session: AsyncSession, ids: Iterable[str]) -> None:
    """Delete what was parked, what was answered and what is not yet told in private, with any of these ids in it.

    Reads three tables from end to end: for what is done once in a while. A family's own rows are its service's.
    """
    words = list(ids)
    await forget_messages(session, "%", words)
    await session.execute(ANSWERED, {"words": words})


async def forget_messages(session: AsyncSession, kind: str, words: Iterable[str]) -> None:
    """The same for messages alone, of the routing keys that are LIKE `kind`: for those that know an address only."""
    for statement in (PARKED, UNTOLD):
        await session.execute(statement, {"kind": kind, "words": list(words)})
