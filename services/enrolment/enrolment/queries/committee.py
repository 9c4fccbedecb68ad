"""A commission's run as its committee sees it: the line, what is proposed and decided, and the week with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ronde.house import Creche
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from enrolment.creche.book import Book, Contract
from enrolment.creche.hours import grid
from enrolment.nursery.book import book_of
from enrolment.nursery.demands import asked
from enrolment.tables import CrecheApplication, CrecheDecision, CrechePlaceOffer, CrecheRun


@dataclass(frozen=True, kw_only=True)
class InRun:
    """One application in a run; `offers`: the newest first."""

    decision: CrecheDecision
    application: CrecheApplication
    offers: Sequence[CrechePlaceOffer]


async def runs(session: AsyncSession, commission: str) -> Sequence[CrecheRun]:
    """All that there were, the newest first."""
    wanted = select(CrecheRun).where(CrecheRun.commission == commission)
    return (await session.scalars(wanted.order_by(CrecheRun.at.desc()))).all()


async def line(session: AsyncSession, run: CrecheRun) -> list[InRun]:
    """In the order of the points and the draw."""
    offers: dict[object, list[CrechePlaceOffer]] = {}
    made = select(CrechePlaceOffer).where(CrechePlaceOffer.run_id == run.id).order_by(CrechePlaceOffer.id.desc())
    for one in await session.scalars(made):
        offers.setdefault(one.application_id, []).append(one)
    found = await session.execute(
        select(CrecheDecision, CrecheApplication)
        .join(CrecheApplication)
        .where(CrecheDecision.run_id == run.id)
        .options(selectinload(CrecheApplication.answers))
        .order_by(CrecheDecision.number, CrecheApplication.id)
    )
    return [InRun(decision=one, application=row, offers=offers.get(row.id, [])) for one, row in found]


async def before_and_after(
    session: AsyncSession, creche: Creche, several: Iterable[InRun], monday: date, today: date
) -> tuple[Book, Book]:
    """What counts in the crèche's week as it is, and with all that is decided and not offered yet."""
    before = await book_of(session, creche, monday, monday + timedelta(days=6))
    children, contracts = [], []
    for one in several:
        if one.decision.decided is None or one.application.state != "kept":
            continue
        week = asked(one.application, one.decision.decided, today)
        if week and week.creche == creche.id:
            hours = grid(*one.decision.shifted) if one.decision.shifted else week.week
            children.append(week.child)
            contracts.append(Contract(child=week.child.id, start=week.start, grid=hours))
    after = replace(
        before, children=(*before.children, *children), contracts=(*before.contracts, *contracts)
    )  # fmt: skip
    return before, after
