"""The ages of those who are there, as the committee sees them before and after: by the groups of its file."""

from datetime import date
from pathlib import Path

from enrolment.creche.book import Absence, Book, Child, Contract, Shift
from enrolment.creche.criteria_file import load
from enrolment.creche.hours import grid
from enrolment.creche.mix import compared
from ronde.house import load as load_house

HERE = Path(__file__).parents[3] / "deploy/house"
CRITERIA = load(HERE / "commissions/2027-03.toml")
[CRECHE] = load_house(HERE / "villeurbanne.toml").creches
MONDAY = date(2027, 11, 8)
TEAM = tuple(Shift(start=MONDAY, grid=grid("07:30-18:30"), first_category=n == 0) for n in range(2))


def one(id: str, born: date, hours: str) -> tuple[Child, Contract]:
    return Child(id=id, born_on=born), Contract(child=id, start=MONDAY, grid=grid(hours, "", hours))


def book(*several: tuple[Child, Contract], absences: tuple[Absence, ...] = ()) -> Book:
    children, contracts = tuple(child for child, _ in several), tuple(contract for _, contract in several)
    return Book(children=children, contracts=contracts, staff=TEAM, absences=absences)


def test_the_ages_are_those_of_the_commission_s_day_before_and_after() -> None:
    """Eleven months on its day is in the first group, though twelve by then; three years old is in none."""
    there = [
        one("petit", date(2026, 9, 2), "08:00-12:00"),
        one("grand", date(2025, 9, 1), "08:00-12:00"),
        one("parti", date(2024, 7, 1), "08:00-12:00"),
    ]
    sick = (Absence(child="petit", start=date(2027, 11, 10), end=date(2027, 11, 10)),)
    new = one("moyen", date(2026, 9, 1), "10:00-12:00")
    days = compared(CRECHE, book(*there, absences=sick), book(*there, new, absences=sick), CRITERIA, MONDAY)
    assert [day.day.day for day in days] == [8, 9, 10, 12], "closed on the 11th"
    monday, tuesday, wednesday, _ = days
    told = [(change.start, change.end, change.before.ages, change.after.ages) for change in monday.changes]
    assert told == [
        (30, 32, (0, 0, 0, 0), (0, 0, 0, 0)),
        (32, 40, (1, 0, 1, 1), (1, 0, 1, 1)),
        (40, 48, (1, 0, 1, 1), (1, 1, 1, 1)),
        (48, 74, (0, 0, 0, 0), (0, 0, 0, 0)),
    ]
    assert [change.after.ages for change in wednesday.changes if change.start == 40] == [(0, 1, 1, 1)], "absent"
    assert tuesday.bars("after") == [bar for bar in tuesday.bars("after") if bar.kind == "full"]
    stack = [bar for bar in monday.bars("after") if bar.x == 12 * (40 - 30)]
    assert [bar.kind for bar in stack] == ["age-0", "age-1", "age-2", "age-3"]
    assert [bar.y + bar.height for bar in stack] == [monday.floor, *(bar.y for bar in stack[:-1])], "one on the other"
    assert not {bar.kind for bar in monday.bars("before")} & {"age-1"}
