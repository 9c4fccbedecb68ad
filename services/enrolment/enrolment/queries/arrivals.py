"""Requests to enrol, and how far their answers are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.queries.enrolments import Seen, enrolment
from enrolment.queries.sessions import one_session
from enrolment.tables import Arrival, Session

ANSWERED = text("SELECT id FROM arrivals WHERE id = ANY(:ids) AND answered_at IS NOT NULL")


@dataclass(frozen=True, kw_only=True)
class ArrivalSeen:
    """`before`: how many came earlier and wait as well; None once it is answered, by `seen` or by a refusal."""

    arrival: Arrival
    session: Session
    before: int | None
    seen: Seen | None


async def answered(session: AsyncSession, ids: Collection[UUID]) -> Sequence[UUID]:
    """Which of these have their answer."""
    return (await session.scalars(ANSWERED, {"ids": list(ids)})).all()


async def last_unanswered(session: AsyncSession, organiser: str, session_id: UUID) -> UUID | None:
    wanted = select(Arrival.id).where(
        Arrival.organiser == organiser, Arrival.session_id == session_id, Arrival.answered_at.is_(None)
    )
    return await session.scalar(wanted.order_by(Arrival.number.desc()).limit(1))


async def arrival(session: AsyncSession, id: UUID) -> ArrivalSeen | None:
    """None when there is no such request, or it was long ago."""
    found = await session.scalar(select(Arrival).where(Arrival.id == id))
    if found is None:
        return None
    return ArrivalSeen(
        arrival=found,
        session=await one_session(session, found.organiser, found.session_id),
        before=await unanswered_before(session, found) if found.answered_at is None else None,
        seen=await enrolment(session, found.enrolment_id) if found.enrolment_id else None,
    )


async def unanswered_before(session: AsyncSession, one: Arrival) -> int:
    return (
        await session.scalar(
            select(func.count()).where(
                Arrival.organiser == one.organiser,
                Arrival.session_id == one.session_id,
                Arrival.answered_at.is_(None),
                Arrival.number < one.number,
            )
        )
        or 0
    )
