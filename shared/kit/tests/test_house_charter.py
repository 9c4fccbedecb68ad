"""The charter in the house file: read as it is meant, and each mistake told with its line and its remedy."""

from datetime import time
from pathlib import Path

import pytest
from ronde.house import Charter, HouseFileError, load, parse

FILE = Path(__file__).parents[3] / "deploy/house/villeurbanne.toml"
TEXT = FILE.read_text()


def mistakes(text: str) -> list[tuple[str, str]]:
    """The line as it is written, and what is said of it."""
    with pytest.raises(HouseFileError) as caught:
        parse(text)
    return [(text.splitlines()[problem.line - 1], problem.says) for problem in caught.value.problems]


def test_the_example_is_the_charter_of_three_equal_founders() -> None:
    house = load(FILE)
    assert house.charter is not None
    assert house.founders == ("bottines", "relais", "acepp")
    assert {id: one.hours_per_week for id, one in house.charter.budgets.items()} == dict.fromkeys(house.founders, 24)
    assert house.charter.peak["wednesday"] == ((time(9), time(12)), (time(14), time(18)))
    assert (house.charter.horizon.of("founder"), house.charter.horizon.of("family")) == (540, 14)


def test_a_charter_is_the_same_after_it_was_kept_as_json() -> None:
    charter = load(FILE).charter
    assert charter is not None
    kept = charter.model_dump(mode="json")
    kept["peak"] = dict(sorted(kept["peak"].items()))  # as a database orders them
    again = Charter.model_validate(kept)
    assert (again, list(again.peak)) == (charter, list(charter.peak))


def test_a_house_may_have_no_charter() -> None:
    assert parse(TEXT[: TEXT.index("[charter]")]).charter is None


EDITS = {
    # name: (what is replaced, by what, how the line begins at which the mistake is shown, what is said of it)
    "peak hours that end before they begin": (
        'monday    = ["09:00-12:00"]', 'monday    = ["12:00-09:00"]', "peak.monday", ["swap the two times"],
    ),
    "a day that is none": (
        'peak.monday    = ["09', 'peak.mondey    = ["09', "peak.mondey", ["it can be 'monday', 'tuesday'"],
    ),
    "peak hours closed": (
        'monday    = ["09:00-12:00"]', 'monday    = ["closed"]', "peak.monday", ["a day without any is left out"],
    ),
    "an hour that counts twice": (
        '"09:00-12:00", "14:00-18:00"', '"09:00-15:00", "14:00-18:00"', "[charter]",
        ["peak.wednesday has an hour twice"],
    ),
    "a budget for nobody": (
        "acepp    = {", "acep     = {", "acep ", ["no organisation is called 'acep'", "Did you mean 'acepp'?"],
    ),
    "no budget for somebody": (
        "acepp    = {", "#", "[charter.budgets]", ["'acepp' has no budget", "Add: acepp = { hours_per_week"],
    ),
    "half a budget": (
        "acepp    = { hours_per_week = 24, hours_per_month = 80 }", "acepp    = { hours_per_week = 24 }", "acepp ",
        ["'budgets.acepp.hours_per_month' is missing"],
    ),
    "a window in no room": (
        'room         = "salle-motricite"\nday          = "thursday"', 'room = "motricite"\nday = "thursday"',
        'room = "motricite"', ["no room is called 'motricite'", "Did you mean 'salle-motricite'?"],
    ),
    "a window of nobody": (
        'organisation = "relais"\nroom         = "salle-motricite"\nday          = "thursday"',
        'organisation = "relay"\nroom = "salle-motricite"\nday = "thursday"',
        'organisation = "relay"', ["no organisation is called 'relay'", "Did you mean 'relais'?"],
    ),
    "two windows at once": (
        'day          = "thursday"', 'day = "tuesday"', "[[charter.windows]]", ["shares hours with number 1"],
    ),
    "no founder": (
        'kind      = "founder"', 'kind      = "member"', "[charter]", ['Write kind = "founder"'],
    ),
    "silence for ever": (
        "objection_days = 5", "objection_days = 0", "objection_days", ["greater than or equal to 1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_is_told_with_its_line_and_its_remedy(name: str) -> None:
    old, new, where, said = EDITS[name]
    assert old in TEXT
    told = mistakes(TEXT.replace(old, new))
    assert any(line.startswith(where) and all(part in says for part in said) for line, says in told), told
