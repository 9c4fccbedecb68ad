"""The courier: sends what goes to one address or organisation by itself, at once or never.

A code is of use for minutes and can be asked for again, so what is in doubt stays in doubt: it is neither looked up nor
sent a second time.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Database
from ronde.telemetry import log
from ronde_contracts.notify import Channel
from sqlalchemy import delete, null, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from notify.providers import Letter, NotNow, Outcome, Provider, Rejected, Taken, Unknown, Withheld
from notify.purposes import Purpose
from notify.rules import retry_in
from notify.sending import MESSAGES
from notify.settings import Terms
from notify.suppressions import hash_of, suppressed
from notify.tables import Notice
from notify.wording import Wording

AT_ONCE = 20
CLAIM = text("""
    WITH due AS (
        SELECT id FROM notices WHERE status = 'scheduled' AND channel = :channel AND due_at <= :now
        ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE notices SET status = 'sending', attempts = attempts + 1, claimed_at = :now FROM due
    WHERE notices.id = due.id
    RETURNING notices.id, purpose, address, organisation, language, facts, attempts, expires_at
""")
# Whoever claimed them died: they may have left.
DOUBT = text("""
    UPDATE notices SET status = 'unknown', problem = 'interrupted', address = NULL, facts = NULL
    WHERE status = 'sending' AND channel = :channel AND claimed_at < :before
""")


class Courier:
    """Sends notices by one channel; any number may, side by side. `lease` as the senders' (sending.py)."""

    def __init__(
        self, db: Database, channel: Channel, provider: Provider, wording: Wording, terms: Terms, *, lease: timedelta
    ) -> None:
        self._db = db
        self._channel = channel
        self._provider = provider
        self._wording = wording
        self._terms = terms
        self._lease = lease

    async def send(self) -> bool:
        """True when there may be more."""
        room = self._provider.room(AT_ONCE)
        if not room:
            return False
        at = now()
        async with self._db.transaction() as tx:
            await tx.session.execute(DOUBT, {"channel": self._channel, "before": at - self._lease})
            claimed = (await tx.session.execute(CLAIM, {"channel": self._channel, "now": at, "limit": room})).all()
            stopped = await self._stopped(tx.session, claimed)
        for row in claimed:
            outcome: Outcome | str = "stopped" if row.id in stopped else await self._deliver(row)
            async with self._db.transaction() as tx:
                status = await settle(tx.session, row.id, row.attempts, outcome)
            MESSAGES.labels(self._channel, status).inc()
            if status != "sent":
                log.warning("notice not sent", notice=str(row.id), purpose=row.purpose, outcome=repr(outcome))
        return len(claimed) == room

    async def _deliver(self, row: Any) -> Outcome | str:
        """What the provider answered, or why it was not asked."""
        to = row.address or self._wording.address_of(row.organisation)
        if to is None:
            return "no-address"
        if now() >= row.expires_at:
            return "too-late"
        language = self._wording.language(row.language)
        facts = self._wording.of_facts(row.facts, language)
        try:
            if self._channel == "sms":
                letter = Letter(row.id, to, language, self._wording.sms(Purpose(row.purpose), language, facts))
            else:
                subject, written, html = self._wording.email(Purpose(row.purpose), language, facts)
                letter = Letter(row.id, to, language, written, subject, html)
        except Exception as error:  # one that cannot be written must not hold the others
            log.error("notice not written", notice=str(row.id), purpose=row.purpose, error=type(error).__name__)
            return "not-written"
        try:
            return await self._provider.send(letter)
        except Exception as error:  # nobody knows how far it got
            return Unknown(type(error).__name__)

    async def _stopped(self, session: AsyncSession, claimed: Sequence[Any]) -> set[UUID]:
        """Those whose address nothing goes to: also a code is not asked for in another's name."""
        hashes = {row.id: hash_of(self._terms, self._channel, row.address) for row in claimed if row.address}
        known = await suppressed(session, hashes.values())
        return {id for id, hash in hashes.items() if hash in known}


async def settle(session: AsyncSession, id: UUID, attempts: int, outcome: Outcome | str) -> str:
    """Write down what became of it; what it said and where it went are forgotten with the last attempt.

    Gives its status.
    """
    status, problem = _judge(outcome)
    values: dict[str, Any] = {"status": status, "problem": problem}
    ours = (Notice.id == id) & (Notice.attempts == attempts) & (Notice.status == "sending")
    expires_at = await session.scalar(select(Notice.expires_at).where(ours).with_for_update())
    wait = retry_in(attempts) if status == "scheduled" else None
    if wait is not None and expires_at is not None and now() + wait < expires_at:
        values["due_at"] = now() + wait
    else:
        values |= {"status": "failed" if status == "scheduled" else status, "address": None, "facts": null()}
    await session.execute(update(Notice).where(ours).values(**values))
    return str(values["status"])


def _judge(outcome: Outcome | str) -> tuple[str, str | None]:
    match outcome:
        case Taken():
            return "sent", None
        case Withheld():
            return "withheld", None
        case Unknown(why):
            return "unknown", why
        case NotNow(why):
            return "scheduled", why
        case Rejected(code):
            return "failed", code
        case str():
            return "withdrawn", outcome


async def forget(session: AsyncSession, proof: timedelta) -> None:
    """That something was sent is known for so long; what it said is not known at all."""
    await session.execute(delete(Notice).where(Notice.expires_at < now() - proof))
