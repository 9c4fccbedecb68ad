"""Capacity by the quarter-hour, at each boundary of each rule; and the engine says what a plain scan says."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from enrolment.creche.book import Absence, Adaptation, Book, Booking, Child, Contract, Shift, months_after
from enrolment.creche.fitting import No, fits, nearest, shifted
from enrolment.creche.hours import Grid, grid, hours, written
from enrolment.creche.occupation import Occupation
from enrolment.creche.rules import Broken, Kind, Present, Rules
from enrolment.testing.creche import Naive, a_book
from hypothesis import given, settings
from hypothesis import strategies as st
from ronde.house import Creche, load
from ronde.house.creches import Insertion, Ratio, Rounding, Week
from ronde.house.model import Opening

[VILLEURBANNE] = load(Path(__file__).parents[3] / "deploy/house/villeurbanne.toml").creches
NO_INSERTION = VILLEURBANNE.model_copy(update={"insertion": Insertion(places=0)})
MONDAY = date(2027, 1, 11)
FRIDAY = MONDAY + timedelta(days=4)
OPEN = ["07:30-18:30"] * 5
EVERY_DAY = grid(*OPEN)
BABY, WALKER = date(2026, 9, 1), date(2025, 1, 1)
EIGHT = 32


def changed(**rules: object) -> Creche:
    return NO_INSERTION.model_copy(update=rules)


def team(size: int, first_category: int = 1) -> tuple[Shift, ...]:
    return tuple(
        Shift(start=MONDAY - timedelta(days=365), grid=grid(*OPEN), first_category=n < first_category)
        for n in range(size)
    )


def crowd(babies: int, walkers: int = 0, *, staff: int = 8, week: Grid = EVERY_DAY) -> Book:
    """So many children who have that week for years."""
    children = [Child(id=f"baby-{n}", born_on=BABY) for n in range(babies)]
    children += [Child(id=f"walker-{n}", born_on=WALKER) for n in range(walkers)]
    contracts = [Contract(child=child.id, start=MONDAY - timedelta(days=7), grid=week) for child in children]
    return Book(children=tuple(children), contracts=tuple(contracts), staff=team(staff))


def asked(creche: Creche, book: Book, week: Grid, *, born: date = WALKER, end: date = FRIDAY) -> No | None:
    child = Child(id="asked", born_on=born)
    engine = fits(Occupation(creche, book, MONDAY, end), child, week, MONDAY, end)
    assert engine == Naive(creche, book).fits(child, week, MONDAY, end)
    return engine


ANY_AGE = Ratio(mode="any-age")
SUM = Rounding(way="sum")


@pytest.mark.parametrize(
    ("rules", "not_walking", "walking", "needed"),
    [
        ({}, 10, 24, 5),  # the example of the texts: 2 + 3
        ({}, 11, 24, 6),
        ({}, 10, 25, 6),
        ({}, 6, 9, 4),
        ({"rounding": SUM}, 6, 9, 3),  # 1.2 + 1.125
        ({"rounding": SUM}, 10, 24, 5),
        ({"rounding": SUM}, 11, 24, 6),
        ({"rounding": SUM}, 5, 16, 3),
        ({"ratio": ANY_AGE}, 35, 0, 6),
        ({"ratio": ANY_AGE}, 36, 0, 6),
        ({"ratio": ANY_AGE}, 12, 25, 7),
        ({}, 1, 0, 2),  # never fewer than two
        ({}, 5, 8, 2),
        ({}, 0, 0, 0),
    ],
)
def test_professionals_needed(rules: dict[str, object], not_walking: int, walking: int, needed: int) -> None:
    assert Rules(changed(**rules)).staff_needed(not_walking, walking) == needed


@pytest.mark.parametrize(
    ("present", "broken"),
    [
        (Present(0, 35, 0, 5, 1), None),
        (Present(0, 36, 0, 9, 1), Broken("overflow", 1)),
        (Present(10, 24, 0, 5, 1), None),
        (Present(10, 24, 0, 4, 1), Broken("ratio", 1)),
        (Present(10, 24, 0, 2, 1), Broken("ratio", 3)),
        (Present(1, 0, 0, 1, 1), Broken("team", 1)),
        (Present(1, 0, 0, 2, 0), Broken("first_category", 1)),
        (Present(0, 0, 0, 0, 0), None),  # nobody is there: nobody is needed
    ],
)
def test_what_is_broken_at_one_moment(present: Present, broken: Broken | None) -> None:
    assert Rules(VILLEURBANNE).broken(present) == broken


def test_a_small_creche_needs_nobody_of_the_first_category() -> None:
    assert Rules(changed(places=25)).broken(Present(1, 0, 0, 2, 0)) == Broken("first_category", 1)
    assert Rules(changed(places=24)).broken(Present(1, 0, 0, 2, 0)) is None


def test_the_35th_child_fits_and_the_36th_does_not() -> None:
    short = grid("08:00-09:00")
    assert asked(NO_INSERTION, crowd(0, 34, week=short), short) is None
    assert asked(NO_INSERTION, crowd(0, 35, week=short), short) == No("overflow", MONDAY, EIGHT, 1)


def test_the_week_is_full_at_100_percent_and_over_it_at_100_1() -> None:
    """30 places x 11 h x 5 days = 1 650 h = 6 600 quarter-hours; 6 607 are 100.1 %."""
    assert asked(NO_INSERTION, crowd(0, 29), grid(*OPEN)) is None
    full = crowd(0, 30)
    assert Occupation(NO_INSERTION, full, MONDAY, FRIDAY).week(0) == (6600, 6600)
    assert asked(NO_INSERTION, full, grid("07:30-07:45")) == No("week", MONDAY, 30, 1)
    assert asked(NO_INSERTION, full, grid("", "07:30-09:15")) == No("week", MONDAY + timedelta(days=1), 30, 7)


def test_the_week_tells_the_first_quarter_hour_that_it_has_no_more_hours_for() -> None:
    almost = crowd(0, 29)
    most = Contract(child="asked-before", start=MONDAY, grid=grid(*OPEN[:4], "07:30-17:30"))
    child = Child(id="asked-before", born_on=WALKER)
    book = Book(children=(*almost.children, child), contracts=(*almost.contracts, most), staff=almost.staff)
    assert asked(NO_INSERTION, book, grid("08:00-08:30", "08:00-08:30")) is None
    assert asked(NO_INSERTION, book, grid("08:00-08:30", "08:00-09:00")) == No(
        "week", MONDAY + timedelta(days=1), 34, 2
    )


def test_a_week_with_a_public_holiday_has_fewer_hours() -> None:
    """Easter Monday, 29 March 2027: four days, 30 x 11 h x 4 = 1 320 h; who asks for that Monday asks for nothing."""
    easter = date(2027, 3, 29)
    occupation = Occupation(NO_INSERTION, crowd(0, 30), easter, easter)
    assert occupation.week(0) == (5280, 5280)
    child = Child(id="asked", born_on=WALKER)
    end = easter + timedelta(days=4)
    assert fits(occupation, child, grid("08:00-17:00"), easter, end) is None
    assert fits(occupation, child, grid("", "08:00-09:00"), easter, end) == No(
        "week", easter + timedelta(days=1), 32, 4
    )
    assert occupation.moments(easter) == []


@pytest.mark.parametrize("sunday", [date(2027, 3, 28), date(2026, 10, 25)])
def test_a_clock_change_shifts_and_adds_nothing(sunday: date) -> None:
    """A crèche that is open on Sundays too: 23 or 25 hours, and its 7:30 to 18:30 are the same 44 quarters."""
    every_day = dict.fromkeys(Opening.model_fields, "07:30-18:30")
    creche = changed(opening=Opening.model_validate(every_day))
    child = Child(id="one", born_on=WALKER)
    whole = grid(*["07:30-18:30"] * 7)
    staff = tuple(Shift(start=date(2026, 1, 1), grid=whole, first_category=True) for _ in range(2))
    book = Book(children=(child,), contracts=(Contract(child="one", start=date(2026, 1, 1), grid=whole),), staff=staff)
    changing, before = (Occupation(creche, book, day, day) for day in (sunday, sunday - timedelta(days=7)))
    assert changing.week(0) == before.week(0) == (44 * 7, 30 * 44 * 7)
    assert changing.moments(sunday) == before.moments(sunday - timedelta(days=7))
    assert [quarter for quarter, _ in changing.moments(sunday)] == list(range(30, 74))


def test_a_child_who_begins_to_walk_in_mid_contract() -> None:
    """5 babies and 7 walkers, two professionals: a sixth baby does not fit, an eighth walker does."""
    book = crowd(5, 7, staff=2)
    end = FRIDAY + timedelta(days=14)
    occupation = Occupation(NO_INSERTION, book, MONDAY, end)
    steps = MONDAY + timedelta(days=9)
    child = Child(id="asked", born_on=BABY, walks_from=steps)
    week = grid(*OPEN)
    assert fits(occupation, child, week, MONDAY, end) == No("ratio", MONDAY, 30, 1)
    assert fits(occupation, child, week, steps - timedelta(days=1), end) == No(
        "ratio", steps - timedelta(days=1), 30, 1
    )
    assert fits(occupation, child, week, steps, end) is None


def test_a_group_that_divides_in_two_may_need_one_more() -> None:
    """Ten babies need two; when one of them begins to walk, nine and one need three, rounded each for itself."""
    steps = MONDAY + timedelta(days=2)
    book = crowd(9, staff=2)
    child = Child(id="steps", born_on=BABY, walks_from=steps)
    book = Book(
        children=(*book.children, child),
        contracts=(*book.contracts, Contract(child="steps", start=MONDAY, grid=grid(*OPEN))),
        staff=book.staff,
    )
    occupation = Occupation(NO_INSERTION, book, MONDAY, FRIDAY)
    needed = {day: occupation.moments(day)[0][1] for day in (steps - timedelta(days=1), steps)}
    assert [moment.needed for moment in needed.values()] == [2, 3]
    assert needed[steps].broken == Broken("ratio", 1)


def test_walking_by_age_when_nobody_wrote_the_day_down() -> None:
    assert Child(id="x", born_on=date(2025, 11, 30)).walking(15) == date(2027, 3, 1)
    assert Child(id="x", born_on=date(2025, 10, 11)).walking(15) == MONDAY
    assert Child(id="x", born_on=BABY, walks_from=MONDAY).walking(15) == MONDAY
    assert months_after(date(2026, 10, 31), 1) == date(2026, 12, 1)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 3, 1)
    assert months_after(date(2026, 12, 31), 2) == date(2027, 3, 1)


def test_places_are_kept_for_insertion() -> None:
    """Two of them, of the 35 at one moment: the 34th ordinary child does not fit, one in insertion does."""
    week = grid("08:00-09:00")
    assert asked(VILLEURBANNE, crowd(0, 32, week=week), week) is None
    book = crowd(0, 33, week=week)
    assert asked(VILLEURBANNE, book, week) == No("insertion", MONDAY, EIGHT, 1)
    occupation = Occupation(VILLEURBANNE, book, MONDAY, FRIDAY)
    known = Child(id="known", born_on=WALKER, place="insertion")
    assert fits(occupation, known, week, MONDAY, FRIDAY) is None
    both = occupation.plus(known, Contract(child="known", start=MONDAY, grid=week))
    assert fits(both, known, week, MONDAY, FRIDAY) is None
    assert fits(both, Child(id="asked", born_on=WALKER), week, MONDAY, FRIDAY) == No("insertion", MONDAY, EIGHT, 1)


@pytest.mark.parametrize(
    ("week", "no"),
    [
        (grid("07:00-12:00"), No("opening", MONDAY, 28, 2)),
        (grid("08:00-12:00", "17:00-19:00"), No("opening", MONDAY + timedelta(days=1), 74, 2)),
        (grid("", "", "", "", "", "09:00-10:00"), No("opening", MONDAY + timedelta(days=5), 36, 4)),
    ],
)
def test_outside_of_the_opening_hours(week: Grid, no: No) -> None:
    assert asked(NO_INSERTION, crowd(0), week, end=MONDAY + timedelta(days=6)) == no


def test_a_shift_that_ends_early_is_the_reason_told() -> None:
    book = crowd(0, 2, staff=1)
    early = Shift(start=MONDAY, grid=grid(*["07:30-17:30"] * 5))
    book = Book(children=book.children, contracts=book.contracts, staff=(*book.staff, early))
    assert asked(NO_INSERTION, book, grid(*["08:00-17:30"] * 5)) is None
    assert asked(NO_INSERTION, book, grid("", "08:00-18:00")) == No("team", MONDAY + timedelta(days=1), 70, 1)


def test_what_is_written_down_about_a_child() -> None:
    """A week of adaptation, the contract, an exception, absences of a day and of a morning, and a booking."""
    days = [MONDAY + timedelta(days=n) for n in range(26)]
    book = Book(
        children=(Child(id="one", born_on=WALKER),),
        contracts=(
            Contract(
                child="one", start=days[2], end=days[22], grid=grid("08:00-17:00", "", "08:00-12:00"),
                exceptions={days[8]: hours("09:00-10:00"), days[14]: 0},
            ),
        ),
        adaptations=(
            Adaptation(child="one", start=days[0], end=days[4], days={days[1]: hours("09:00-10:00")}),
        ),
        absences=(
            Absence(child="one", start=days[9], end=days[9]),
            Absence(child="one", start=days[15], end=days[16], hours=hours("07:30-11:00")),
        ),
        bookings=(Booking(child="one", day=days[17], hours=hours("14:00-16:00")),),
    )  # fmt: skip
    occupation = Occupation(NO_INSERTION, book, days[0], days[25])
    found = {
        n: written(sum(1 << quarter for quarter, moment in occupation.moments(day) if moment.present.children))
        for n, day in enumerate(days)
    }
    assert {n: text for n, text in found.items() if text} == {
        1: "09:00-10:00",  # adaptation; Wednesday has none, though the contract has begun
        7: "08:00-17:00",
        8: "09:00-10:00",  # the exception, on a day that the grid does not have
        16: "11:00-12:00",  # absent in the morning
        17: "14:00-16:00",
        21: "08:00-17:00",  # and on Wednesday the contract is over
    }


def near(book: Book, week: Grid, creche: Creche = NO_INSERTION) -> Sequence[str] | None:
    found = nearest(Occupation(creche, book, MONDAY, FRIDAY), Child(id="x", born_on=WALKER), week, MONDAY, FRIDAY)
    return [written(day) for day in found[:5]] if found else None


def test_the_nearest_grid_shifts_then_shortens_then_drops_a_day() -> None:
    morning = crowd(0, 35, week=grid("07:30-09:00", "07:30-12:00", "", "12:00-13:00", "07:30-18:30"))
    week = grid("08:30-17:00", "08:00-17:00", "08:00-17:00", "08:00-16:00", "08:00-12:00")
    assert near(morning, week) == [
        "09:00-17:30",  # half an hour later
        "12:00-17:00",  # four hours: farther than one shifts; shortened
        "08:00-17:00",  # as asked
        "08:00-12:00",  # as long after 13:00 as before 12:00 would be 3 h: the evening is given up
        "",  # nothing is free
    ]
    assert near(morning, grid("", "", "", "", "08:00-12:00")) is None


def test_earlier_goes_before_later_when_both_are_as_near() -> None:
    book = crowd(0, 35, week=grid("13:00-13:30"))
    assert near(book, grid("13:00-13:30")) == ["12:30-13:00", "", "", "", ""]


def test_a_full_week_takes_the_evenings_of_the_longest_days() -> None:
    full = crowd(0, 29)
    child = Child(id="half", born_on=WALKER)
    half = Contract(child="half", start=MONDAY, grid=grid(*OPEN[:3]))
    book = Book(children=(*full.children, child), contracts=(*full.contracts, half), staff=full.staff)
    free = (6600 - 29 * 220 - 132) // 4
    assert free == 22
    assert near(book, grid(*["08:00-14:00"] * 4)) == ["08:00-13:30"] * 4 + [""]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), places=st.integers(2, 9), children=st.integers(0, 7), staff=st.integers(1, 5))
def test_the_engine_says_what_a_plain_scan_says(seed: int, places: int, children: int, staff: int) -> None:
    random = Random(seed)
    from_eight = VILLEURBANNE.opening.model_dump() | {"tuesday": "08:00-18:00"}
    creche = changed(
        places=places,
        insertion=Insertion(places=random.randrange(3)),
        ratio=Ratio(mode=random.choice(["walking", "any-age"]), not_walking=random.choice([2, 5])),
        rounding=Rounding(way=random.choice(["per-group", "sum"])),
        week=Week(percent=random.choice([50, 100])),
        opening=random.choice([VILLEURBANNE.opening] * 3 + [Opening(**from_eight)]),
    )
    start = random.choice([date(2027, 3, 24), date(2026, 10, 22), date(2027, 5, 5)])  # clocks, Easter, Ascension
    end = start + timedelta(days=random.randrange(3, 9))
    book = a_book(random, children, start, end, team=staff, first_category=random.randrange(2))
    child = Child(id="asked", born_on=start - timedelta(days=random.randrange(400, 500)))
    [wanted] = [contract.grid for contract in a_book(random, 1, start, end).contracts]

    occupation, naive = Occupation(creche, book, start, end), Naive(creche, book)
    for day in (start, start + timedelta(days=random.randrange(4)), end):
        for quarter, moment in occupation.moments(day):
            assert moment.present == occupation.present(day, quarter) == naive.present(day, quarter)
    verdict = fits(occupation, child, wanted, start, end)
    assert verdict == naive.fits(child, wanted, start, end)

    as_long = shifted(occupation, child, wanted, start, end, 4)
    assert as_long == naive_shifted(naive, child, wanted, start, end)
    found = nearest(occupation, child, wanted, start, end)
    assert as_long is None or found == as_long or not any(wanted)
    assert (found == wanted) == (verdict is None) or not any(wanted)
    if found:
        assert naive.fits(child, found, start, end) is None
        contract = Contract(child=child.id, start=start, end=end, grid=found)
        more = Book(
            children=(*book.children, child), contracts=(*book.contracts, contract), adaptations=book.adaptations,
            absences=book.absences, bookings=book.bookings, staff=book.staff,
        )  # fmt: skip
        anew, added = Occupation(creche, more, start, end), occupation.plus(child, contract)
        assert [added.moments(added.day(at)) for at in range(added.size)] == [
            anew.moments(anew.day(at)) for at in range(anew.size)
        ]
        assert [added.week(at) for at in range(added.size)] == [anew.week(at) for at in range(anew.size)]


def naive_shifted(naive: Naive, child: Child, asked: Grid, start: date, end: date) -> Grid | None:
    """Each day by as little as it can be, an hour at most, earlier before later; then the week as a whole."""
    span = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    week = [""] * 7
    for weekday, wanted in enumerate(asked):
        free = [hours for day in span if day.weekday() == weekday for hours in [naive.free(child, day)]]
        options = [wanted << by if by > 0 else wanted >> -by for by in (0, -1, 1, -2, 2, -3, 3, -4, 4)]
        fitting = [moved for moved in options if not any(moved & ~hours for hours in free)]
        if not fitting:
            return None
        week[weekday] = written(fitting[0])
    return grid(*week) if naive.fits(child, grid(*week), start, end) is None else None


def test_a_kind_is_judged_for_itself() -> None:
    """Full for babies, and not for walkers."""
    rules = Rules(NO_INSERTION)
    assert rules.room(Present(10, 20, 0, 5, 1), Kind(walking=False)) == 0
    assert rules.room(Present(10, 20, 0, 5, 1), Kind(walking=True)) == 4
