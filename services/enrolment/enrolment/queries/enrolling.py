"""What a family can choose from: its children with their age on the day, and the dates of a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.clock import now
from ronde.house import Agreement
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from enrolment import rules
from enrolment.admitting import to_sign
from enrolment.queries.sessions import one_session
from enrolment.settings import Terms
from enrolment.states import ACTIVE, EnrolmentState
from enrolment.tables import Child, Enrolment, Party, Session


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`dates`: of the series that are to come, this session among them; it alone when there is no series.

    `fits`: which children have the age on the day of this session. `mine`: the state of what they have already.
    `to_sign`: the organiser's charter, until they have accepted it.
    """

    session: Session
    party: Party
    dates: Sequence[Session]
    fits: frozenset[UUID]
    mine: dict[UUID, EnrolmentState]
    to_sign: Agreement | None


async def choice(session: AsyncSession, terms: Terms, party_id: UUID, organiser: str, session_id: UUID) -> Choice:
    """Raises SessionUnknown."""
    of = await one_session(session, organiser, session_id)
    party = await session.get_one(Party, party_id, options=[selectinload(Party.children)])
    dates = await _dates(session, of)
    day = (of.starts_at or of.planned_starts_at).astimezone(terms.timezone).date()
    enrolled = await session.execute(
        select(Enrolment.session_id, Enrolment.state).where(
            Enrolment.party_id == party_id,
            Enrolment.organiser == organiser,
            Enrolment.session_id.in_([one.session_id for one in dates]),
            Enrolment.state.in_(ACTIVE),
        )
    )
    return Choice(
        session=of,
        party=party,
        dates=dates,
        fits=frozenset(child.id for child in party.children if _fits(child, of, day)),
        mine={row.session_id: row.state for row in enrolled},
        to_sign=await to_sign(session, terms, organiser, party),
    )


def _fits(child: Child, of: Session, day: date) -> bool:
    born = rules.Born(child.born_on, child.born_exactly)
    return rules.age_fits(born, day, of.from_months, of.to_months)


async def _dates(session: AsyncSession, of: Session) -> Sequence[Session]:
    if of.series_id is None:
        return [of]
    wanted = (
        select(Session)
        .where(
            Session.organiser == of.organiser,
            Session.series_id == of.series_id,
            Session.state == "open",
            Session.starts_at > now(),
        )
        .order_by(Session.starts_at)
        .limit(60)
    )
    return (await session.scalars(wanted)).all() or [of]
