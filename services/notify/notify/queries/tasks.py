"""Who could not be told by a message, and has to be told by a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from notify.queries.messages import TITLE
from notify.tables import Enrolment, News, Session, Task

COLUMNS = (
    Task.id,
    Task.code,
    Task.opened_at,
    Task.done_at,
    Task.done_by,
    Task.news_id,
    News.purpose,
    Enrolment.reference,
    Enrolment.organiser,
    TITLE,
    Session.starts_at,
)


@dataclass(frozen=True, slots=True)
class ToDo:
    """One of them, and what it was about."""

    id: UUID
    code: str
    opened_at: datetime
    done_at: datetime | None
    done_by: str | None
    news_id: UUID
    purpose: str
    reference: str
    organiser: str | None
    title: dict[str, str] | None
    starts_at: datetime | None


async def tasks(session: AsyncSession, *, done: bool, limit: int = 100) -> list[ToDo]:
    """Open ones by the session that starts first; done ones with the latest first."""
    asked = (
        select(*COLUMNS)
        .select_from(Task)
        .join(News, News.id == Task.news_id)
        .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
        .outerjoin(Session, (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id))
        .where(Task.done_at.is_not(None) if done else Task.done_at.is_(None))
        .order_by(*([Task.done_at.desc()] if done else [Session.starts_at, Task.id]))
        .limit(limit)
    )
    return [ToDo(**row) for row in (await session.execute(asked)).mappings()]


async def open_tasks(session: AsyncSession) -> dict[str, int]:
    """How many wait, by reason."""
    counted = select(Task.code, func.count()).where(Task.done_at.is_(None)).group_by(Task.code)
    return dict((await session.execute(counted)).all())
