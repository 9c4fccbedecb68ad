"""The messages that wait: written, taken back, claimed, settled. One statement each, so that no moment lies between.

A message is claimed by the UPDATE that says it is being sent, and taken back by an UPDATE that only finds those
still waiting: Postgres judges which of the two came first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.ids import new_id
from ronde_contracts.notify import Channel
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notify.rules import Purpose
from notify.tables import Message

WITHDRAW = text("""
    UPDATE messages SET untrue = true, status = CASE status WHEN 'scheduled' THEN 'withdrawn' ELSE status END
    WHERE enrolment_id = ANY(:enrolments) AND purpose <> ALL(:but) AND status IN ('scheduled', 'sending', 'unknown')
""")
CLAIM = text("""
    WITH due AS (
        SELECT id FROM messages WHERE status = 'scheduled' AND channel = :channel AND due_at <= :now
        ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE messages SET status = 'sending', attempts = attempts + 1, claimed_at = :now FROM due
    WHERE messages.id = due.id RETURNING messages.id, messages.attempts
""")
# Whoever claimed them died or hangs: they may have left. What was claimed is never simply claimed again.
DOUBT = text("""
    WITH left_behind AS (
        SELECT id FROM messages WHERE status = 'sending' AND channel = :channel AND claimed_at < :before
        FOR UPDATE SKIP LOCKED
    )
    UPDATE messages SET status = 'unknown', problem = 'interrupted', due_at = :now FROM left_behind
    WHERE messages.id = left_behind.id
""")
# Putting the next look off is also what keeps a second process from looking at the same time.
CLAIM_DOUBTFUL = text("""
    WITH due AS (
        SELECT id FROM messages
        WHERE status = 'unknown' AND channel = :channel AND due_at <= :now AND claimed_at > :oldest
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE messages SET due_at = :next FROM due
    WHERE messages.id = due.id RETURNING messages.id, messages.attempts
""")
# `attempts` tells a sender that was given up on from the one that came after it.
SETTLE = text("""
    UPDATE messages SET
        status = CASE WHEN untrue AND CAST(:status AS text) = 'scheduled' THEN 'withdrawn'
                      ELSE CAST(:status AS text) END,
        due_at = coalesce(:due_at, due_at), sent_at = :sent_at, problem = :problem,
        provider_id = coalesce(:provider_id, provider_id),
        language = coalesce(:language, language), body_hash = coalesce(:body_hash, body_hash)
    WHERE id = :id AND attempts = :attempts AND status IN ('sending', 'unknown')
    RETURNING status, enrolment_id, purpose, channel
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send, or to look up, in its n-th attempt."""

    id: UUID
    attempts: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What a message has become: `status` may differ from the one given when its news was overtaken."""

    status: str
    enrolment_id: UUID
    purpose: str
    channel: Channel


async def schedule(
    session: AsyncSession,
    enrolment_id: UUID,
    purpose: Purpose,
    channels: tuple[Channel, ...],
    *,
    version: int,
    facts: Mapping[str, Any],
) -> None:
    """Write the message once per channel; the same news again changes nothing."""
    at = now()
    rows = [
        {
            "id": new_id(),
            "enrolment_id": enrolment_id,
            "purpose": purpose,
            "channel": channel,
            "version": version,
            "facts": dict(facts),
            "created_at": at,
            "due_at": at,
        }
        for channel in channels
    ]
    await session.execute(insert(Message).values(rows).on_conflict_do_nothing(constraint="messages_once"))


async def withdraw(session: AsyncSession, enrolments: list[UUID], *, but: tuple[Purpose, ...] = ()) -> None:
    """Take back what waits about these enrolments; what is just leaving does not leave a second time."""
    await session.execute(WITHDRAW, {"enrolments": enrolments, "but": list(but)})


async def claim(session: AsyncSession, channel: Channel, limit: int) -> list[Claim]:
    """Messages due now, that nobody else will send."""
    found = await session.execute(CLAIM, {"channel": channel, "now": now(), "limit": limit})
    return [Claim(*row) for row in found]


async def doubt(session: AsyncSession, channel: Channel, lease: timedelta) -> None:
    """Messages claimed more than `lease` ago by somebody who never said what became of them: unknown."""
    await session.execute(DOUBT, {"channel": channel, "now": now(), "before": now() - lease})


async def claim_doubtful(session: AsyncSession, channel: Channel, limit: int, pause: timedelta) -> list[Claim]:
    """Messages to look up now; not again before `pause` is over, and no more after a day."""
    at = now()
    known = {"channel": channel, "now": at, "next": at + pause, "oldest": at - timedelta(days=1), "limit": limit}
    found = await session.execute(CLAIM_DOUBTFUL, known)
    return [Claim(*row) for row in found]


async def settle(
    session: AsyncSession,
    claim: Claim,
    status: str,
    *,
    due_at: datetime | None = None,
    problem: str | None = None,
    provider_id: str | None = None,
    language: str | None = None,
    body_hash: bytes | None = None,
) -> Settled | None:
    """Say what became of a claim; None when it was no longer ours."""
    found = await session.execute(
        SETTLE,
        {
            "id": claim.id,
            "attempts": claim.attempts,
            "status": status,
            "due_at": due_at,
            "sent_at": now() if status == "sent" else None,
            "problem": problem,
            "provider_id": provider_id,
            "language": language,
            "body_hash": body_hash,
        },
    )
    row = found.first()
    return Settled(*row) if row else None
