"""A mistake in a house file is told with its line and its remedy; all of them at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ronde.house import HouseFileError, load, parse

FILE = Path(__file__).parents[3] / "deploy/house/villeurbanne.toml"
TEXT = FILE.read_text()


def line_of(text: str, start: str) -> int:
    [line] = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(start)]
    return line


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(HouseFileError) as caught:
        parse(text, "villeurbanne.toml")
    return [(problem.line, problem.says) for problem in caught.value.problems]


EDITS = {
    # name: (what is replaced, by what, where the mistake is shown, what is said of it)
    "a half of an unknown room": (
        'id            = "grande-salle-jardin"\nhalf_of       = "grande-salle"',
        'id            = "grande-salle-jardin"\nhalf_of       = "grande-sale"',
        'half_of       = "grande-sale"',
        [
            "room 'grande-salle-jardin' says it is half of 'grande-sale', which no room is called.",
            "Did you mean 'grande-salle'?",
        ],
    ),
    "an event nobody knows": (
        'name      = "Acepp 69"\npublishes = ["session.planned.v1"',
        'name      = "Acepp 69"\npublishes  = ["session.planed.v1"',
        "publishes  =",
        ["'session.planed.v1', which is no event of the house", "Did you mean 'session.planned.v1'?"],
    ),
    "an event that is a service's": (
        'name      = "Acepp 69"\npublishes = ["session.planned.v1"',
        'name      = "Acepp 69"\npublishes  = ["reservation.confirmed.v1"',
        "publishes  =",
        [
            "which only booking says",
            "A partner may say: absence.declared.v1, absence.withdrawn.v1, attendance.recorded.v1",
        ],
    ),
    "an organisation named like a service": (
        'id        = "acepp"',
        'id        = "booking"',
        'id        = "booking"',
        ["the name 'booking' is taken", "Choose another"],
    ),
    "two organisations of one name": (
        'id        = "acepp"',
        'id         = "relais"',
        'id         = "relais"',
        ["'relais' is already the id of line", "Give one of them another"],
    ),
    "two rooms of one name": (
        'id            = "cuisine"',
        'id             = "salle-reunion"',
        'id             = "salle-reunion"',
        ["'salle-reunion' is already the id of line", "Give one of them another"],
    ),
    "no short name": (
        'id            = "cuisine"',
        'id            = "Cuisine partagée"',
        'id            = "Cuisine partagée"',
        ["small letters, digits and hyphens", "'cuisine-partagee'"],
    ),
    "a name in one language only": (
        'name.en       = "Shared kitchen"\n',
        "",
        'name.fr       = "Cuisine partagée"',
        ["name.en is missing", 'Add: name.en = "…"'],
    ),
    "parts that do not make the whole": (
        "area          = 96",
        "area          = 95",
        "area          = 95",
        ["has 95 m², and its parts 56 + 40 = 96 m²", "write area = 96"],
    ),
    "a part that holds more than the whole": (
        "capacity      = 60",
        "capacity      = 30",
        "capacity      = 30",
        ["holds 30 people, and its part 'grande-salle-jardin' holds 35", "write capacity = 35"],
    ),
    "a room without area": (
        "area          = 16\n",
        "",
        None,
        ["room 'cuisine': 'area' is missing. Add a line, such as: area = 48"],
    ),
    "an area in words": (
        "area          = 16",
        'area          = "seize"',
        'area          = "seize"',
        ["room 'cuisine': area is 'seize'; it should be a valid number", "such as: area = 48"],
    ),
    "nobody fits": (
        "capacity      = 8",
        "capacity      = 0",
        "capacity      = 0",
        ["room 'cuisine': capacity is 0; it should be greater than or equal to 1"],
    ),
    "a key that is misspelt": (
        "capacity      = 8",
        "capacty       = 8\ncapacity      = 8",
        "capacty",
        ["'capacty' is no word of this section. Did you mean 'capacity'?"],
    ),
    "a section that is misspelt": (
        "[opening]",
        "[openning]",
        None,
        ["'openning' is no word of a house file. Did you mean 'opening'?"],
    ),
    "closes before it opens": (
        'monday    = "07:30-21:30"',
        'monday    = "21:30-07:30"',
        "monday",
        ["it closes at 07:30, before it opens: swap the two times"],
    ),
    "no hours": (
        'monday    = "07:30-21:30"',
        'monday    = "morning"',
        "monday",
        ["monday is 'morning'", 'write it as "08:00-19:00", or "closed"'],
    ),
    "hours that overlap, as one day is said twice": (
        'tuesday   = "07:30-21:30"',
        'monday    = "12:00-14:00"',
        'monday    = "12:00-14:00"',
        ["stands twice", "keep one of the two"],
    ),
    "a day forgotten": ('sunday    = "closed"\n', "", "[opening]", ["'sunday' is missing"]),
    "neither open nor closed": (
        'school  = "open"',
        'school  = "perhaps"',
        "school",
        ["school is 'perhaps'; it can be 'open' or 'closed'"],
    ),
    "a zone of no one": ('zone    = "A"', 'zone    = "D"', "zone", ["it can be 'A', 'B' or 'C'"]),
    "a closing that ends before it begins": (
        "to        = 2027-01-03",
        "to        = 2026-01-03",
        None,
        ["ends on 2026-01-03, before it begins", "swap 'from' and 'to'"],
    ),
    "two closings of one day": (
        "to        = 2027-05-08",
        "to        = 2027-08-01",
        None,
        ["shares days with number 2"],
    ),
    "no time zone": (
        'timezone  = "Europe/Paris"',
        'timezone  = "Europe/Pari"',
        "timezone",
        ["no time zone is called 'Europe/Pari'", "Did you mean 'Europe/Paris'?"],
    ),
    "quotes left open": (
        'timezone  = "Europe/Paris"',
        'timezone  = "Europe/Paris',
        "timezone",
        ["a quote was opened and never closed"],
    ),
    "quotes forgotten": (
        'timezone  = "Europe/Paris"',
        "timezone  = Europe/Paris",
        "timezone",
        ["put words between quotes"],
    ),
}


@pytest.mark.parametrize(("before", "after", "where", "said"), EDITS.values(), ids=EDITS.keys())
def test_a_mistake_is_told_with_its_line_and_remedy(
    before: str, after: str, where: str | None, said: list[str]
) -> None:
    assert TEXT.count(before) == 1, "the edit must change one place of the real file"
    text = TEXT.replace(before, after)
    found = [(line, says) for line, says in mistakes(text) if all(words in says for words in said)]
    assert len(found) == 1, mistakes(text)
    if where is not None:
        assert found[0][0] == line_of(text, where)


def test_a_missing_key_is_shown_at_its_entry() -> None:
    text = TEXT.replace("area          = 16\n", "")
    assert mistakes(text)[0][0] == line_of(text, 'id            = "cuisine"') - 1


def test_rooms_that_are_halves_of_each_other() -> None:
    text = TEXT.replace('id            = "grande-salle"\n', 'id = "grande-salle"\nhalf_of = "grande-salle-rue"\n')
    assert any("a half of itself" in says for _, says in mistakes(text))


def test_a_room_with_one_half_only() -> None:
    text = TEXT.replace('id            = "grande-salle-rue"\nhalf_of       = "grande-salle"', 'id = "salle-rue"')
    [(_, says)] = mistakes(text)
    assert "has one half only, 'grande-salle-jardin'" in says


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        TEXT.replace('timezone  = "Europe/Paris"', "timezone  = 1")
        .replace("capacity      = 8", 'capacity      = "many"')
        .replace('sunday    = "closed"', 'sunday    = "25:00-26:00"')
        .replace('half_of       = "grande-salle"', 'half_of       = "nowhere"')
    )
    lines = [line for line, _ in mistakes(text)]
    assert len(lines) == 5
    assert lines == sorted(lines)


def test_a_mistake_in_one_room_makes_no_second_one_elsewhere() -> None:
    text = TEXT.replace("area          = 96", "area          = -96")
    [(line, says)] = mistakes(text)
    assert line == line_of(text, "area          = -96")
    assert "room 'grande-salle': area is -96" in says


def test_an_empty_file_says_all_that_a_house_needs() -> None:
    says = " ".join(says for _, says in mistakes(""))
    for needed in ("'id'", "'timezone'", "[[organisations]]", "[[rooms]]", "[opening]", "[holidays]"):
        assert needed in says


@pytest.mark.parametrize("text", ["rooms = 3", "organisations = [1, 2]", "[rooms]\na = 1", "[[opening]]\n[[opening]]"])
def test_sections_of_another_shape_are_refused_and_nothing_breaks(text: str) -> None:
    assert mistakes(text)


def test_letters_that_are_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_bytes(b'id = "x"\nname.fr = "Cr\xe8che"\n')
    with pytest.raises(HouseFileError, match=r"house.toml, line 2: .*Save it as UTF-8"):
        load(file)


def test_windows_line_endings_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert load(file) == load(FILE)


def ronde_house_check(file: Path) -> subprocess.CompletedProcess[str]:
    program = "from ronde.commands.house import app; app()"
    return subprocess.run(
        [sys.executable, "-c", program, "check", str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_the_command_says_that_the_real_file_is_right() -> None:
    done = ronde_house_check(FILE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 rooms, 220 m², and 2 parts of them" in done.stdout


def test_the_command_names_file_line_and_remedy_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(TEXT.replace('school  = "open"', 'school  = "opne"'))
    done = ronde_house_check(file)
    assert done.returncode == 1
    line = line_of(TEXT, "school  =")
    assert f"ours.toml, line {line}: [holidays]: school is 'opne'; it can be 'open' or 'closed'" in done.stderr
