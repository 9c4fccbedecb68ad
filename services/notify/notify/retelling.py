"""After the house was restored from a backup: what may have been told before is not told again by itself.

The journal proves most of it (`told_before`, filled by restored.sql). What nothing proves is given to a person.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from notify.dispatch import Due

WHY = "restored"
PROVE = text("""
    WITH proof AS (
        DELETE FROM told_before WHERE message_id = (
            SELECT message_id FROM told_before
            WHERE (party_id, purpose, channel) = (:party_id, :purpose, :channel)
                AND organiser IS NOT DISTINCT FROM :organiser AND session_id IS NOT DISTINCT FROM :session_id
            ORDER BY sent_at LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING sent_at
    )
    UPDATE messages SET status = 'sent', sent_at = proof.sent_at, claimed_at = proof.sent_at, told = told + 1
    FROM proof WHERE messages.id = :id RETURNING messages.id
""")


async def unproven(session: AsyncSession, retold: Sequence[Due]) -> list[tuple[UUID, str]]:
    """(message, why) of those that nothing proves; the others have become `sent`, when they were, without sending."""
    left = []
    for one in retold:
        known = {
            "id": one.message.id,
            "party_id": one.news.party_id,
            "organiser": one.enrolment.organiser,
            "session_id": one.enrolment.session_id,
            "purpose": one.news.purpose,
            "channel": one.message.channel,
        }
        if (await session.execute(PROVE, known)).first() is None:
            left.append((one.message.id, WHY))
    return left
