"""What was sent and why: reads only, and never an address or a text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from notify.tables import Enrolment, Message, News, Session

TITLE = func.coalesce(Session.title, News.facts["title"], News.facts["session"]["title"]).label("title")
"""Of the session, or as the news of a crèche has it."""
COLUMNS = (
    Message.id,
    Message.news_id,
    Message.guardian_id,
    News.purpose,
    Message.channel,
    Message.status,
    Message.problem,
    Message.attempts,
    Message.created_at,
    Message.due_at,
    Message.sent_at,
    Enrolment.enrolment_id,
    Enrolment.reference,
    Enrolment.party_id,
    Enrolment.party_kind,
    Enrolment.organiser,
    Enrolment.session_id,
    TITLE,
    Session.starts_at,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One message and what it was about."""

    id: UUID
    news_id: UUID
    guardian_id: UUID
    purpose: str
    channel: str
    status: str
    problem: str | None
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    enrolment_id: UUID
    reference: str
    party_id: UUID
    party_kind: str
    organiser: str | None
    session_id: UUID | None
    title: dict[str, str] | None
    starts_at: datetime | None


async def messages(session: AsyncSession, *, limit: int, before: UUID | None = None, **only: Any) -> list[Told]:
    """Newest first, older than the message `before`; `only` gives columns' values, such as status="failed"."""
    asked = (
        select(*COLUMNS)
        .select_from(Message)
        .join(News, News.id == Message.news_id)
        .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
        .outerjoin(Session, (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id))
        .order_by(Message.id.desc())
        .limit(limit)
    )
    if before is not None:
        asked = asked.where(Message.id < before)
    asked = asked.where(*(column == only[column.key] for column in COLUMNS if only.get(column.key) is not None))
    return [Told(**row) for row in (await session.execute(asked)).mappings()]
