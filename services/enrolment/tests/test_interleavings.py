"""Whatever happens, in whatever order and at once: what must hold of places and of the line."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import time_machine
from enrolment import rules
from enrolment.placing import Enrolled
from enrolment.states import EnrolmentState, LineNews
from enrolment.tables import Enrolment, LineChange, Session
from enrolment.testing import HOUR, ORGANISER, Desk, Family, Said, in_days
from enrolment.use_cases.accept_offer import AcceptOffer, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, decline_offer
from enrolment.use_cases.extend_offer import ExtendOffer, extend_offer
from enrolment.use_cases.offer_by_hand import OfferByHand, offer_by_hand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ronde.clock import now
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde_contracts.event import Event
from sqlalchemy import select

pytestmark = pytest.mark.database

Action = tuple[str, int, int]
enrolling = st.tuples(st.just("enrol"), st.integers(1, 3), st.integers(0, 2))
answering = st.tuples(
    st.sampled_from(
        ["withdraw", "accept", "accept", "decline", "enrol again", "regular", "by hand", "said yes", "extend"]
    ),
    st.integers(0, 30),
    st.integers(0, 2),
)
happening = st.one_of(
    st.tuples(st.just("places"), st.integers(1, 6), st.integers(0, 6)),
    st.tuples(st.sampled_from(["expire", "lose", "find"]), st.just(0), st.just(0)),
    st.tuples(st.just("move"), st.integers(0, 2), st.just(0)),
)
actions = st.one_of(enrolling, enrolling, answering, answering, happening)
days = st.lists(st.tuples(st.lists(actions, min_size=1, max_size=5), st.sampled_from([0, 0, 1, 9, 30])), max_size=10)
EXPLAINED: dict[EnrolmentState, set[LineNews]] = {
    "waiting": {"joined", "passed-over", "overtaken", "put-first", "reordered"},
    "offered": {"offered", "new-deadline"},
    "confirmed": {"got-a-place", "accepted"},
    "declined": {"declined"},
    "expired": {"expired"},
    "withdrawn": {"withdrawn"},
}
"""What the last row of the log may be, by what became of the enrolment."""


class Story:
    """One session, its line by points; every action is one transaction, as the doors and the bus make it."""

    def __init__(self, desk: Desk, regulars: list[Family]) -> None:
        self.desk, self.said, self.regulars = desk, Said(), regulars
        self.enrolled: list[Enrolled] = []
        self.versions = {ORGANISER: count(1), "booking": count(1)}
        self.starts_at = in_days(4)

    @property
    def id(self) -> UUID:
        return self.said.session_id

    async def open(self) -> None:
        await self.plan(3, 0)
        await self.hear(self.said.confirmed(self.starts_at), "booking")

    async def hear(self, event: Event, producer: str) -> None:
        """Delivered twice, at the same moment."""
        id, sequence = new_id(), next(self.versions[producer])
        both = (self.desk.hear(event, sequence=sequence, producer=producer, id=id) for _ in range(2))
        await asyncio.gather(*both)

    async def plan(self, places: int, adult_places: int) -> None:
        more: dict[str, Any] = {"adult_places": adult_places or None, "points": {"newcomer": 30}}
        await self.hear(self.said.changed(self.starts_at, places=places, **more), ORGANISER)

    async def act(self, kind: str, number: int, other: int) -> None:
        """A refusal is an answer; any other error is a failure."""
        desk = self.desk
        try:
            if kind == "enrol":
                self.enrolled.append(await desk.enrol(self.id, children=number, adults=other))
            elif kind == "regular":
                regular = self.regulars[number % len(self.regulars)]
                self.enrolled.append(await desk.enrol(self.id, regular, adults=other))
            elif kind == "places":
                await self.plan(number, other)
            elif kind == "expire":
                await desk.expire()
            elif kind == "lose":
                await self.hear(self.said.given_back(), "booking")
            elif kind == "find":
                await self.hear(self.said.confirmed(self.starts_at), "booking")
            elif kind == "move":
                await self.hear(self.said.moved(self.starts_at + number * 9 * HOUR), "booking")
            elif self.enrolled:
                await self._answer(kind, self.enrolled[number % len(self.enrolled)])
        except Refused:
            pass

    async def _answer(self, kind: str, enrolled: Enrolled) -> None:
        desk, one = self.desk, enrolled.enrolment
        if kind == "withdraw":
            await desk.withdraw(enrolled)
        elif kind == "enrol again":
            self.enrolled.append(await desk.enrol(self.id, (one.party_id, tuple(one.child_ids)), adults=one.adults))
        else:
            async with desk.db.transaction() as tx:
                if kind == "accept":
                    await accept_offer(tx, AcceptOffer(enrolment_id=one.id))
                elif kind == "decline":
                    await decline_offer(tx, desk.terms, DeclineOffer(enrolment_id=one.id))
                elif kind == "extend":
                    cmd = ExtendOffer(enrolment_id=one.id, by=ORGANISER, until=in_days(3, hour=18))
                    await extend_offer(tx, desk.terms, cmd)
                else:
                    yes = kind == "said yes"
                    by_hand = OfferByHand(enrolment_id=one.id, by=ORGANISER, reason="Les jumeaux", said_yes=yes)
                    await offer_by_hand(tx, desk.terms, by_hand)

    async def check(self) -> None:
        async with self.desk.db.reading() as reading:
            session = await reading.get_one(Session, (ORGANISER, self.id))
            wanted = select(Enrolment).where(Enrolment.session_id == self.id).order_by(Enrolment.number)
            everybody = list(await reading.scalars(wanted))
            log = list(
                await reading.scalars(
                    select(LineChange).where(LineChange.session_id == self.id).order_by(LineChange.id)
                )
            )
        placed = [one for one in everybody if one.state in ("confirmed", "offered")]
        line = [one for one in everybody if one.state == "waiting"]
        active = [one.party_id for one in (*placed, *line)]

        assert session.taken == sum(one.children for one in placed) <= session.seats
        assert session.seats == max(session.places, session.taken)
        assert session.adults_taken == sum(one.adults for one in placed)
        if session.adult_places is not None:
            assert session.adult_seats == max(session.adult_places, session.adults_taken)
        assert session.waiting == len(line)
        assert len(active) == len(set(active)), "nobody holds two"
        free = rules.Places.free(session)
        if (
            session.state == "open"
            and session.starts_at
            and rules.last_moment(now(), session.starts_at, self.desk.terms)
        ):
            assert not any(free.hold(one) for one in line), "no place stays free while someone eligible waits"
        last = {one.enrolment_id: one for one in log}
        for one in everybody:
            assert last[one.id].change in EXPLAINED[one.state], "what became of everybody is explained"
        given = {one.enrolment_id: one.at for one in log if one.change in ("offered", "got-a-place")}
        assert not [
            (late.number, early.number)
            for early in line
            for late in placed
            if early.children <= late.children
            and early.adults <= late.adults
            and late.first_at is None
            and (
                (early.number < late.number and early.points >= late.points)
                or (early.first_at is not None and early.first_at < given[late.id])
            )
        ], "the order is kept"


@pytest.fixture
async def regulars(desk: Desk) -> list[Family]:
    """They have come before: they have fewer points than who is new."""
    found = [await desk.family() for _ in range(2)]
    with time_machine.travel(in_days(-9), tick=False):
        past = await desk.open_session(starts_at=in_days(2))
        for one in found:
            await desk.enrol(past, one)
    return found


@given(days)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_must_hold_under_every_interleaving(
    desk: Desk, regulars: list[Family], days: list[tuple[list[Action], int]]
) -> None:
    story = Story(desk, regulars)
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
