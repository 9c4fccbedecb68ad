"""Requests to enrol, and how far their answers are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.doorkeys import token_hash
from enrolment.queries.visits import visitor
from enrolment.tables import Arrival, Enrolment, FamilyLink, Guardian, Session

ANSWERED = text("SELECT id FROM arrivals WHERE id = ANY(:ids) AND answered_at IS NOT NULL")


@dataclass(frozen=True, kw_only=True)
class ArrivalSeen:
    """`before`: how many came earlier and wait as well; None once it is answered. `enrolment`: None when refused."""

    arrival: Arrival
    session: Session | None
    enrolment: Enrolment | None
    before: int | None


async def answered(session: AsyncSession, ids: Collection[UUID]) -> Sequence[UUID]:
    """Which of these have their answer."""
    return (await session.scalars(ANSWERED, {"ids": list(ids)})).all()


async def last_unanswered(session: AsyncSession, organiser: str, session_id: UUID) -> UUID | None:
    wanted = select(Arrival.id).where(
        Arrival.organiser == organiser, Arrival.session_id == session_id, Arrival.answered_at.is_(None)
    )
    return await session.scalar(wanted.order_by(Arrival.number.desc()).limit(1))


async def arrivals(session: AsyncSession, token: str, ids: Collection[UUID]) -> list[ArrivalSeen] | None:
    """These requests of the family whose page the token opens; None when it opens nothing.

    One statement for all that are answered: everybody looks at the same moment.
    """
    wanted = (
        select(Arrival, Session, Enrolment)
        .join(Guardian, Guardian.party_id == Arrival.party_id)
        .join(FamilyLink, FamilyLink.guardian_id == Guardian.id)
        .outerjoin(Session, (Session.organiser == Arrival.organiser) & (Session.session_id == Arrival.session_id))
        .outerjoin(Enrolment, Enrolment.id == Arrival.enrolment_id)
        .where(FamilyLink.token_hash == token_hash(token), FamilyLink.expires_at > now(), Arrival.id.in_(ids))
        .order_by(Arrival.number)
    )
    found = (await session.execute(wanted)).all()
    if not found and await visitor(session, token) is None:
        return None
    return [
        ArrivalSeen(
            arrival=one,
            session=of,
            enrolment=enrolment,
            before=await _unanswered_before(session, one) if one.answered_at is None else None,
        )
        for one, of, enrolment in found
    ]


async def _unanswered_before(session: AsyncSession, one: Arrival) -> int:
    wanted = select(func.count()).where(
        Arrival.organiser == one.organiser,
        Arrival.session_id == one.session_id,
        Arrival.answered_at.is_(None),
        Arrival.number < one.number,
    )
    return await session.scalar(wanted) or 0
