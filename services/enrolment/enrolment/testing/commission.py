"""A commission on a desk: families who apply, proofs that are seen, a run, a decision, and what follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import time_machine
from ronde.house import Creche
from ronde.ids import new_id
from sqlalchemy import select

from enrolment.creche.book import Book
from enrolment.creche.criteria import Criteria
from enrolment.creche.hours import between, written
from enrolment.creche.occupation import Occupation
from enrolment.nursery.applying import Asked, Claim, Wished
from enrolment.nursery.book import book_of, occupation
from enrolment.tables import CrecheApplication, CrecheDecision, CrechePlaceOffer
from enrolment.testing.desk import PARIS, Desk
from enrolment.use_cases.accept_place import AcceptPlace, accept_place
from enrolment.use_cases.apply_for_place import ApplyForPlace, apply_for_place
from enrolment.use_cases.decide_places import DecidePlaces, decide_places
from enrolment.use_cases.decline_place import DeclinePlace, decline_place
from enrolment.use_cases.depart_from_proposal import DepartFromProposal, depart_from_proposal
from enrolment.use_cases.examine_application import ExamineApplication, examine_application
from enrolment.use_cases.plan_shift import PlanShift, plan_shift
from enrolment.use_cases.propose_places import ProposePlaces, propose_places

OPEN = datetime(2027, 2, 1, 10, tzinfo=PARIS)
"""Applications are taken."""
MEETS = datetime(2027, 3, 22, 16, tzinfo=PARIS)
"""The committee, after the draw."""
ENTRY = date(2027, 9, 1)
SEED = "3-12-17-33-41"


class Commission:
    """One crèche, and one commission for it."""

    def __init__(self, desk: Desk, creche: Creche, criteria: Criteria) -> None:
        self.desk, self.creche, self.criteria = desk, creche, criteria
        self.terms = replace(desk.terms, creches=(creche,), commissions=(criteria,))
        self.id = criteria.commission

    async def team(self, size: int) -> None:
        """There all day, from the summer on."""
        week = tuple(written(between(30, 74)) for _ in range(5))
        async with self.desk.db.transaction() as tx:
            for n in range(size):
                shift = PlanShift(
                    id=new_id(), starts_on=date(2027, 6, 1), ends_on=None, week=week, exceptions={},
                    first_category=n == 0,
                )  # fmt: skip
                await plan_shift(tx, self.creche, shift)

    async def asks(
        self, *weeks: Sequence[str], shown: Sequence[str] = ("commune",), born: date = date(2026, 12, 1), **more: Any
    ) -> UUID:
        """A family's application, with proofs that were seen."""
        place, flexible = more.pop("place", "ordinary"), more.pop("flexible", False)
        with time_machine.travel(OPEN):
            party = more.pop("party", None) or (await self.desk.family())[0]
            wishes = tuple(Wished(creche=self.creche.id, week=tuple(week), flexible=flexible) for week in weeks)
            entry = more.pop("entry", ENTRY)
            asked = Asked(
                first_name="Lou", born_on=born, entry_on=entry, entry_from=entry, entry_until=date(2028, 6, 1),
                wishes=wishes, **more,
            )  # fmt: skip
            async with self.desk.db.transaction() as tx:
                cmd = ApplyForPlace(commission=self.id, party_id=party, asked=asked)
                application = await apply_for_place(tx, self.terms, cmd)
            async with self.desk.db.transaction() as tx:
                seen = ExamineApplication(
                    id=application.id, shown=[Claim(criterion=one) for one in shown], seen_by="nadia", by="bottines",
                    place=place,
                )  # fmt: skip
                await examine_application(tx, self.terms, seen)
        return application.id

    async def propose(self, seed: str = SEED) -> dict[UUID, CrecheDecision]:
        async with self.desk.db.transaction() as tx:
            await propose_places(tx, self.terms, ProposePlaces(commission=self.id, seed=seed, by="bottines"))
        return await self.decisions()

    async def depart(self, application: UUID, to: int | None, reason: str) -> None:
        async with self.desk.db.transaction() as tx:
            cmd = DepartFromProposal(
                commission=self.id, application_id=application, to=to, reason=reason, by="bottines"
            )  # fmt: skip
            await depart_from_proposal(tx, self.terms, cmd)

    async def decide(self) -> None:
        async with self.desk.db.transaction() as tx:
            await decide_places(tx, self.terms, DecidePlaces(commission=self.id, by="bottines"))

    async def accept(self, offer: CrechePlaceOffer) -> None:
        async with self.desk.db.transaction() as tx:
            await accept_place(tx, self.terms, AcceptPlace(offer_id=offer.id))

    async def decline(self, offer: CrechePlaceOffer) -> None:
        async with self.desk.db.transaction() as tx:
            await decline_place(tx, self.terms, DeclinePlace(offer_id=offer.id))

    async def decisions(self) -> dict[UUID, CrecheDecision]:
        async with self.desk.db.reading() as session:
            wanted = select(CrecheDecision).join(CrecheApplication).where(CrecheApplication.commission == self.id)
            return {one.application_id: one for one in await session.scalars(wanted)}

    async def applications(self) -> dict[UUID, CrecheApplication]:
        async with self.desk.db.reading() as session:
            wanted = select(CrecheApplication).where(CrecheApplication.commission == self.id)
            return {one.id: one for one in await session.scalars(wanted)}

    async def offers(self, *states: str) -> list[CrechePlaceOffer]:
        """In the order in which they were made."""
        async with self.desk.db.reading() as session:
            wanted = select(CrechePlaceOffer).where(CrechePlaceOffer.creche == self.creche.id)
            wanted = wanted.where(CrechePlaceOffer.state.in_(states)) if states else wanted
            return list(await session.scalars(wanted.order_by(CrechePlaceOffer.id)))

    async def occupation(self, first: date, last: date) -> Occupation:
        async with self.desk.db.reading() as session:
            return await occupation(session, self.creche, first, last)

    async def book(self, first: date, last: date) -> Book:
        async with self.desk.db.reading() as session:
            return await book_of(session, self.creche, first, last)
