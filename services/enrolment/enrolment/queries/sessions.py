"""The programme, and one session of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.refusals import SessionUnknown
from enrolment.tables import Reservation, Session


async def programme(session: AsyncSession, since: datetime, organiser: str | None = None) -> Sequence[Session]:
    """Sessions that have a time in front of them, and those called off: by start, 500 at most."""
    starts_at = func.coalesce(Session.starts_at, Session.planned_starts_at)
    wanted = select(Session).where(func.coalesce(Session.ends_at, Session.planned_ends_at) > since)
    if organiser is not None:
        wanted = wanted.where(Session.organiser == organiser)
    return (await session.scalars(wanted.order_by(starts_at, Session.session_id).limit(500))).all()


async def one_session(session: AsyncSession, organiser: str, session_id: UUID) -> Session:
    """Raises SessionUnknown."""
    found = await session.get(Session, (organiser, session_id))
    if found is None:
        raise SessionUnknown
    return found


async def room_refused(session: AsyncSession, of: Session) -> Reservation | None:
    """Why the session has no room, or not the one it asked for last; None when there is nothing to explain."""
    return await session.scalar(
        select(Reservation)
        .where(
            Reservation.organiser == of.organiser,
            Reservation.session_id == of.session_id,
            Reservation.reason.is_not(None),
        )
        .order_by(Reservation.id.desc())
        .limit(1)
    )


def since_this_morning(at: datetime) -> datetime:
    """Twelve hours ago: what took place this morning is still on the page this afternoon."""
    return at - timedelta(hours=12)
