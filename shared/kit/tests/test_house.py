"""Villeurbanne's house: its rooms, its spaces, its days."""

from datetime import date, time, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from ronde.house import House, load, parse
from ronde.house.lines import Lines

FILE = Path(__file__).parents[3] / "deploy/house/villeurbanne.toml"


@pytest.fixture(scope="module")
def villeurbanne() -> House:
    return load(FILE)


def test_the_shared_rooms_are_220_square_metres_the_halves_counted_once(villeurbanne: House) -> None:
    assert villeurbanne.area == 220
    assert sum(room.area for room in villeurbanne.rooms if not room.parts) == 220


def test_three_founders_in_order_equal_in_what_they_may_say(villeurbanne: House) -> None:
    assert [(o.id, o.joined, o.colour) for o in villeurbanne.organisations] == [
        ("bottines", 1, "terracotta"),
        ("relais", 2, "lagoon"),
        ("acepp", 3, "plum"),
    ]
    assert set(villeurbanne.partners) == {"bottines", "relais", "acepp"}
    assert len(set(villeurbanne.partners.values())) == 1
    assert villeurbanne.services == ("booking", "enrolment", "notify")


def test_the_whole_takes_the_spaces_of_its_halves_and_nothing_else_is_shared(villeurbanne: House) -> None:
    whole = villeurbanne.room("grande-salle")
    halves = [villeurbanne.room(id) for id in whole.parts]
    assert [half.id for half in halves] == ["grande-salle-jardin", "grande-salle-rue"]
    assert whole.spaces == halves[0].spaces | halves[1].spaces
    family = {whole.id, *whole.parts}
    for one, other in combinations(villeurbanne.rooms, 2):
        related = one.id in family and other.id in family and whole.id in (one.id, other.id)
        assert bool(one.spaces & other.spaces) == related, (one.id, other.id)


def test_spaces_divide_at_any_depth_and_fit_a_postgres_int4range() -> None:
    text = FILE.read_text()
    for n in (1, 2):
        text = text.replace(
            "[opening]\n",
            f'[[rooms]]\nid = "rue-{n}"\nhalf_of = "grande-salle-rue"\narea = 20\ncapacity = 10\n'
            f'name.fr = "Rue {n}"\nname.en = "Street {n}"\n\n[opening]\n',
        )
    house = parse(text)
    assert len(house.room("grande-salle").spaces) == 3
    assert house.room("grande-salle").spaces > house.room("grande-salle-rue").spaces
    assert all(0 <= space < 2**31 - 1 for room in house.rooms for space in room.spaces)


def test_a_space_keeps_its_number_when_the_file_is_put_in_another_order(villeurbanne: House) -> None:
    head, *rooms = FILE.read_text().split("[[rooms]]")
    last, rest = rooms[-1].split("# ──", 1)
    house = parse("[[rooms]]".join([head, last, *rooms[:-1]]) + "# ──" + rest)
    assert [room.id for room in house.rooms] != [room.id for room in villeurbanne.rooms]
    for room in villeurbanne.rooms:
        assert house.room(room.id).spaces == room.spaces


@pytest.mark.parametrize(
    ("day", "opens", "reason"),
    [
        (date(2027, 1, 5), time(7, 30), None),
        (date(2027, 1, 9), time(8, 30), None),
        (date(2027, 1, 10), None, "Fermé le dimanche"),
        (date(2027, 1, 2), None, "Fermeture de fin d'année"),
        (date(2027, 2, 16), time(7, 30), None),
        (date(2027, 3, 29), None, "Lundi de Pâques"),
        (date(2026, 7, 14), None, "Fête nationale"),
    ],
)
def test_opening_hours_and_the_reason_when_closed(
    villeurbanne: House, day: date, opens: time | None, reason: str | None
) -> None:
    hours, closed = villeurbanne.opening(day), villeurbanne.closed(day)
    assert (hours.opens if hours else None) == opens
    assert (closed["fr"] if closed else None) == reason
    assert closed is None or closed["en"]


def test_a_day_has_hours_or_a_reason_never_both_never_none(villeurbanne: House) -> None:
    first, last = date(2026, 1, 1), date(2029, 12, 31)
    closed = villeurbanne.closed_days(first, last)
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        assert (villeurbanne.opening(day) is None) == (day in closed)


def test_a_house_may_close_in_school_holidays_and_open_on_public_ones() -> None:
    text = FILE.read_text().replace('school  = "open"', 'school  = "closed"')
    house = parse(text.replace('public  = "closed"', 'public  = "open"'))
    assert house.closed(date(2027, 2, 16)) == {"fr": "Vacances d'hiver", "en": "Winter holidays"}
    assert house.opening(date(2027, 3, 29)) is not None


def test_zone_a_is_known_for_the_school_year_and_the_next(villeurbanne: House) -> None:
    assert villeurbanne.school_holidays_known_until >= date(2028, 8, 31)
    assert villeurbanne.school_holiday(date(2027, 2, 12)) is None
    assert villeurbanne.school_holiday(date(2027, 2, 13)) is not None
    assert villeurbanne.school_holiday(date(2027, 2, 28)) is not None
    assert villeurbanne.school_holiday(date(2027, 3, 1)) is None


def test_a_year_whose_school_holidays_are_not_published_is_open_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = parse(FILE.read_text().replace('school  = "open"', 'school  = "closed"'))
    unknown = house.school_holidays_known_until + timedelta(days=400)
    while unknown.weekday() == 6 or house.closed(unknown):
        unknown += timedelta(days=1)
    assert house.opening(unknown) is not None
    assert "School holidays are known until" in caplog.text
    assert house.closed(date(2035, 7, 14)) == {"fr": "Fête nationale", "en": "National Day"}


def test_lines_of_every_way_to_write_toml() -> None:
    text = 'a = 1\nlist = [\n  1,\n]\nwords = """\n[x]\nb = 2"""\n\n[t."k.l"]\nc.d = { e = 1 }\n'
    text += "[[r]]\nid = 1\n[r.sub]\nz = 1\n[[r.many]]\n[[r.many]]\ny = 1\n[[r]]\nid = 2\n[[r.many]]\ny = 3\n"
    lines = Lines(text)
    expected = {
        ("a",): 1,
        ("list", 1): 2,
        ("words",): 5,
        ("t", "k.l", "c", "d"): 10,
        ("r", 0, "id"): 12,
        ("r", 0, "sub", "z"): 14,
        ("r", 0, "many", 1, "y"): 17,
        ("r", 1): 18,
        ("r", 1, "id"): 19,
        ("r", 1, "many", 0, "y"): 21,
        ("nowhere", 3): 1,
    }
    assert {path: lines.of(path) for path in expected} == expected
