"""The committee's run: the same for everybody who computes it, nothing to gain by another order, no justified envy."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from enrolment.creche.committee import Ledger
from enrolment.creche.criteria import Answer, Criteria, NotAsPublished, Shown
from enrolment.creche.criteria_file import load, parse
from enrolment.creche.matching import Run, run
from enrolment.creche.matching_forms import Application, Child, Order, Places, Pool, Slots, Wish, needs
from hypothesis import given, settings
from hypothesis import strategies as st

FILE = Path(__file__).parents[3] / "deploy/house/commissions/2027-03.toml"
SEED = "03-11-22-34-41"
BABY, TODDLER = date(2027, 2, 1), date(2026, 2, 1)
MONDAY, TUESDAY = "lundi-matin", "mardi-matin"
WEEKS: Sequence[Slots] = (frozenset({MONDAY}), frozenset({TUESDAY}), frozenset({MONDAY, TUESDAY}))


@lru_cache
def criteria(counted_by: str = "half-day") -> Criteria:
    """The example's; by pattern with a brother or sister that counts in their crèche only."""
    if counted_by == "half-day":
        return load(FILE)
    text = FILE.read_text(encoding="utf-8").replace('counted_by = "half-day"', 'counted_by = "pattern"')
    return parse(text.replace("points   = 20", 'points   = 20\nat       = "creche"'))


def asks(id: str, *wishes: tuple[str, Slots], shown: Sequence[str] = (), born: date = BABY) -> Application:
    """One child, who wants these weeks."""
    answers = criteria().answers(Shown(one, "nadia") for one in shown)
    return Application(id, (Child(f"child of {id}", born),), answers, tuple(Wish(at, (grid,)) for at, grid in wishes))


def places(seats: int, creches: Sequence[str] = ("a",), slots: Sequence[str] = (MONDAY, TUESDAY)) -> Places:
    return {Pool(at, group, slot): seats for at in creches for group in ("petits", "moyens") for slot in slots}


def test_by_points_and_the_dearest_week_that_still_fits() -> None:
    first = asks("first", ("a", WEEKS[2]), shown=["commune"])
    second = asks("second", ("a", WEEKS[2]), ("b", WEEKS[0]), shown=["fratrie"])
    found = run(criteria(), [second, first], places(1, ["a", "b"]), SEED)
    assert found.proposed == {"first": 0, "second": 1}


def test_a_week_is_given_whole_or_not_at_all_and_what_it_leaves_goes_on() -> None:
    ahead = asks("ahead", ("a", WEEKS[0]), shown=["commune"])
    whole = asks("whole", ("a", WEEKS[2]), shown=["fratrie"])
    partial = asks("partial", ("a", WEEKS[1]))
    assert run(criteria(), [ahead, whole, partial], places(1), SEED).proposed == {
        "ahead": 0,
        "whole": None,
        "partial": 0,
    }


def test_age_groups_have_their_own_places() -> None:
    several = [asks("baby", ("a", WEEKS[0])), asks("toddler", ("a", WEEKS[0]), born=TODDLER)]
    several.append(asks("too old", ("a", WEEKS[0]), born=date(2020, 1, 1), shown=["commune"]))
    assert run(criteria(), several, places(1), SEED).proposed == {"baby": 0, "toddler": 0, "too old": None}


@pytest.mark.parametrize(("seats", "wish"), [(1, 2), (2, 0), (0, None)])
def test_twins_are_together_unless_the_family_wishes_for_one(seats: int, wish: int | None) -> None:
    twins = Application(
        "twins", (Child("x", BABY), Child("y", BABY)), (),
        (Wish("a", (WEEKS[2], WEEKS[2])), Wish("b", (WEEKS[2], WEEKS[2])), Wish("a", (WEEKS[2], frozenset()))),
    )  # fmt: skip
    assert run(criteria(), [twins], places(seats, ["a", "b"]), SEED).proposed == {"twins": wish}


def test_brothers_and_sisters_of_two_ages_with_weeks_of_their_own() -> None:
    both = Application("both", (Child("x", BABY), Child("y", TODDLER)), (), (Wish("a", (WEEKS[0], WEEKS[2])),))
    toddler = asks("toddler", ("a", WEEKS[1]), born=TODDLER, shown=["commune"])
    assert run(criteria(), [both], places(1), SEED).proposed == {"both": 0}
    assert run(criteria(), [both, toddler], places(1), SEED).proposed == {"both": None, "toddler": 0}


def test_equal_points_by_a_lot_that_others_do_not_change() -> None:
    several = [asks(f"f{n}", ("a", WEEKS[0])) for n in range(40)]
    won = {seed: run(criteria(), several, places(20), seed).proposed for seed in ("one", "two")}
    assert won["one"] != won["two"]
    ranks, fewer = Order(several, "one"), Order(several[:10], "one")
    assert [ranks.rank(one.id) for one in several[:10]] == [fewer.rank(one.id) for one in several[:10]]


def test_a_place_goes_to_who_is_ahead_in_that_creche() -> None:
    """By pattern: the brother's crèche is theirs first, and who loses the place is looked at for the next wish."""
    rules, five = criteria("pattern"), frozenset({MONDAY})
    sister = asks("sister", ("b", five), ("a", five))._replace(answers=(Answer("fratrie", 20, ("nadia",), "a"),))
    town = asks("town", ("b", five), ("a", five), shown=["commune"])
    other = asks("other", ("a", five), ("b", five))
    found = run(rules, [other, sister, town], places(1, ["a", "b"]), SEED)
    assert found.proposed == {"town": 0, "sister": 1, "other": None}


PLAIN = asks("plain", ("a", WEEKS[0]))
TWICE = asks("twice", ("a", WEEKS[0]))._replace(children=PLAIN.children)


@pytest.mark.parametrize(
    ("counted_by", "wrong", "says"),
    [
        ("half-day", [asks("a", ("nowhere", WEEKS[0]))], "a crèche of the run"),
        ("half-day", [asks("a", ("a", frozenset({"sunday"})))], "not all slots"),
        ("half-day", [asks("a", ("a", frozenset()))], "each child's slots"),
        ("half-day", [PLAIN, PLAIN], "there twice"),
        ("half-day", [PLAIN, TWICE], "a child is in one application"),
        ("half-day", [PLAIN._replace(answers=(Answer("commune", 101, ("nadia",)),))], "gives no 101 points"),
        ("pattern", [asks("a", ("a", WEEKS[2]))], "one at a time"),
    ],
)
def test_what_is_not_as_published_is_refused(counted_by: str, wrong: list[Application], says: str) -> None:
    with pytest.raises(NotAsPublished, match=says):
        run(criteria(counted_by), wrong, places(3), SEED)


def test_no_run_before_the_draw() -> None:
    with pytest.raises(NotAsPublished, match="no draw yet"):
        run(criteria(), [PLAIN], places(1), " ")


def test_the_same_on_any_machine() -> None:
    """A result that was computed once, in November 2026. It never changes: if it does, every past run is in doubt."""
    several = [
        asks(f"f{n:02}", ("a", WEEKS[n % 3]), ("b", WEEKS[2]), shown=["commune"] if n % 4 else ["fratrie"])
        for n in range(30)
    ]
    found = run(criteria(), several, places(4, ["a", "b"]), SEED)
    assert found.inputs == "7674b03cb146b6b96fafc36be95ea8447099aa2bd667bae30e52f098374f1a71"
    assert "".join("-" if wish is None else str(wish) for _, wish in sorted(found.proposed.items())) == (
        "--11-0---0-1-0-0-1-0-----0-0--"
    )


Case = tuple[Criteria, list[Application], Places]


@st.composite
def cases(draw: st.DrawFn, counted_by: str) -> Case:
    """A few families with few points between them, so that lots decide too, and fewer places than are wanted."""
    by_pattern = counted_by == "pattern"
    creches = ("a", "b", "c") if by_pattern else ("a", "b")
    grids = WEEKS[:2] if by_pattern else WEEKS
    applications = []
    for n in range(draw(st.integers(3, 7))):
        twins = not by_pattern and draw(st.integers(0, 3)) == 0
        options = [Wish(at, (grid,) * (1 + twins)) for at in creches for grid in grids]
        options += [Wish(at, (WEEKS[2], frozenset())) for at in creches] if twins else []
        wishes = draw(st.lists(st.sampled_from(options), min_size=1, max_size=3, unique=True))
        answers = [Answer("un-parent-actif", 40, ("nadia",))] if draw(st.booleans()) else []
        if by_pattern and (at := draw(st.sampled_from((None, *creches)))):
            answers.append(Answer("fratrie", 20, ("nadia",), at))
        children = tuple(Child(f"{n}/{k}", BABY) for k in range(1 + twins))
        applications.append(Application(f"f{n}", children, tuple(answers), tuple(wishes)))
    seats = {Pool(at, "petits", slot): draw(st.integers(0, 2)) for at in creches for slot in (MONDAY, TUESDAY)}
    return criteria(counted_by), applications, seats


either = st.sampled_from(["half-day", "pattern"]).flatmap(cases)


def taken(applications: Sequence[Application], proposed: Mapping[str, int | None]) -> Counter[Pool]:
    found: Counter[Pool] = Counter()
    for one in applications:
        if (met := proposed[one.id]) is not None:
            found.update(dict(needs(one.wishes[met], ["petits"] * len(one.children))))
    return found


@settings(max_examples=60, deadline=None)
@given(either, st.randoms(use_true_random=False))
def test_in_any_input_order(case: Case, random: Random) -> None:
    rules, applications, seats = case
    found = run(rules, applications, seats, SEED)
    mixed, pools = applications[:], list(seats.items())
    random.shuffle(mixed)
    random.shuffle(pools)
    assert run(rules, mixed, dict(pools), SEED).digest == found.digest


@settings(max_examples=40, deadline=None)
@given(either)
def test_nobody_gains_by_misstating_preferences(case: Case) -> None:
    """Every order of every part of what a family really wants, also with what others want and it does not."""
    rules, applications, seats = case
    honest = run(rules, applications, seats, SEED).proposed
    for n, one in enumerate(applications):
        truly = len(one.wishes) if (met := honest[one.id]) is None else met
        others = [w for a in applications for w in a.wishes if len(a.children) == len(one.children)]
        unwanted = [wish for wish in others if wish not in one.wishes][:1]
        for size in range(1, len(one.wishes) + 1):
            for said in permutations((*one.wishes, *unwanted), size):
                lying = [*applications[:n], one._replace(wishes=said), *applications[n + 1 :]]
                got = run(rules, lying, seats, SEED).proposed[one.id]
                assert got is None or said[got] not in one.wishes[:truly]


@settings(max_examples=80, deadline=None)
@given(either)
def test_no_justified_envy_up_to_capacity(case: Case) -> None:
    """What a family would rather have does not fit, even were all those behind it sent away. Nor is a place lost."""
    rules, applications, seats = case
    proposed = run(rules, applications, seats, SEED).proposed
    order = Order(applications, SEED)
    assert all(count <= seats[pool] for pool, count in taken(applications, proposed).items())
    for one in applications:
        met = proposed[one.id]
        for wish in one.wishes[: len(one.wishes) if met is None else met]:
            rank = order.rank(one.id, wish.creche)
            ahead = [a for a in applications if order.rank(a.id, wish.creche) > rank]
            gone = taken(ahead, proposed)
            assert any(gone[p] + n > seats[p] for p, n in needs(wish, ["petits"] * len(one.children)))


@settings(max_examples=60, deadline=None)
@given(either)
def test_each_refused_wish_names_the_places_that_were_gone(case: Case) -> None:
    rules, applications, seats = case
    found: Run = run(rules, applications, seats, SEED)
    ledger = Ledger(rules, applications, seats, found)
    for one in applications:
        for wish in ledger.account(one.id).wishes:
            assert bool(wish.full) == (wish.outcome == "refused")
            assert 1 <= wish.place <= wish.among
            for full in wish.full:
                assert full.last_points is None or full.last_points >= wish.points
