"""What a commission decided of an application, and the places that were offered since."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.tables import CrecheApplication, CrecheDecision, CrechePlaceOffer, CrecheRun


@dataclass(frozen=True, kw_only=True)
class PlaceSeen:
    """`decision` None: nothing is decided yet. `offers`: the newest first. `ahead`: who waits before them; None: none.

    `stands`: the newest offer may still be answered.
    """

    decision: CrecheDecision | None
    offers: Sequence[CrechePlaceOffer]
    ahead: int | None

    @property
    def stands(self) -> bool:
        return bool(self.offers) and self.offers[0].state == "offered" and self.offers[0].deadline > now()


async def of_application(session: AsyncSession, application: CrecheApplication) -> PlaceSeen:
    decided = select(CrecheDecision).join(CrecheRun).where(CrecheRun.decided_at.is_not(None))
    decision = await session.scalar(decided.where(CrecheDecision.application_id == application.id))
    wanted = select(CrechePlaceOffer).where(CrechePlaceOffer.application_id == application.id)
    offers = (await session.scalars(wanted.order_by(CrechePlaceOffer.id.desc()))).all()
    ahead = None
    if decision is not None and application.state == "waiting":
        before = (
            select(func.count(func.distinct(CrecheDecision.number)))
            .join(CrecheApplication)
            .where(CrecheDecision.run_id == decision.run_id, CrecheDecision.number < decision.number)
            .where(CrecheApplication.state == "waiting", CrecheDecision.still > 0)
        )
        ahead = await session.scalar(before) or 0
    return PlaceSeen(decision=decision, offers=offers, ahead=ahead)


async def live_offer(session: AsyncSession, application_id: UUID) -> CrechePlaceOffer | None:
    """The one to answer, else the last one that was answered."""
    wanted = select(CrechePlaceOffer).where(CrechePlaceOffer.application_id == application_id)
    return await session.scalar(wanted.order_by(CrechePlaceOffer.id.desc()).limit(1))
