"""Until when one enrols, in working time, and what is signed: as the house file says it, and each mistake in it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ronde.house import House, HouseFileError, load, parse

FILE = Path(__file__).parents[3] / "deploy/house/villeurbanne.toml"
TEXT = FILE.read_text()


def local(house: House, text: str) -> datetime:
    """`2027-01-12 09:30` on the house's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=house.timezone)


@pytest.fixture(scope="module")
def house() -> House:
    return load(FILE)


@pytest.mark.parametrize(
    ("starts_at", "closes_at"),
    [
        ("2027-01-12 09:30", "2027-01-11 23:59"),  # a Tuesday: until the eve
        ("2027-01-15 09:30", "2027-01-14 23:59"),  # a Friday
        ("2027-01-16 09:30", "2027-01-15 23:59"),  # a Saturday: Friday is its eve
        ("2027-01-18 09:30", "2027-01-15 16:00"),  # a Monday: until Friday 16:00
        ("2027-01-17 09:30", "2027-01-15 16:00"),  # a Sunday
        ("2027-01-12 00:30", "2027-01-11 23:59"),  # early in the night
        ("2027-03-30 09:30", "2027-03-26 16:00"),  # the Tuesday after Easter Monday
        ("2027-05-18 09:30", "2027-05-14 16:00"),  # the Tuesday after Whit Monday
        ("2028-05-02 09:30", "2028-04-28 16:00"),  # the Tuesday after a May 1st that was a Monday
        ("2027-05-10 09:30", "2027-05-05 16:00"),  # the Monday after the bridge: Thursday a holiday, Friday closed
        ("2027-01-04 09:30", "2026-12-23 16:00"),  # the first day after the closing at the end of the year
        ("2027-08-23 09:30", "2027-07-30 16:00"),  # after the three weeks of August
        ("2027-03-29 09:30", "2027-03-26 16:00"),  # Easter Monday itself, the day after the clocks went forward
        ("2026-10-26 09:30", "2026-10-23 16:00"),  # the Monday after they went back
        ("2026-10-27 09:30", "2026-10-26 23:59"),
    ],
)
def test_in_working_time(house: House, starts_at: str, closes_at: str) -> None:
    assert house.enrolments_close(local(house, starts_at)) == local(house, closes_at)


def test_the_wall_clock_counts_whatever_the_clock_of_the_event_says(house: House) -> None:
    """Half past eleven at night in UTC is the next day in Villeurbanne."""
    starts_at = datetime(2027, 6, 15, 22, 30, tzinfo=UTC)
    assert house.enrolments_close(starts_at) == local(house, "2027-06-15 23:59")


def test_over_a_clock_change_friday_is_an_hour_nearer_and_no_other_time(house: House) -> None:
    """Forward in the night to Sunday: 65 hours and a half by the clocks on the wall, 64 and a half in truth."""
    monday = local(house, "2028-03-27 09:30")
    closes_at = house.enrolments_close(monday)
    assert closes_at is not None
    assert closes_at == local(house, "2028-03-24 16:00")
    assert (monday.astimezone(UTC) - closes_at.astimezone(UTC)).total_seconds() == 64.5 * 3600


def test_a_team_that_does_not_work_on_fridays() -> None:
    house = parse(TEXT.replace('"thursday", "friday"]\non_the_eve', '"thursday"]\non_the_eve'))
    assert house.enrolments_close(local(house, "2027-01-18 09:30")) == local(house, "2027-01-14 16:00")
    assert house.enrolments_close(local(house, "2027-01-15 09:30")) == local(house, "2027-01-14 23:59")
    assert house.enrolments_close(local(house, "2027-01-16 09:30")) == local(house, "2027-01-14 16:00")


def test_a_house_may_say_nothing_of_it_and_one_enrols_until_the_start() -> None:
    begins, ends = TEXT.index("[enrolments]"), TEXT.index("[charter]")
    house = parse(TEXT[:begins] + TEXT[ends:])
    assert house.enrolments_close(local(house, "2027-01-12 09:30")) is None
    assert house.agreement("relais", "childminder") is None


def test_a_house_that_was_closed_for_more_than_a_year_closes_no_enrolment() -> None:
    house = parse(TEXT.replace("to        = 2027-08-22", "to        = 2029-01-01"))
    assert house.enrolments_close(local(house, "2029-01-02 09:30")) is None


def test_who_signs_what(house: House) -> None:
    signed = house.agreement("relais", "childminder")
    assert signed is not None
    assert signed.version == "2026-09"
    assert signed.text["fr"].count("\n") == 3
    assert house.agreement("relais", "family") is None
    assert house.agreement("acepp", "childminder") is None


TWICE = '\n[[agreements]]\norganisation = "relais"\nversion = "2"\nsigned_by = ["family", "childminder"]\n' + (
    'title.fr = "b"\ntitle.en = "b"\ntext.fr = "b"\ntext.en = "b"\n'
)
EDITS = {
    # name: (what is replaced, by what, how the line begins at which the mistake is shown, what is said of it)
    "a time in words": (
        'before_days_off = "16:00"', 'before_days_off = "four"', "before_days_off", ['write it as "16:00"'],
    ),
    "a time without its zero": (
        'before_days_off = "16:00"', 'before_days_off = "9:00"', "before_days_off", ['write it as "16:00"'],
    ),
    "midnight as people say it": (
        'on_the_eve      = "23:59"', 'on_the_eve = "24:00"', "on_the_eve", ['between "00:00" and "23:59"'],
    ),
    "nobody works": (
        'working_days    = ["monday", "tuesday", "wednesday", "thursday", "friday"]', "working_days = []",
        "working_days", ["at least 1", 'such as: working_days = ["monday"'],
    ),
    "a day that is none": ('= ["monday", "tuesday"', '= ["lundi", "tuesday"', "working_days", ["it can be 'monday'"]),
    "a word misspelt": ("on_the_eve      =", "on_the_eves =", "on_the_eves", ["Did you mean 'on_the_eve'?"]),
    "a charter of nobody": (
        'organisation = "relais"\nversion ', 'organisation = "relay"\nversion ', 'organisation = "relay"',
        ["no organisation is called 'relay'", "Did you mean 'relais'?"],
    ),
    "a charter that nobody signs": (
        'signed_by    = ["childminder"]', "signed_by = []", "signed_by", ['such as: signed_by = ["childminder"]'],
    ),
    "signed by somebody else": (
        'signed_by    = ["childminder"]', 'signed_by = ["nounou"]', "signed_by", ["'family' or 'childminder'"],
    ),
    "a charter without French": ('text.fr      = """', 'text.de = """', "text.de", ["fr must be there"]),
    "a title in one language": (
        'title.en     = "The charter of the early-learning mornings"\n', "", "title.fr", ["title.en is missing"],
    ),
    "no version": ('version      = "2026-09"\n', "", "[[agreements]]", ["'version' is missing", "such as: version ="]),
    "two charters for one person": (
        "\n[charter]\n", TWICE + "\n[charter]\n", "signed_by", ["a childminder signs number 1 of 'relais' already"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_is_told_with_its_line_and_its_remedy(name: str) -> None:
    old, new, where, said = EDITS[name]
    assert TEXT.count(old) == 1
    text = TEXT.replace(old, new)
    with pytest.raises(HouseFileError) as caught:
        parse(text)
    told = [(text.splitlines()[problem.line - 1], problem.says) for problem in caught.value.problems]
    assert any(line.startswith(where) and all(part in says for part in said) for line, says in told), told
