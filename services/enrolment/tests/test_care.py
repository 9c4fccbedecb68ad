"""Occasional care: freed hours are offered in turn, in time, to as many at once as the rule says, and given once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from uuid import UUID

import hypothesis
import pytest
import time_machine
from enrolment.creche.book import Booking
from enrolment.creche.hours import hours
from enrolment.creche.occupation import Occupation
from enrolment.nursery.asking import answer_by, moments
from enrolment.nursery.book import book_of
from enrolment.settings import Terms
from enrolment.tables import CareOffer
from enrolment.testing import PARIS, Desk
from enrolment.testing.nursery import ALL_WEEK, MONDAY, Nursery, clock
from enrolment.use_cases.accept_care import CareOver
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from ronde.house import Occasional
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde.subscriber import NotKnownYet, Unacceptable
from ronde_contracts.partners import AbsenceDeclared, AbsenceWithdrawn

pytestmark = pytest.mark.database


async def told(nursery: Nursery) -> list[str]:
    care = [one for one in await nursery.desk.told() if one["type"].startswith("occasional-care.")]
    return [one["type"].split(".")[1] for one in care]


async def test_an_absence_becomes_one_offer_in_the_same_transaction(nursery: Nursery) -> None:
    """In minutes: what frees the hours and what offers them are committed together, and one family is asked."""
    await nursery.open()
    first, second = await nursery.family(), await nursery.family()
    with time_machine.travel(clock(7, 40), tick=False):
        absence = await nursery.absent()
        (offer,) = await nursery.offers()
    assert (offer.child_id, offer.hours, offer.state) == (first, "09:00-17:00", "offered")
    assert offer.deadline == clock(8)
    (event,) = await nursery.desk.told("occasional-care.offered.v1")
    assert event["data"]["starts_at"] == "2027-01-11T09:00:00+01:00"
    assert event["data"]["child_id"] == str(first)
    (page,) = await nursery.desk.told("page.issued.v1")
    assert page["data"]["about_id"] == str(offer.id) == event["data"]["offer_id"]
    with time_machine.travel(clock(7, 50), tick=False):
        await nursery.decline(offer)
        again = (await nursery.offers("offered"))[0]
        assert (again.child_id, again.deadline) == (second, clock(8, 10)), "the next at once"
        await nursery.accept(again)
    (booked,) = await nursery.desk.told("occasional-care.booked.v1")
    assert booked["data"]["absence_id"] == str(absence)
    assert await told(nursery) == ["offered", "declined", "offered", "booked"]


async def test_nobody_is_asked_when_it_is_too_late_to_come(nursery: Nursery) -> None:
    """Hours that begin within the hour are left out, and what remains may be too short for the family."""
    await nursery.open()
    child = await nursery.family(["14:00-18:00"])
    with time_machine.travel(clock(13, 20), tick=False):
        absence = await nursery.absent()
        (offer,) = await nursery.offers()
        assert (offer.child_id, offer.hours) == (child, "14:30-17:00")
        await nursery.comes_after_all(absence)
    with time_machine.travel(clock(14, 20), tick=False):
        await nursery.absent()
        assert len(await nursery.offers()) == 1, "less than two hours are no use to them"


async def test_quiet_hours_are_kept_unless_the_family_said_otherwise(nursery: Nursery) -> None:
    await nursery.open()
    asleep = await nursery.family(early=False)
    with time_machine.travel(clock(6, 30), tick=False):
        await nursery.absent()
        assert await nursery.offers() == []
        awake = await nursery.family(["13:00-18:00"])
        assert [one.child_id for one in await nursery.offers()] == [awake], "who said so may be woken up today"
        await nursery.decline((await nursery.offers())[0])
    with time_machine.travel(clock(22), tick=False):
        await nursery.absent(1, day=MONDAY + timedelta(days=1))
        assert len(await nursery.offers()) == 1, "hours of tomorrow wake nobody up"
    with time_machine.travel(clock(8, 0, MONDAY + timedelta(days=1)), tick=False):
        await nursery.expire()
        assert {one.child_id for one in await nursery.offers("offered")} == {asleep}, "in the morning, by the timer"


TUESDAY = MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "begins", "early", "until"),
    [
        (clock(9), clock(10), False, clock(9, 20)),  # exactly an hour before
        (clock(9, 1), clock(10), False, None),
        (clock(20, 50), clock(14, 0, TUESDAY), False, clock(8, 0, TUESDAY)),  # never in the night
        (clock(20, 50), clock(8, 30, TUESDAY), True, None),  # an answer in the morning is too late
        (clock(20, 40), clock(8, 30, TUESDAY), False, clock(21)),
        (clock(22), clock(14, 0, TUESDAY), True, None),
        (clock(6), clock(9), True, clock(6, 20)),
        (clock(6), clock(9), False, None),
    ],
)
def test_until_when_an_offer_is_held(asked: datetime, begins: datetime, early: bool, until: datetime | None) -> None:
    assert answer_by(asked, begins, Occasional(), Terms(timezone=PARIS), early=early) == until


async def test_who_was_offered_least_comes_first_then_who_has_waited_longest(nursery: Nursery) -> None:
    await nursery.open()
    three = [await nursery.family() for _ in range(3)]
    asked = []
    for n in range(5):
        day = MONDAY + timedelta(days=n)
        with time_machine.travel(clock(8, 0, day), tick=False):
            await nursery.absent(n, day=day)
            (offer,) = await nursery.offers("offered")
            await nursery.accept(offer)
            asked.append(three.index(offer.child_id))
    assert asked == [0, 1, 2, 0, 1]


async def test_an_expired_offer_goes_to_the_next_while_there_is_time(nursery: Nursery) -> None:
    await nursery.open()
    for _ in range(2):
        await nursery.family(["13:00-17:00"])
    with time_machine.travel(clock(11, 30), tick=False):
        await nursery.absent()
    with time_machine.travel(clock(11, 50), tick=False):
        (late,) = await nursery.offers("offered")
        with pytest.raises(CareOver):
            await nursery.accept(late)
        await nursery.expire()
    with time_machine.travel(clock(12, 10), tick=False):
        await nursery.expire()
    assert [one.state for one in await nursery.offers()] == ["expired", "expired"]
    assert await told(nursery) == ["offered", "expired", "offered", "expired"]


async def test_the_absent_child_comes_after_all(nursery: Nursery) -> None:
    """An offer is withdrawn; who has booked stays when both fit, and is told when they do not."""
    await nursery.open()
    await nursery.family()
    with time_machine.travel(clock(8), tick=False):
        absence = await nursery.absent()
        await nursery.comes_after_all(absence)
        assert [(one.state, one.why) for one in await nursery.offers()] == [("withdrawn", "not-free")]
        await nursery.absent(id=absence)
        await nursery.accept((await nursery.offers("offered"))[0])
        other = await nursery.absent(1)
        await nursery.comes_after_all(absence)
        assert len(await nursery.offers("booked")) == 1, "another is absent: both fit"
        await nursery.comes_after_all(other)
    assert [(one.state, one.why) for one in await nursery.offers()] == [("withdrawn", "not-free")] * 2
    last = (await nursery.desk.told("occasional-care.withdrawn.v1"))[-1]["data"]
    assert (last["was"], last["why"]) == ("booked", "not-free")


async def test_a_gap_that_an_absence_made_possible_is_withdrawn_with_it(nursery: Nursery) -> None:
    await nursery.open()
    await nursery.family()
    with time_machine.travel(clock(7, 40), tick=False):
        await nursery.gap("09:00-17:00")
        assert await nursery.offers() == [], "the crèche is full"
        absence = await nursery.absent()
        assert len(await nursery.offers("offered")) == 1
        await nursery.comes_after_all(absence)
        assert [(one.state, one.why) for one in await nursery.offers()] == [("withdrawn", "not-free")]


async def test_what_is_left_of_freed_hours_goes_to_the_next(nursery: Nursery) -> None:
    """At once: a morning and an afternoon are two families. A booking given back is offered again, to others."""
    await nursery.open()
    morning, afternoon = await nursery.family(["08:00-12:00"]), await nursery.family(["13:00-18:00"])
    later = await nursery.family(["08:00-12:00"])
    with time_machine.travel(clock(7, 0, MONDAY - timedelta(days=0)), tick=False):
        await nursery.absent()
        (first,) = await nursery.offers("offered")
        assert (first.child_id, first.hours) == (morning, "09:00-12:00")
        await nursery.accept(first)
        assert [(one.child_id, one.hours) for one in await nursery.offers("offered")] == [(afternoon, "13:00-17:00")]
        await nursery.accept((await nursery.offers("offered"))[0])
        await nursery.leave(first)
        assert [one.child_id for one in await nursery.offers("offered")] == [later]


async def test_a_gap_is_offered_by_hand_and_a_place_is_kept_for_emergencies(nursery: Nursery) -> None:
    await nursery.open(babies=32, team=7)
    child = await nursery.family()
    with time_machine.travel(clock(8), tick=False):
        gap = await nursery.gap("09:00-17:00")
        (offer,) = await nursery.offers("offered")
        assert (offer.child_id, offer.absence_id) == (child, None)
        await nursery.gap("", id=gap)
        assert [one.state for one in await nursery.offers()] == ["withdrawn"]
        nursery.rule("emergency", places=1)
        await nursery.gap("09:00-17:00", id=gap)
        assert await nursery.offers("offered") == [], "two places are for insertion, and one for an emergency"


async def test_only_the_creche_s_organisation_declares_and_an_unknown_child_is_waited_for(
    nursery: Nursery, desk: Desk
) -> None:
    await nursery.open(babies=1)
    bus = Desk(desk.url, nursery.terms)
    facts = {"creche": "bottines", "starts_on": MONDAY, "ends_on": MONDAY, "absence_id": new_id()}
    known = AbsenceDeclared(**facts, child_id=nursery.babies[0])
    with pytest.raises(Unacceptable):
        await bus.hear(known, sequence=1, producer="relais")
    with pytest.raises(NotKnownYet):
        await bus.hear(AbsenceDeclared(**facts, child_id=new_id()), sequence=1, producer="bottines")
    with time_machine.travel(clock(8), tick=False):
        await bus.hear(known, sequence=1, producer="bottines")
        assert await nursery.slots() == ["09:00-17:00"]
        await bus.hear(known.model_copy(update={"hours": "12:00-14:00"}), sequence=2, producer="bottines")
        assert await nursery.slots() == ["12:00-14:00"], "said again, it is changed"
        with pytest.raises(Unacceptable):
            await bus.hear(AbsenceWithdrawn(absence_id=known.absence_id), sequence=3, producer="relais")
        await bus.hear(AbsenceWithdrawn(absence_id=known.absence_id), sequence=3, producer="bottines")
        assert await nursery.slots() == [""]
    await bus.db.close()


HOURS = (None, None, "09:00-13:00", "13:00-17:00")
actions = st.one_of(
    st.tuples(st.just("absent"), st.integers(0, 16), st.integers(0, 3)),
    st.tuples(st.sampled_from(["comes", "accept", "accept", "decline", "leave"]), st.integers(0, 9), st.just(0)),
    st.tuples(st.sampled_from(["expire", "gap"]), st.integers(0, 3), st.just(0)),
)
mornings = st.lists(
    st.tuples(st.lists(actions, min_size=1, max_size=4), st.sampled_from([0, 5, 20, 60, 200])), min_size=1, max_size=8
)


class Morning:
    """One Monday; every action is one transaction, several at the same moment, and a refusal is an answer."""

    def __init__(self, nursery: Nursery, day: date) -> None:
        self.nursery, self.day = nursery, day
        self.absences: list[UUID] = []

    async def act(self, kind: str, number: int, other: int) -> None:
        nursery = self.nursery
        offers = [one for one in await nursery.offers() if one.day == self.day]
        try:
            if kind == "absent":
                self.absences.append(await nursery.absent(number, day=self.day, hours=HOURS[other]))
            elif kind == "comes" and self.absences:
                await nursery.comes_after_all(self.absences.pop(number % len(self.absences)))
            elif kind == "gap":
                await nursery.gap(HOURS[number] or "", day=self.day)
            elif kind == "expire":
                await nursery.expire()
            elif offers and kind in ("accept", "decline", "leave"):
                await getattr(nursery, kind)(offers[number % len(offers)])
        except Refused:
            pass

    async def check(self) -> None:
        nursery, day = self.nursery, self.day
        offers = [one for one in await nursery.offers() if one.day == day]
        held = [one for one in offers if one.state in ("offered", "booked")]
        async with nursery.desk.db.reading() as session:
            book = await book_of(session, nursery.creche, day, day)
        for said_yes in outcomes(held):
            bookings = tuple(Booking(child=str(one.child_id), day=day, hours=hours(one.hours)) for one in said_yes)
            full = Occupation(nursery.creche, replace(book, bookings=bookings), day, day)
            assert not [one for one in full.moments(day) if one[1].broken], "capacity is never passed, whoever says yes"
        asked = Counter(one.slot_id for one in held if one.state == "offered")
        assert max(asked.values(), default=0) <= nursery.creche.occasional.asked_at_once
        for one, other in combinations(held, 2):
            assert one.child_id != other.child_id
            if one.slot_id == other.slot_id and "booked" in (one.state, other.state):
                assert not share(one, other), "hours are never given twice"
        for one in offers:
            begins, _ = moments(day, hours(one.hours), nursery.terms)
            assert begins - one.offered_at >= timedelta(minutes=60), "nobody is asked when it is too late to come"
            assert one.deadline is None or one.deadline <= begins - timedelta(minutes=40)
            assert one.child_id in nursery.awake or 8 <= one.offered_at.astimezone(PARIS).hour < 21


def share(one: CareOffer, other: CareOffer) -> bool:
    return one.slot_id == other.slot_id and bool(hours(one.hours) & hours(other.hours))


def outcomes(held: list[CareOffer]) -> Iterator[list[CareOffer]]:
    """Everybody who booked, with each set of the others who may all say yes."""
    booked = [one for one in held if one.state == "booked"]
    asked = [one for one in held if one.state == "offered"]
    for size in range(len(asked) + 1):
        for several in combinations(asked, size):
            if not any(share(one, other) for one, other in combinations(several, 2)):
                yield [*booked, *several]


@given(mornings, st.integers(1, 3))
@hypothesis.settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_must_hold_of_freed_hours_under_every_interleaving(
    crowded: Nursery, steps: list[tuple[list[tuple[str, int, int]], int]], at_once: int
) -> None:
    crowded.rule("occasional", asked_at_once=at_once)
    crowded.monday += timedelta(days=7)
    morning, at = Morning(crowded, crowded.monday), clock(7, 30, crowded.monday)
    for together, minutes in steps:
        with time_machine.travel(at, tick=False):
            await asyncio.gather(*(morning.act(*one) for one in together))
            await morning.check()
        at += timedelta(minutes=minutes)
    with time_machine.travel(at, tick=False):
        await crowded.expire()
        assert not [one for one in await crowded.offers("offered") if one.deadline and one.deadline <= at]
    told = [one for one in await crowded.desk.told() if one["type"].startswith("occasional-care.")]
    for subject in {one["subject"] for one in told}:
        versions = [int(one["sequence"]) for one in told if one["subject"] == subject]
        assert versions == list(range(1, len(versions) + 1)), "each state told once, in order"


@pytest.fixture
async def crowded(nursery: Nursery) -> Nursery:
    """A full crèche, and five families that wish, two of which may be asked at any hour, and two have walkers.

    With nine who do not walk and eight who do for a team of three, a child of either kind may be the one too many.
    """
    await nursery.open(babies=9, walkers=8, team=3)
    weeks = (ALL_WEEK, ["08:00-13:00"] * 5, ["13:00-18:00"] * 5)
    for n in range(5):
        child = await nursery.family(weeks[n % 3], early=n < 2, walks=n % 2 == 1)
        nursery.awake |= {child} if n < 2 else set()
    return nursery
