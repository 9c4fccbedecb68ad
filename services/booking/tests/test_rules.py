"""Who could have which room, and why not: on Villeurbanne's house, without any server."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from booking import rules
from booking.rules import Span, Wish
from ronde.house import House
from ronde.refusal import Refused

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)


def span(day: str, begins: str, ends: str) -> Span:
    return Span(*(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=PARIS) for clock in (begins, ends)))


TUESDAY = span("2027-01-12", "09:00", "11:00")


def refusal(house: House, wish: Wish) -> Refused | None:
    try:
        rules.fitting(house, wish, now=NOW)
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize(
    ("why", "room", "when", "people"),
    [
        (None, "grande-salle", TUESDAY, 60),
        (None, None, TUESDAY, 60),
        ("unknown-room", "salle-de-bal", TUESDAY, 2),
        ("room-too-small", "salle-motricite", TUESDAY, 29),
        ("room-too-small", None, TUESDAY, 61),
        ("in-the-past", "cuisine", span("2027-01-04", "08:59", "11:00"), 2),
        ("in-the-past", None, span("2026-12-01", "09:00", "11:00"), 2),
        ("too-far-ahead", None, span("2036-12-01", "09:00", "11:00"), 2),
        ("in-the-past", None, span("1936-12-01", "09:00", "11:00"), 2),
        ("room-closed", "cuisine", span("2027-01-10", "09:00", "11:00"), 2),  # a Sunday
        ("room-closed", None, span("2027-05-07", "09:00", "11:00"), 2),  # the house's own closing day
        ("room-closed", None, span("2027-03-29", "09:00", "11:00"), 2),  # Easter Monday
        ("room-closed", "cuisine", span("2027-01-12", "21:00", "22:00"), 2),
        ("room-closed", "cuisine", Span(TUESDAY.starts_at, TUESDAY.ends_at.replace(day=13)), 2),  # over midnight
        # setting up and tidying are inside the opening hours: 7:30 to 21:30, half an hour each for the large hall
        ("room-closed", "grande-salle", span("2027-01-12", "07:45", "09:00"), 40),
        (None, "grande-salle", span("2027-01-12", "08:00", "09:00"), 40),
        (None, "grande-salle", span("2027-01-12", "20:00", "21:00"), 40),
        ("room-closed", "grande-salle", span("2027-01-12", "20:00", "21:01"), 40),
    ],
)  # fmt: skip
def test_why_not(house: House, why: str | None, room: str | None, when: Span, people: int) -> None:
    found = refusal(house, Wish(room, when, people))
    assert (found.code if found else None) == why


@pytest.mark.parametrize("day", ["2027-01-12", "2027-07-06", "2027-03-29", "2027-10-29"])
def test_opening_hours_are_the_wall_clock_s_in_january_and_in_july(house: House, day: str) -> None:
    open_that_day = house.closed(datetime.fromisoformat(day).date()) is None
    assert (refusal(house, Wish("grande-salle", span(day, "08:00", "21:00"), 10)) is None) == open_that_day
    assert refusal(house, Wish("grande-salle", span(day, "07:59", "21:00"), 10)) is not None


def test_a_refusal_says_it_in_french_and_in_english(house: House) -> None:
    small = refusal(house, Wish("salle-atelier", TUESDAY, 19))
    assert small is not None
    assert small.reason["fr"] == "« Salle d'atelier » accueille 18 personnes ; il en faut 19."
    assert small.reason["en"] == "“Workshop room” holds 18 people; 19 are needed."
    late = refusal(house, Wish("grande-salle", span("2027-01-12", "07:45", "09:00"), 40))
    assert late is not None
    assert "installation (30 min)" in late.reason["fr"]
    taken = rules.taken(house, Wish("cuisine", TUESDAY, 2))
    assert "mardi 12 janvier" in taken.reason["fr"]
    for refused in (small, late, taken):
        assert all(0 < len(words) <= 200 for words in refused.reason.values())


def test_any_room_is_the_smallest_that_fits_after_the_one_they_have(house: House) -> None:
    assert [room.id for room in rules.fitting(house, Wish(None, TUESDAY, 20), now=NOW)] == [
        "grande-salle-rue", "salle-motricite", "grande-salle-jardin", "grande-salle",
    ]  # fmt: skip
    preferring = rules.fitting(house, Wish(None, TUESDAY, 20), now=NOW, prefer="grande-salle-jardin")
    assert preferring[0].id == "grande-salle-jardin"


def test_what_is_blocked_has_the_time_to_set_up_and_to_tidy(house: House) -> None:
    kitchen = house.room("cuisine")
    assert rules.blocked(kitchen, TUESDAY) == span("2027-01-12", "08:50", "11:20")
    next_at = {space: [rules.blocked(kitchen, TUESDAY)] for space in kitchen.spaces}
    assert not rules.is_free(kitchen, span("2027-01-12", "11:29", "12:00"), next_at)
    assert rules.is_free(kitchen, span("2027-01-12", "11:30", "12:00"), next_at)


def test_a_span_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="after"):
        Span(TUESDAY.ends_at, TUESDAY.starts_at)
