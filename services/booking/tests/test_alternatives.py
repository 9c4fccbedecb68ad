"""What was possible instead: each alternative would have been accepted, whatever is taken."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from booking import rules
from booking.alternatives import alternatives
from booking.rules import Span, Wish
from hypothesis import given, settings
from hypothesis import strategies as st
from ronde.house import House, load
from ronde_contracts.event import Slot

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 15, 8, tzinfo=UTC)
VILLEURBANNE = load(Path(__file__).parents[3] / "deploy" / "house" / "villeurbanne.toml")
ROOMS = [room.id for room in VILLEURBANNE.rooms]


def span(day: str, begins: str, ends: str) -> Span:
    return Span(*(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=PARIS) for clock in (begins, ends)))


TUESDAY = span("2027-03-16", "09:00", "11:00")


def busy(*holds: tuple[str, Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for id, during in holds:
        room = VILLEURBANNE.room(id)
        for space in room.spaces:
            found.setdefault(space, []).append(rules.blocked(room, during))
    return found


def say(found: tuple[Slot, ...]) -> list[tuple[str, str]]:
    return [(slot.room, f"{slot.starts_at.astimezone(PARIS):%d %H:%M}") for slot in found]


def instead(wish: Wish, *holds: tuple[str, Span]) -> list[tuple[str, str]]:
    return say(alternatives(VILLEURBANNE, wish, busy(*holds), now=NOW, days=14))


def test_another_room_another_time_another_day() -> None:
    assert instead(Wish("salle-motricite", TUESDAY, 20), ("salle-motricite", TUESDAY)) == [
        ("grande-salle-rue", "16 09:00"),
        ("salle-motricite", "16 11:30"),  # 15 min to tidy, 15 min to set up
        ("salle-motricite", "17 09:00"),
    ]


def test_a_half_is_no_alternative_when_the_whole_is_taken() -> None:
    found = instead(Wish("grande-salle-rue", TUESDAY, 35), ("grande-salle", TUESDAY))
    assert "16 09:00" not in [when for _room, when in found]
    assert ("grande-salle-jardin", "17 09:00") in found


def test_too_many_for_the_room_is_answered_with_larger_rooms_at_the_same_time() -> None:
    assert instead(Wish("cuisine", TUESDAY, 30))[0] == ("grande-salle-jardin", "16 09:00")


@pytest.mark.parametrize("room", ["cuisine", "salle-de-bal"])
def test_a_room_that_is_too_small_or_unknown_is_answered_with_three_that_are_apart(room: str) -> None:
    """The same room a quarter of an hour earlier, overlapping the first answer."""
    assert instead(Wish(room, TUESDAY, 30)) == [
        ("grande-salle-jardin", "16 09:00"),
        ("grande-salle-jardin", "17 09:00"),
        ("grande-salle", "16 09:00"),
    ]


def test_with_one_room_left_there_are_other_times_and_days() -> None:
    assert instead(Wish("grande-salle", TUESDAY, 60), ("grande-salle", TUESDAY)) == [
        ("grande-salle", "16 12:00"),
        ("grande-salle", "17 09:00"),
        ("grande-salle", "18 09:00"),
    ]


def test_too_many_for_the_house_has_no_alternative() -> None:
    assert instead(Wish(None, TUESDAY, 61)) == []


def test_after_a_closed_day_comes_the_next_open_one() -> None:
    easter_monday = span("2027-03-29", "09:00", "10:00")
    assert instead(Wish("cuisine", easter_monday, 4))[0] == ("cuisine", "30 09:00")


def test_the_next_days_keep_the_hour_on_the_wall_over_the_clock_change() -> None:
    all_friday = span("2027-03-26", "08:00", "21:00")
    assert instead(Wish("grande-salle", span("2027-03-26", "09:00", "11:00"), 60), ("grande-salle", all_friday)) == [
        ("grande-salle", "27 09:00"),
        ("grande-salle", "30 09:00"),  # the clocks went forward on the 28th
        ("grande-salle", "31 09:00"),
    ]


quarters = st.integers(0, 95).map(lambda n: timedelta(minutes=15 * n))
moments = st.builds(lambda day, at: NOW + timedelta(days=day - 1) + at, st.integers(0, 18), quarters)
spans = st.builds(lambda start, n: Span(start, start + timedelta(minutes=15 * n)), moments, st.integers(1, 24))
holds = st.lists(st.tuples(st.sampled_from(ROOMS), spans), max_size=60)
wishes = st.builds(Wish, st.sampled_from([*ROOMS, None, "unknown"]), spans, st.integers(1, 65))


@settings(max_examples=150, deadline=None)
@given(wish=wishes, held=holds)
def test_each_alternative_would_have_been_accepted(wish: Wish, held: list[tuple[str, Span]]) -> None:
    house: House = VILLEURBANNE
    taken = busy(*held)
    found = alternatives(house, wish, taken, now=NOW, days=14)
    assert len(found) <= 3
    for n, slot in enumerate(found):
        assert not any(
            one.room == slot.room and one.starts_at < slot.ends_at and slot.starts_at < one.ends_at
            for one in found[:n]
        )  # fmt: skip
        during = Span(slot.starts_at, slot.ends_at)
        [room] = rules.fitting(house, Wish(slot.room, during, wish.people), now=NOW)
        assert rules.is_free(room, during, taken)


@settings(max_examples=100, deadline=None)
@given(wish=wishes, held=holds)
def test_there_is_none_only_when_nothing_was_possible_that_day_or_at_that_hour(
    wish: Wish, held: list[tuple[str, Span]]
) -> None:
    if alternatives(VILLEURBANNE, wish, busy(*held), now=NOW, days=14):
        return
    for room in VILLEURBANNE.rooms:
        possible = rules.why_not(VILLEURBANNE, room, wish.span, wish.people, now=NOW) is None
        assert not (possible and rules.is_free(room, wish.span, busy(*held)))
