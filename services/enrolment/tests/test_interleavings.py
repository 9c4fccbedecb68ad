"""Whatever happens, in whatever order and at once: what must hold of places and of the line."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from enrolment import rules
from enrolment.placing import Enrolled
from enrolment.tables import Enrolment
from enrolment.testing import Desk, in_days
from enrolment.use_cases.accept_offer import AcceptOffer, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, decline_offer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ronde.clock import now
from ronde.refusal import Refused
from sqlalchemy import select

pytestmark = pytest.mark.database

Action = tuple[str, int]
actions = st.one_of(
    st.tuples(st.just("enrol"), st.integers(1, 3)),
    st.tuples(st.just("enrol"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["withdraw", "accept", "decline", "enrol again"]), st.integers(0, 30)),
    st.tuples(st.just("places"), st.integers(1, 6)),
    st.tuples(st.just("expire"), st.just(0)),
)
days = st.lists(st.tuples(st.lists(actions, min_size=1, max_size=5), st.sampled_from([0, 0, 1, 9, 30])), max_size=14)


class Story:
    """One session; every action is one transaction, as the doors make it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.enrolled: list[Enrolled] = []

    async def open(self) -> None:
        self.starts_at = in_days(4)
        self.id = await self.desk.open_session(places=3, starts_at=self.starts_at)

    async def act(self, kind: str, number: int) -> None:
        """A refusal is an answer; any other error is a failure."""
        desk = self.desk
        try:
            if kind == "enrol":
                self.enrolled.append(await desk.enrol(self.id, children=number))
            elif kind == "places":
                await desk.plan(self.id, places=number, starts_at=self.starts_at)
            elif kind == "expire":
                await desk.expire()
            elif self.enrolled:
                await self._answer(kind, self.enrolled[number % len(self.enrolled)])
        except Refused:
            pass

    async def _answer(self, kind: str, enrolled: Enrolled) -> None:
        desk, one = self.desk, enrolled.enrolment
        if kind == "withdraw":
            await desk.withdraw(enrolled)
        elif kind == "enrol again":
            self.enrolled.append(await desk.enrol(self.id, (one.party_id, tuple(one.child_ids))))
        else:
            async with desk.db.transaction() as tx:
                if kind == "accept":
                    await accept_offer(tx, AcceptOffer(enrolment_id=one.id))
                else:
                    await decline_offer(tx, desk.terms, DeclineOffer(enrolment_id=one.id))

    async def check(self) -> None:
        session = await self.desk.session(self.id)
        async with self.desk.db.reading() as reading:
            wanted = select(Enrolment).where(Enrolment.session_id == self.id).order_by(Enrolment.number)
            everybody = list(await reading.scalars(wanted))
        placed = [one for one in everybody if one.state in ("confirmed", "offered")]
        line = [one for one in everybody if one.state == "waiting"]
        active = [one.party_id for one in (*placed, *line)]

        assert session.taken == sum(one.children for one in placed) <= session.seats
        assert session.seats == max(session.places, session.taken)
        assert session.waiting == len(line)
        assert len(active) == len(set(active)), "nobody holds two"
        assert not [
            (late.number, early.number)
            for early in line
            for late in placed
            if late.number > early.number and late.children >= early.children
        ], "the order is kept"
        if rules.deadline(now(), self.starts_at, self.desk.terms):
            free = session.seats - session.taken
            assert all(one.children > free for one in line), "no place stays free while someone eligible waits"


@given(days)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_must_hold_under_every_interleaving(desk: Desk, days: list[tuple[list[Action], int]]) -> None:
    story = Story(desk)
    await story.open()
    at = now()
    for together, hours in days:
        with time_machine.travel(at, tick=False):
            await asyncio.gather(*(story.act(*one) for one in together))
            await story.check()
        at += timedelta(hours=hours)
    told = [one for one in await desk.told() if one["data"].get("session_id") == str(story.id)]
    for subject in {one["subject"] for one in told}:
        versions = [int(one["sequence"]) for one in told if one["subject"] == subject]
        assert versions == list(range(1, len(versions) + 1)), "each state told once, in order"
