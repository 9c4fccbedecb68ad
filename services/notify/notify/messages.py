"""The messages that wait: claimed, put off, settled. One statement each, so that no moment lies between.

A message is claimed by the UPDATE that says it is being sent, and taken back (news.py) by an UPDATE that only finds
those still waiting: Postgres judges which of the two came first.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ronde.clock import now
from ronde_contracts.event import PartyKind
from ronde_contracts.notify import Channel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from notify.receipts import Matched
from notify.rules import TOGETHER

# With those that say the same of other dates, and are due in a moment.
CLAIM = text("""
    WITH due AS (
        SELECT id, guardian_id, together FROM messages
        WHERE status = 'scheduled' AND channel = :channel AND due_at <= :now
        ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), others AS (
        SELECT other.id FROM messages AS other JOIN due USING (guardian_id, together)
        WHERE other.together IS NOT NULL
            AND other.status = 'scheduled' AND other.channel = :channel AND other.due_at <= :soon
        FOR UPDATE OF other SKIP LOCKED
    )
    UPDATE messages SET status = 'sending', attempts = attempts + 1, claimed_at = :now, carried_by = NULL
    WHERE id IN (SELECT id FROM due UNION SELECT id FROM others) RETURNING id, attempts
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
            AND carried_by IS NULL
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE messages SET due_at = :next FROM due
    WHERE messages.id = due.id RETURNING messages.id, messages.attempts, messages.provider
""")
ABOUT = """messages.id, messages.status, messages.told, messages.channel, messages.address_hash, news.purpose,
    enrolments.party_id, enrolments.party_kind, enrolments.enrolment_id, enrolments.organiser, enrolments.session_id,
    news.trace"""
# `attempts` tells a sender that was given up on from the one that came after it.
SETTLE = text(f"""
    UPDATE messages SET
        status = CASE WHEN untrue AND given.status = 'scheduled' THEN 'withdrawn' ELSE given.status END,
        due_at = coalesce(given.due_at, messages.due_at), problem = given.problem, told = told + 1,
        sent_at = CASE given.status WHEN 'sent' THEN CAST(:now AS timestamptz) END,
        provider = coalesce(given.provider, messages.provider),
        provider_id = coalesce(given.provider_id, messages.provider_id),
        language = coalesce(given.language, messages.language),
        body_hash = coalesce(given.body_hash, messages.body_hash)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS integer[]), CAST(:statuses AS text[]),
        CAST(:due_ats AS timestamptz[]), CAST(:problems AS text[]), CAST(:providers AS text[]),
        CAST(:provider_ids AS text[]), CAST(:languages AS text[]), CAST(:hashes AS bytea[]))
        AS given (id, attempts, status, due_at, problem, provider, provider_id, language, body_hash), news, enrolments
    WHERE messages.id = given.id AND messages.attempts = given.attempts AND messages.status IN ('sending', 'unknown')
        AND news.id = messages.news_id AND enrolments.enrolment_id = news.enrolment_id
    RETURNING {ABOUT}
""")  # noqa: S608 - nothing in it comes from outside
# What arrived has arrived: it may follow "undeliverable", and nothing follows it.
RECEIPTED = text(f"""
    UPDATE messages SET
        status = :status, problem = :problem, told = told + 1, sent_at = coalesce(sent_at, claimed_at),
        provider = coalesce(provider, :provider), provider_id = coalesce(provider_id, :provider_id)
    FROM news JOIN enrolments USING (enrolment_id)
    WHERE news.id = messages.news_id AND (messages.id = :id OR messages.carried_by = :id)
        AND (status IN ('sent', 'unknown') OR (status = 'undeliverable' AND CAST(:status AS text) = 'delivered'))
    RETURNING {ABOUT}
""")  # noqa: S608
UNSAID = text(f"""
    UPDATE messages SET withdrawal_said = true, told = told + 1
    FROM (
        SELECT id FROM messages WHERE status = 'withdrawn' AND NOT withdrawal_said
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS unsaid, news, enrolments
    WHERE messages.id = unsaid.id AND news.id = messages.news_id AND enrolments.enrolment_id = news.enrolment_id
    RETURNING {ABOUT}
""")  # noqa: S608
UNHEARD_OF = text("""
    UPDATE messages SET silent_at = :now FROM (
        SELECT id FROM messages WHERE id IN (
            SELECT id FROM messages WHERE status = 'unknown' AND silent_at IS NULL AND claimed_at < :doubted
            UNION ALL
            SELECT id FROM messages WHERE status = 'sent' AND silent_at IS NULL AND channel = 'sms'
                AND provider = ANY(:receipted) AND sent_at < :sent
        ) AND status IN ('sent', 'unknown') AND silent_at IS NULL
        ORDER BY coalesce(sent_at, claimed_at) LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS silent
    WHERE messages.id = silent.id RETURNING messages.id
""")
# Not its time: as if it had not been claimed.
PUT_OFF = text("""
    UPDATE messages SET status = 'scheduled', attempts = attempts - 1, claimed_at = NULL,
        due_at = later.until, problem = later.why
    FROM unnest(CAST(:ids AS uuid[]), CAST(:until AS timestamptz[]), CAST(:whys AS text[])) AS later (id, until, why)
    WHERE messages.id = later.id
""")
ADDRESSED = text("""
    UPDATE messages SET address_hash = addressed.hash, carried_by = addressed.carried_by
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:carried_by AS uuid[]))
        AS addressed (id, hash, carried_by)
    WHERE messages.id = addressed.id
""")
CARRIED = text("""
    SELECT id, attempts, carried_by FROM messages
    WHERE carried_by = ANY(:ids) AND status IN ('sending', 'unknown') FOR UPDATE
""")
DROP = text("""
    UPDATE messages SET status = 'withdrawn', problem = dropped.why
    FROM unnest(CAST(:ids AS uuid[]), CAST(:whys AS text[])) AS dropped (id, why) WHERE messages.id = dropped.id
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send, or to look up, in its n-th attempt. `provider`: who was given it, if known."""

    id: UUID
    attempts: int
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a claim. `due_at`: when to look at it again; `provider`: the account that has it, if one has."""

    claim: Claim
    status: str
    problem: str | None = None
    due_at: datetime | None = None
    provider: str | None = None
    provider_id: str | None = None
    language: str | None = None
    body_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a message has become: `status` may differ from the one given when its news was overtaken.

    `told` rises each time that something can be said of it.
    """

    id: UUID
    status: str
    told: int
    channel: Channel
    address_hash: bytes | None
    purpose: str
    party_id: UUID
    party_kind: PartyKind
    enrolment_id: UUID
    organiser: str | None
    session_id: UUID | None
    trace: str | None


async def claim(session: AsyncSession, channel: Channel, limit: int) -> list[Claim]:
    """Messages due now, that nobody else will send: `limit`, and those that leave with them."""
    at = now()
    found = await session.execute(CLAIM, {"channel": channel, "now": at, "soon": at + TOGETHER, "limit": limit})
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


async def put_off(session: AsyncSession, later: Sequence[tuple[UUID, datetime, str]]) -> None:
    """(message, until when, why) of claims that wait after all."""
    if later:
        ids, until, whys = map(list, zip(*later, strict=True))
        await session.execute(PUT_OFF, {"ids": ids, "until": until, "whys": whys})


async def drop(session: AsyncSession, dropped: Sequence[tuple[UUID, str]]) -> None:
    """(message, why) of claims that are not sent, and are no failure."""
    if dropped:
        ids, whys = map(list, zip(*dropped, strict=True))
        await session.execute(DROP, {"ids": ids, "whys": whys})


async def addressed(session: AsyncSession, leaving: Sequence[tuple[UUID, bytes, UUID | None]]) -> None:
    """(message, keyed hash of where it goes, whose letter it is in when not its own) of claims that leave."""
    if leaving:
        ids, where, carried_by = map(list, zip(*leaving, strict=True))
        await session.execute(ADDRESSED, {"ids": ids, "hashes": where, "carried_by": carried_by})


async def carried(session: AsyncSession, by: Sequence[Claim]) -> dict[UUID, list[Claim]]:
    """The claims that left in the letters of these."""
    found: dict[UUID, list[Claim]] = defaultdict(list)
    if by:
        for id, attempts, carrier in await session.execute(CARRIED, {"ids": [one.id for one in by]}):
            found[carrier].append(Claim(id, attempts))
    return found


async def settle(session: AsyncSession, verdicts: Sequence[Verdict]) -> list[Settled]:
    """Say what became of claims; those that were no longer ours are left out."""
    known = {
        "ids": [one.claim.id for one in verdicts],
        "attempts": [one.claim.attempts for one in verdicts],
        "statuses": [one.status for one in verdicts],
        "due_ats": [one.due_at for one in verdicts],
        "problems": [one.problem for one in verdicts],
        "providers": [one.provider for one in verdicts],
        "provider_ids": [one.provider_id for one in verdicts],
        "languages": [one.language for one in verdicts],
        "hashes": [one.body_hash for one in verdicts],
    }
    return [Settled(*row) for row in await session.execute(SETTLE, {**known, "now": now()})] if verdicts else []


async def unsaid(session: AsyncSession, limit: int) -> list[Settled]:
    """Messages that were withdrawn, and nobody has heard of it yet; each once."""
    return [Settled(*row) for row in await session.execute(UNSAID, {"limit": limit})]


async def receipted(session: AsyncSession, receipt: Matched) -> list[Settled]:
    """Its provider said what became of it, and of what it carried; none when that is no news."""
    known = {"id": receipt.message_id, "status": receipt.status, "problem": receipt.code or None}
    found = await session.execute(
        RECEIPTED, {**known, "provider": receipt.provider, "provider_id": receipt.provider_id}
    )
    return [Settled(*row) for row in found]


async def unheard_of(
    session: AsyncSession, receipted: Collection[str], sent: timedelta, doubted: timedelta, limit: int
) -> list[UUID]:
    """Messages that nobody has said anything of for so long; each once. See stop_waiting.py."""
    at = now()
    known = {"now": at, "sent": at - sent, "doubted": at - doubted, "receipted": list(receipted), "limit": limit}
    return [id for (id,) in await session.execute(UNHEARD_OF, known)]
