"""Who has a place in a session, and who came: for the list to print and the page in the room."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.ids import reference
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.settings import Terms
from enrolment.tables import Attendance, Enrolment, Session


@dataclass(frozen=True)
class Expected:
    """An enrolment that has a place. `came` None: nobody has counted yet.

    `no_shows`: how often they had a place with this organiser in the last months and did not come;
    `often`: as often as the house wants its staff to know.
    """

    enrolment: Enrolment
    came: Attendance | None
    no_shows: int
    often: bool

    @property
    def reference(self) -> str:
        return reference("I", self.enrolment.id)


async def expected(session: AsyncSession, of: Session, terms: Terms) -> list[Expected]:
    """By arrival."""
    wanted = (
        select(Enrolment, Attendance)
        .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
        .where(
            Enrolment.organiser == of.organiser,
            Enrolment.session_id == of.session_id,
            Enrolment.state == "confirmed",
        )
        .order_by(Enrolment.number)
    )
    found = (await session.execute(wanted)).all()
    missed = await no_shows(session, of.organiser, {one.party_id for one, _ in found}, terms)
    return [
        Expected(one, came, missed.get(one.party_id, 0), missed.get(one.party_id, 0) >= terms.no_shows)
        for one, came in found
    ]


async def no_shows(session: AsyncSession, organiser: str, parties: set[UUID], terms: Terms) -> dict[UUID, int]:
    """How often each had a place with this organiser and did not come, as far as the house looks back."""
    counted = (
        select(Enrolment.party_id, func.count())
        .join(Attendance, Attendance.enrolment_id == Enrolment.id)
        .where(
            Enrolment.party_id.in_(parties),
            Enrolment.organiser == organiser,
            Enrolment.state == "confirmed",
            Attendance.children + Attendance.adults == 0,
            Attendance.recorded_at > now() - terms.looks_back,
        )
        .group_by(Enrolment.party_id)
    )
    return {party: count for party, count in await session.execute(counted)}
