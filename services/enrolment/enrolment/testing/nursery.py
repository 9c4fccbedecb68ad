"""A crèche on a desk: a team, babies, families who wait for hours, absences, and what is offered of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from ronde.house import Creche
from ronde.ids import new_id
from sqlalchemy import select

from enrolment.settings import Terms
from enrolment.tables import CareOffer, CareSlot
from enrolment.testing import PARIS, Desk
from enrolment.use_cases.accept_care import AcceptCare, accept_care
from enrolment.use_cases.declare_absence import DeclareAbsence, declare_absence
from enrolment.use_cases.decline_care import DeclineCare, decline_care
from enrolment.use_cases.expire_care import expire_care
from enrolment.use_cases.keep_contract import KeepContract, keep_contract
from enrolment.use_cases.keep_creche_child import KeepCrecheChild, keep_creche_child
from enrolment.use_cases.keep_wish import KeepWish, keep_wish
from enrolment.use_cases.leave_care import LeaveCare, leave_care
from enrolment.use_cases.offer_gap import OfferGap, offer_gap
from enrolment.use_cases.plan_shift import PlanShift, plan_shift
from enrolment.use_cases.take_out_of_creche import TakeOut, take_out

MONDAY = date(2027, 1, 11)
ALL_WEEK = ["08:00-18:00"] * 5


def clock(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


class Nursery:
    """A crèche with a team of two and as many babies as they may have, one of whom may be absent."""

    def __init__(self, desk: Desk, terms: Terms) -> None:
        self.desk, self.terms = desk, terms
        self.creche: Creche = terms.creches[0]
        self.babies: list[UUID] = []
        self.awake: set[UUID] = set()
        self.monday = MONDAY

    def rule(self, part: str, **changed: int) -> None:
        """What one of the crèche's rules says otherwise from now on."""
        rule = getattr(self.creche, part).model_copy(update=changed)
        self.creche = self.creche.model_copy(update={part: rule})
        self.terms = replace(self.terms, creches=(self.creche,))

    async def open(
        self, babies: int = 10, team: int = 2, week: tuple[str, ...] = ("09:00-17:00",), walkers: int = 0
    ) -> None:
        async with self.desk.db.transaction() as tx:
            for n in range(team):
                shift = PlanShift(
                    id=new_id(), starts_on=date(2026, 9, 1), ends_on=None, week=["07:30-18:30"] * 5, exceptions={},
                    first_category=n == 0,
                )  # fmt: skip
                await plan_shift(tx, self.creche, shift)
            for n in range(babies + walkers):
                self.babies.append(await self._child(tx, walks=n >= babies))
                contract = KeepContract(
                    id=new_id(), child_id=self.babies[-1], starts_on=date(2026, 9, 1), ends_on=None,
                    week=[*week * 5][:5], exceptions={},
                )  # fmt: skip
                await keep_contract(tx, self.creche, contract)

    async def _child(self, tx: Any, *, walks: bool = False) -> UUID:
        child = KeepCrecheChild(
            id=new_id(), first_name="Lou", born_on=date(2026, 8, 1), walks_from=date(2027 if walks else 2028, 1, 1),
            place="ordinary",
        )  # fmt: skip
        await keep_creche_child(tx, self.creche, child)
        return child.id

    async def family(
        self, week: list[str] | None = None, *, least: int = 120, early: bool = True, walks: bool = False
    ) -> UUID:
        """A family that wishes; gives its child."""
        party, *_ = await self.desk.family()
        async with self.desk.db.transaction() as tx:
            child = await self._child(tx, walks=walks)
            wish = KeepWish(
                id=new_id(), child_id=child, party_id=party, week=week or ALL_WEEK, least_minutes=least,
                starts_on=date(2026, 9, 1), ends_on=None, early=early,
            )  # fmt: skip
            await keep_wish(tx, self.terms, self.creche, wish)
        return child

    async def absent(
        self, who: int = 0, *, day: date = MONDAY, hours: str | None = None, id: UUID | None = None, days: int = 1
    ) -> UUID:
        cmd = DeclareAbsence(
            id=id or new_id(), child_id=self.babies[who], starts_on=day, ends_on=day + timedelta(days=days - 1),
            hours=hours,
        )  # fmt: skip
        async with self.desk.db.transaction() as tx:
            await declare_absence(tx, self.terms, self.creche, cmd)
        return cmd.id

    async def comes_after_all(self, absence: UUID) -> None:
        async with self.desk.db.transaction() as tx:
            await take_out(tx, self.terms, self.creche, TakeOut(what="absences", id=absence))

    async def gap(self, hours: str, *, id: UUID | None = None, day: date = MONDAY) -> UUID:
        cmd = OfferGap(id=id or new_id(), day=day, hours=hours)
        async with self.desk.db.transaction() as tx:
            await offer_gap(tx, self.terms, self.creche, cmd)
        return cmd.id

    async def accept(self, offer: CareOffer) -> None:
        async with self.desk.db.transaction() as tx:
            await accept_care(tx, self.terms, AcceptCare(offer_id=offer.id))

    async def decline(self, offer: CareOffer) -> None:
        async with self.desk.db.transaction() as tx:
            await decline_care(tx, self.terms, DeclineCare(offer_id=offer.id))

    async def leave(self, offer: CareOffer) -> None:
        async with self.desk.db.transaction() as tx:
            await leave_care(tx, self.terms, LeaveCare(offer_id=offer.id))

    async def expire(self) -> None:
        for _ in range(5):
            async with self.desk.db.transaction() as tx:
                if not await expire_care(tx, self.terms):
                    return
        raise AssertionError("the timer never rests")

    async def offers(self, *states: str) -> list[CareOffer]:
        """As they were made; of these states when some are named."""
        async with self.desk.db.reading() as session:
            found = await session.scalars(select(CareOffer).order_by(CareOffer.offered_at, CareOffer.id))
            return [one for one in found if not states or one.state in states]

    async def slots(self) -> list[str]:
        async with self.desk.db.reading() as session:
            return [one.hours for one in await session.scalars(select(CareSlot).order_by(CareSlot.day))]
