"""A run with a crèche's engine in its loop: nobody gains by another order, and only those ahead stand in the way."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations, product
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from enrolment.creche.book import Book, Child, Contract, Shift
from enrolment.creche.criteria import Shown
from enrolment.creche.criteria_file import load
from enrolment.creche.hours import Grid, first, grid
from enrolment.creche.matching import Run, run
from enrolment.creche.matching_forms import Application, Order, Wish
from enrolment.creche.matching_forms import Child as Wished
from enrolment.creche.occupation import Occupation
from enrolment.creche.places import FLEXIBLE, YEAR, Asked, Giving, most
from enrolment.creche.proposing import judging
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
HOURS = ("", "08:00-12:00", "11:30-17:00", "17:00-18:00")
WEEKS = [grid(*week) for week in product(HOURS, HOURS) if any(week)]


class Family(NamedTuple):
    """`wishes`: of each, each child's week, and by how many quarter-hours it may be shifted."""

    id: str
    children: tuple[Child, ...]
    wishes: tuple[tuple[tuple[Grid, int], ...], ...]
    shown: Sequence[str]

    @property
    def form(self) -> Application:
        children = tuple(Wished(one.id, one.born_on) for one in self.children)
        wishes = (tuple(CRITERIA.slots_of(week) for week, _ in wish) for wish in self.wishes)
        answers = CRITERIA.answers(Shown(one, "nadia") for one in self.shown)
        return Application(self.id, children, answers, tuple(Wish("bottines", grids) for grids in wishes))

    @property
    def asked(self) -> tuple[tuple[Asked, ...], ...]:
        return tuple(
            tuple(
                Asked("bottines", child, week, START, shift)
                for child, (week, shift) in zip(self.children, wish, strict=True)
            )
            for wish in self.wishes
        )


def families(random: Random) -> list[Family]:
    """Four of them, of any age, some with two children, for a crèche of two places, one of them kept."""
    return [family(random, f"f{n}") for n in range(4)]


def family(random: Random, id: str) -> Family:
    children = tuple(
        Child(
            id=f"{id}/{n}",
            born_on=START - timedelta(days=random.randrange(60, 1000)),
            place="insertion" if random.random() < 0.3 else "ordinary",
        )
        for n in range(random.choice((1, 1, 1, 2)))
    )
    weeks = zip(*(random.sample(WEEKS, 3) for _ in children), strict=True)
    wishes = tuple(tuple((week, random.choice((0, FLEXIBLE))) for week in several) for several in weeks)
    return Family(id, children, wishes, random.sample(("commune", "fratrie", "jumeaux"), random.randrange(3)))


def proposed(several: Sequence[Family]) -> Run:
    forms = [one.form for one in several]
    judge = judging(Giving({"bottines": EMPTY}), forms, {one.id: one.asked for one in several})
    return run(CRITERIA, forms, PLACES, "seed", judge)


NOTHING = (3, 0)


def value(truly: Family, wish: int | None, found: Run) -> tuple[int, int]:
    """How dear it is to a family of three wishes, the least is the best: which wish, and shifted by how much in all."""
    if wish is None:
        return NOTHING
    by = 0
    for child, (week, shift) in zip(truly.children, truly.wishes[wish], strict=True):
        given = found.shifted.get(child.id, week)
        several = [abs(first(a) - first(b)) for a, b in zip(given, week, strict=True)]
        if max(several) > shift:
            return NOTHING  # they cannot do with that
        by += sum(several)
    return wish, by


@pytest.mark.parametrize("seed", range(12))
def test_nobody_gains_by_another_order_with_the_engine_in_the_loop(seed: int) -> None:
    """Nor by saying of a wish that it may be shifted, or that it may not."""
    random = Random(seed)
    several = families(random)
    honest = proposed(several)
    assert proposed(random.sample(several, len(several))).digest == honest.digest, "in any input order"
    for n, one in enumerate(several):
        for order in permutations(range(3)):
            said = tuple(one.wishes[i] for i in order)
            other = tuple(tuple((week, random.choice((0, FLEXIBLE))) for week, _ in wish) for wish in said)
            for lie in (said, other):
                found = proposed([*several[:n], one._replace(wishes=lie), *several[n + 1 :]])
                got = found.proposed[one.id]
                truly = value(one, honest.proposed[one.id], honest)
                assert truly <= value(one, None if got is None else order[got], found)


@pytest.mark.parametrize("seed", range(12))
def test_only_those_ahead_stand_in_the_way(seed: int) -> None:
    """Without all those behind, each is proposed the same, at the same hours."""
    several = families(Random(seed))
    found = proposed(several)
    order = Order([one.form for one in several], "seed")
    line = sorted(several, key=lambda one: order.rank(one.id), reverse=True)
    for n, one in enumerate(line):
        alone = proposed(line[: n + 1])
        assert alone.proposed[one.id] == found.proposed[one.id]
        assert [alone.shifted.get(c.id) for c in one.children] == [found.shifted.get(c.id) for c in one.children]


def test_what_is_given_fits_together_at_the_hours_that_are_given() -> None:
    for seed in range(80):
        several = families(Random(seed))
        full = with_all(several, proposed(several))
        there = [moment.present for at in range(full.size) for _, moment in full.moments(full.day(at))]
        assert not any(full.rules.broken(one, "ordinary") for one in there)


def with_all(several: Sequence[Family], found: Run) -> Occupation:
    """Counted anew: two weeks with all who are admitted."""
    admitted = [(one, wish) for one in several if (wish := found.proposed[one.id]) is not None]
    weeks = [
        (child, found.shifted.get(child.id, week))
        for one, wish in admitted
        for child, (week, _) in zip(one.children, one.wishes[wish], strict=True)
    ]
    contracts = tuple(Contract(child=child.id, start=START, grid=week) for child, week in weeks)
    book = Book(children=tuple(child for child, _ in weeks), contracts=contracts, staff=TEAM)
    return Occupation(SMALL, book, START, START + timedelta(days=7))


def test_these_creches_are_full_enough_to_tell() -> None:
    runs = [proposed(families(Random(seed))) for seed in range(12)]
    assert len([one for one in runs if one.unfit]) > 6
    assert len([one for one in runs if one.shifted]) > 3
    assert {wish for one in runs for wish in one.proposed.values()} == {0, 1, 2, None}
