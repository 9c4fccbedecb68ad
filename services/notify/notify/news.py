"""What there is to tell: heard once, addressed to whom it concerns (addressing.py), taken back, passed on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.ids import new_id
from ronde.retry import SAID_AGAIN
from ronde.telemetry import trace
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notify.addressing import address
from notify.purposes import OF_A_SESSION, PURPOSES, Purpose
from notify.tables import Enrolment, News

# Held in the order of their ids, as addressing.py does: two who hold the same ones do not wait for each other.
TAKE_BACK_MESSAGES = text("""
    WITH held AS (
        SELECT messages.id FROM messages JOIN news ON news.id = messages.news_id
        WHERE news.enrolment_id = ANY(:enrolments)
            AND (:all OR news.purpose = ANY(:only)) AND news.purpose <> ALL(:but)
            AND messages.status IN ('scheduled', 'sending', 'unknown')
        ORDER BY messages.id FOR UPDATE OF messages
    )
    UPDATE messages SET untrue = true, status = CASE status WHEN 'scheduled' THEN 'withdrawn' ELSE status END
    FROM held WHERE messages.id = held.id AND messages.status IN ('scheduled', 'sending', 'unknown')
""")
TAKE_BACK = text("""
    UPDATE news SET withdrawn_at = :now
    WHERE enrolment_id = ANY(:enrolments) AND (:all OR purpose = ANY(:only)) AND purpose <> ALL(:but)
        AND withdrawn_at IS NULL
        AND (addressed_at IS NULL OR EXISTS (
            SELECT FROM messages WHERE news_id = news.id AND status = 'withdrawn' AND untrue))
""")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Where news comes from: the event's type and when it was said. `version` and `facts` as the event has them."""

    cause: str
    said_at: datetime
    version: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None


async def tell(session: AsyncSession, enrolments: Sequence[Enrolment], purpose: Purpose, heard: Heard) -> None:
    """Note the news and address what can be; the same news again changes nothing.

    News of a session is one for each family, however many of its enrolments are given.
    """
    at = now()
    rows = [
        {
            "id": new_id(),
            "party_id": one.party_id,
            "enrolment_id": one.enrolment_id,
            "purpose": purpose,
            "about": f"{one.organiser}/{one.session_id}" if purpose in OF_A_SESSION else str(one.enrolment_id),
            "version": heard.version,
            "facts": {"state": one.state, **heard.facts},
            "cause": heard.cause,
            "said_at": heard.said_at,
            "heard_at": at,
            "due_at": heard.due_at or at,
            "trace": trace(),
            "again": SAID_AGAIN.get(),
        }
        for one in enrolments
    ]
    if not rows:
        return
    asked = insert(News).values(rows).on_conflict_do_nothing(constraint="news_once").returning(News.id)
    await address(session, [id for (id,) in await session.execute(asked)], first=not PURPOSES[purpose].corrects)


async def take_back(
    session: AsyncSession,
    enrolments: Collection[UUID],
    *,
    only: Collection[Purpose] | None = None,
    but: Collection[Purpose] = (),
) -> None:
    """Take back what waits about these enrolments; what is just leaving does not leave a second time."""
    known = {"enrolments": list(enrolments), "all": only is None, "only": list(only or ()), "but": list(but)}
    await session.execute(TAKE_BACK_MESSAGES, known)
    await session.execute(TAKE_BACK, {**known, "now": now()})


async def pass_on(session: AsyncSession, leaving: UUID, staying: UUID) -> None:
    """News of a session hangs on one enrolment of the family: another one carries it when that one is out of it."""
    of_the_session = (News.enrolment_id == leaving) & News.purpose.in_(OF_A_SESSION) & News.withdrawn_at.is_(None)
    await session.execute(update(News).where(of_the_session).values(enrolment_id=staying))
