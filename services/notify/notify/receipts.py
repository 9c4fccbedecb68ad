"""What providers say of messages that they took: written down as it comes, matched when its message is known.

A receipt may be faster than our own commit of the provider's id, and comes again when our answer to it was lost. So the
door only writes, once; a worker matches, and what matches nothing is forgotten after a few days.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from ronde.clock import now
from ronde.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from notify.providers import Keep, Receipt

CHANNEL = "notify_receipts"
"""The NOTIFY that a new receipt sends, by a trigger."""
KEPT = timedelta(days=3)
"""How long a receipt may wait for its message."""
WRITE = text("""
    INSERT INTO receipts (provider, provider_id, reference, status, code, lasting, received_at)
    VALUES (:provider, :provider_id, :reference, :status, :code, :lasting, :now) ON CONFLICT DO NOTHING
""")
# A message that is just leaving is left alone: whoever sends it says first that it left.
TAKE = text("""
    UPDATE receipts SET applied_at = :now FROM (
        SELECT receipts.id, message.id AS message_id FROM receipts
        JOIN LATERAL (
            SELECT id, status FROM messages
            WHERE messages.provider = receipts.provider AND messages.provider_id = receipts.provider_id
                AND messages.carried_by IS NULL
            UNION
            SELECT id, status FROM messages
            WHERE messages.id = receipts.reference
                AND coalesce(messages.provider, receipts.provider) = receipts.provider
        ) AS message ON message.status <> 'sending'
        WHERE receipts.applied_at IS NULL ORDER BY receipts.id LIMIT :limit FOR UPDATE OF receipts SKIP LOCKED
    ) AS matched
    WHERE receipts.id = matched.id
    RETURNING matched.message_id, receipts.status, receipts.code, receipts.lasting, receipts.provider,
        receipts.provider_id
""")
FORGET = text("""
    DELETE FROM receipts WHERE received_at < CASE WHEN applied_at IS NULL THEN CAST(:unmatched AS timestamptz)
                                                  ELSE CAST(:matched AS timestamptz) END
""")


@dataclass(frozen=True, slots=True)
class Matched:
    """A receipt and the message that it is about."""

    message_id: UUID
    status: Literal["delivered", "undeliverable"]
    code: str
    lasting: bool
    provider: str
    provider_id: str | None


def keeper(db: Database, provider: str) -> Keep:
    """Writes receipts of that provider down; the same again changes nothing."""

    async def keep(receipt: Receipt) -> None:
        known = {
            "provider": provider,
            "provider_id": receipt.provider_id,
            "reference": receipt.reference,
            "status": receipt.status,
            "code": receipt.code,
            "lasting": receipt.lasting,
            "now": now(),
        }
        async with db.transaction() as tx:
            await tx.session.execute(WRITE, known)

    return keep


async def take(session: AsyncSession, limit: int) -> list[Matched]:
    """Receipts whose message is known, each to one taker; by message, so that two takers do not wait for each other."""
    found = await session.execute(TAKE, {"now": now(), "limit": limit})
    return sorted((Matched(*row) for row in found), key=lambda one: (one.message_id, one.status))


async def forget(session: AsyncSession, proof: timedelta) -> None:
    """Those that matched nothing go soon; the others are part of what is known of their message for `proof`."""
    await session.execute(FORGET, {"unmatched": now() - KEPT, "matched": now() - proof})
