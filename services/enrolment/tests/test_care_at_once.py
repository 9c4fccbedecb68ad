"""Several families are asked about the same hours at once, by the crèche's rule: the first yes has them."""

from datetime import timedelta

import pytest
import time_machine
from enrolment.creche.care import Asked, held_once, instead
from enrolment.creche.hours import Hours, hours
from enrolment.creche.rules import Kind
from enrolment.nursery.book import occupation
from enrolment.testing.nursery import MONDAY, Nursery, clock
from enrolment.use_cases.accept_care import CareTaken

WALKS, CRAWLS, KEPT = Kind(walking=True), Kind(walking=False), Kind(walking=True, place="insertion")
DAY, MORNING, NOON = hours("09:00-17:00"), hours("09:00-12:00"), hours("11:00-14:00")


@pytest.mark.parametrize(
    ("asked", "kind", "left"),
    [
        ([], CRAWLS, DAY),
        ([Asked(MORNING, CRAWLS)], CRAWLS, MORNING),
        ([Asked(MORNING, CRAWLS), Asked(NOON, CRAWLS)], CRAWLS, hours("09:00-14:00")),
        ([Asked(MORNING, CRAWLS)], WALKS, 0),
        ([Asked(MORNING, WALKS)], KEPT, 0),
        ([Asked(MORNING, WALKS), Asked(MORNING, CRAWLS)], WALKS, 0),  # somebody saw that a child walks
    ],
)
def test_about_which_hours_another_may_be_asked(asked: list[Asked], kind: Kind, left: Hours) -> None:
    assert instead(DAY, kind, asked) == left


@pytest.mark.parametrize(
    ("several", "held"),
    [([], []), ([DAY], [DAY]), ([DAY, MORNING], [DAY, 0]), ([MORNING, NOON], [MORNING, hours("12:00-14:00")])],
)
def test_hours_that_several_are_asked_about_are_held_once(several: list[Hours], held: list[Hours]) -> None:
    assert held_once(several) == held


@pytest.mark.database
async def test_the_first_yes_has_the_hours_and_the_others_stay_ahead(nursery: Nursery) -> None:
    """pretix 2119 turned round: everybody asked is told that one will have it, and who was slower loses no turn."""
    nursery.rule("occasional", asked_at_once=3)
    await nursery.open()
    children = [await nursery.family() for _ in range(5)]
    with time_machine.travel(clock(7, 40), tick=False):
        await nursery.absent()
        asked = {one.child_id: one for one in await nursery.offers("offered")}
        assert list(asked) == children[:3], "the crèche is full beside them: each fits instead of the others"
        async with nursery.desk.db.reading() as session:
            full = await occupation(session, nursery.creche, MONDAY, MONDAY)
        assert full.present(MONDAY, 4 * 10).children == 10, "held once, like the hours of the absent child"
        events = await nursery.desk.told("occasional-care.offered.v1")
        assert {one["data"]["first_answer"] for one in events} == {True}
        await nursery.decline(asked[children[0]])
        assert [one.child_id for one in await nursery.offers("offered")] == children[1:4], "the next at once"
        await nursery.accept(asked[children[2]])
        with pytest.raises(CareTaken):
            await nursery.accept(asked[children[1]])
        assert {one.child_id for one in await nursery.offers("withdrawn") if one.why == "taken"} == {*children[1:4:2]}
    with time_machine.travel(clock(8, 0, MONDAY + timedelta(days=1)), tick=False):
        await nursery.absent(1, day=MONDAY + timedelta(days=1))
        assert [one.child_id for one in await nursery.offers("offered")] == [*children[1:4:2], children[4]]


@pytest.mark.database
async def test_what_the_first_yes_leaves_goes_on_to_the_others(nursery: Nursery) -> None:
    nursery.rule("occasional", asked_at_once=2)
    await nursery.open()
    all_day, morning = await nursery.family(), await nursery.family(["09:00-12:00"])
    with time_machine.travel(clock(7, 40), tick=False):
        await nursery.absent()
        first, second = await nursery.offers("offered")
        assert (first.hours, second.hours) == ("09:00-17:00", "09:00-12:00")
        await nursery.accept(second)
        (rest,) = await nursery.offers("offered")
        assert (rest.child_id, rest.hours) == (all_day, "12:00-17:00")
        assert [one.child_id for one in await nursery.offers("booked")] == [morning]
        await nursery.accept(rest)
        assert len(await nursery.offers("booked")) == 2


@pytest.mark.database
async def test_whoever_says_yes_fits_where_a_walker_may_weigh_more(nursery: Nursery) -> None:
    """Nine who crawl and seven who walk, for three: one of each still fits, or two who crawl do not, nor two who walk.

    Were a walker asked instead of a crawler, hours held for the latter would let another walker in beside.
    """
    nursery.rule("occasional", asked_at_once=2)
    await nursery.open(babies=9, walkers=8, team=3)
    children = [await nursery.family(walks=walks) for walks in (False, True, True)]
    with time_machine.travel(clock(7, 40), tick=False):
        await nursery.absent(16)
        assert [one.child_id for one in await nursery.offers("offered")] == children[:1], "another kind of child"
        await nursery.gap("09:00-17:00")
        assert [one.child_id for one in await nursery.offers("offered")] == children, "two at once about the gap"
        for one in (await nursery.offers("offered"))[:2]:
            await nursery.accept(one)
        assert len(await nursery.offers("booked")) == 2
