"""What organisations and addresses were told by itself: reads only, and never an address or a text."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from notify.tables import Notice

COLUMNS = (
    Notice.id,
    Notice.purpose,
    Notice.channel,
    Notice.status,
    Notice.problem,
    Notice.created_at,
    Notice.due_at,
    Notice.organisation,
)


@dataclass(frozen=True, slots=True)
class Noticed:
    """One notice. `organisation`: None when it was a code, for one address."""

    id: UUID
    purpose: str
    channel: str
    status: str
    problem: str | None
    created_at: datetime
    due_at: datetime
    organisation: str | None


async def notices(
    session: AsyncSession, *, limit: int, before: UUID | None = None, organisation: str | None = None
) -> list[Noticed]:
    """Newest first, older than the one (or the message) `before`: both have ids in the order of their time."""
    asked = select(*COLUMNS).order_by(Notice.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(Notice.id < before)
    if organisation is not None:
        asked = asked.where(Notice.organisation == organisation)
    return [Noticed(**row) for row in (await session.execute(asked)).mappings()]
