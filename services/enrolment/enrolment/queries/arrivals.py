"""Requests to enrol, and how far their answers are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from sqlalchemy import ARRAY, LargeBinary, Uuid, any_, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.doorkeys import token_hash
from enrolment.states import EnrolmentState
from enrolment.tables import Arrival, Enrolment, FamilyLink, Guardian, Session

ANSWERED = text("SELECT id FROM arrivals WHERE id = ANY(:ids) AND answered_at IS NOT NULL")


@dataclass(frozen=True, kw_only=True)
class Look:
    """Somebody looks for the answer to one request, from the family's page that the token opens."""

    token: str
    id: UUID


@dataclass(frozen=True, kw_only=True)
class ArrivalSeen:
    """`state`: of the enrolment, None when refused. `before`: how many came earlier and wait too; None: answered."""

    arrival: Arrival
    session: Session | None
    state: EnrolmentState | None
    before: int | None


async def answered(session: AsyncSession, ids: Collection[UUID]) -> Sequence[UUID]:
    """Which of these have their answer."""
    return (await session.scalars(ANSWERED, {"ids": list(ids)})).all()


async def last_unanswered(session: AsyncSession, organiser: str, session_id: UUID | None) -> UUID | None:
    """For that session, or for any of the organiser's."""
    wanted = select(Arrival.id).where(Arrival.organiser == organiser, Arrival.answered_at.is_(None))
    if session_id is not None:
        wanted = wanted.where(Arrival.session_id == session_id)
    return await session.scalar(wanted.order_by(Arrival.number.desc()).limit(1))


async def arrivals(session: AsyncSession, looks: Sequence[Look]) -> list[ArrivalSeen | None]:
    """What each of them sees, by one statement for all; None for a request that is not theirs, or long ago."""
    tokens = {one.token: token_hash(one.token) for one in looks}
    found = await session.execute(SEEN, {"ids": [one.id for one in looks], "hashes": [*tokens.values()], "at": now()})
    seen = {
        (hashed, one.id): ArrivalSeen(arrival=one, session=of, state=state, before=before)
        for hashed, before, one, of, state in found
    }
    return [seen.get((tokens[one.token], one.id)) for one in looks]


_rank = func.row_number().over(partition_by=(Arrival.organiser, Arrival.session_id), order_by=Arrival.number)
_unanswered = select(Arrival.id, (_rank - 1).label("before")).where(Arrival.answered_at.is_(None)).subquery()
SEEN = (
    select(FamilyLink.token_hash, _unanswered.c.before, Arrival, Session, Enrolment.state)
    .join(Guardian, Guardian.id == FamilyLink.guardian_id)
    .join(Arrival, Arrival.party_id == Guardian.party_id)
    .outerjoin(_unanswered, _unanswered.c.id == Arrival.id)
    .outerjoin(Session, (Session.organiser == Arrival.organiser) & (Session.session_id == Arrival.session_id))
    .outerjoin(Enrolment, Enrolment.id == Arrival.enrolment_id)
    .where(
        FamilyLink.token_hash == any_(bindparam("hashes", type_=ARRAY(LargeBinary))),
        FamilyLink.expires_at > bindparam("at"),
        Arrival.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    )
)
"""Built once: it is asked by everybody at the same moment."""
