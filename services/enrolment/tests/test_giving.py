"""A run with a crèche's engine in its loop: nobody gains by another order, and only those ahead stand in the way."""

from datetime import date, timedelta
from itertools import permutations, product
from pathlib import Path
from random import Random

import pytest
from enrolment.creche.book import Book, Child, Shift
from enrolment.creche.criteria import Shown
from enrolment.creche.criteria_file import load
from enrolment.creche.hours import grid
from enrolment.creche.matching import Run, run
from enrolment.creche.matching_forms import Application, Order, Wish
from enrolment.creche.matching_forms import Child as Wished
from enrolment.creche.occupation import Occupation
from enrolment.creche.places import YEAR, Asked, Giving, most
from ronde.house import load as load_house

HERE = Path(__file__).parents[3] / "deploy/house"
CRITERIA = load(HERE / "commissions/2027-03.toml")
[CRECHE] = load_house(HERE / "villeurbanne.toml").creches
START = date(2027, 9, 1)
TEAM = tuple(
    Shift(start=START - timedelta(days=7), grid=grid(*["07:30-18:30"] * 5), first_category=n == 0) for n in range(2)
)
SMALL = CRECHE.model_copy(
    update={
        "places": 2,
        "overflow": CRECHE.overflow.model_copy(update={"percent": 100}),
        "insertion": CRECHE.insertion.model_copy(update={"places": 1}),
    }
)
EMPTY = Occupation(SMALL, Book(staff=TEAM), START, START + YEAR)
PLACES = most(EMPTY, CRITERIA, "bottines", [START])
Family = tuple[str, date, str, tuple[tuple[str, ...], ...], tuple[str, ...]]


HOURS = ("", "08:00-12:00", "10:00-17:00")
WEEKS = [week for week in product(HOURS, HOURS) if any(week)]


def families(random: Random) -> list[Family]:
    """Four of them, of any age, for a crèche of two places, one of them kept."""
    return [
        (
            f"f{n}",
            START - timedelta(days=random.randrange(60, 1000)),
            "insertion" if random.random() < 0.3 else "ordinary",
            tuple(random.sample(WEEKS, 3)),
            tuple(random.sample(("commune", "fratrie", "jumeaux"), random.randrange(3))),
        )
        for n in range(4)
    ]


def proposed(several: list[Family]) -> Run:
    giving = Giving({"bottines": EMPTY})
    forms, weeks = [], {}
    for id, born, place, wishes, shown in several:
        grids = [grid(*week) for week in wishes]
        answers = CRITERIA.answers(Shown(one, "nadia") for one in shown)
        wanted = tuple(Wish("bottines", (CRITERIA.slots_of(one),)) for one in grids)
        forms.append(Application(id, (Wished(f"child of {id}", born),), answers, wanted))
        child = Child(id=id, born_on=born, place="insertion" if place == "insertion" else "ordinary")
        weeks[id] = [Asked("bottines", child, one, START) for one in grids]
    return run(CRITERIA, forms, PLACES, "seed", lambda id, wish: giving.give([weeks[id][wish]]))


def rank(wish: int | None) -> int:
    """How dear it is to a family that wishes for three; nothing is the least."""
    return 3 if wish is None else wish


@pytest.mark.parametrize("seed", range(12))
def test_nobody_gains_by_another_order_with_the_engine_in_the_loop(seed: int) -> None:
    several = families(Random(seed))
    honest = proposed(several).proposed
    for n, (id, born, place, wishes, shown) in enumerate(several):
        for order in permutations(range(3)):
            other = (id, born, place, tuple(wishes[i] for i in order), shown)
            got = proposed([*several[:n], other, *several[n + 1 :]]).proposed[id]
            assert rank(honest[id]) <= rank(None if got is None else order[got])


@pytest.mark.parametrize("seed", range(12))
def test_only_those_ahead_stand_in_the_way(seed: int) -> None:
    """Without all those behind, each is proposed the same."""
    several = families(Random(seed))
    found = proposed(several).proposed
    answers = {id: CRITERIA.answers(Shown(one, "nadia") for one in shown) for id, *_, shown in several}
    order = Order([Application(id, (), answers[id], ()) for id in answers], "seed")
    line = sorted(several, key=lambda one: order.rank(one[0]), reverse=True)
    for n, (id, *_) in enumerate(line):
        assert proposed(line[: n + 1]).proposed[id] == found[id]


def test_these_creches_are_full_enough_to_tell() -> None:
    runs = [proposed(families(Random(seed))) for seed in range(12)]
    assert len([one for one in runs if one.unfit]) > 6
    assert {rank(wish) for one in runs for wish in one.proposed.values()} == {0, 1, 2, 3}
