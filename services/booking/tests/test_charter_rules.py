"""What a request meets in the charter: budgets, windows and horizons on the house's wall clock."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from booking.charter import excesses, peak_by_day, tally
from booking.rules import Span
from hypothesis import given
from hypothesis import strategies as st
from ronde.house import Charter, load
from ronde_contracts.event import Slot

HOUSE = load(Path(__file__).parents[3] / "deploy" / "house" / "villeurbanne.toml")
PARIS = HOUSE.timezone
NOW = datetime(2027, 1, 4, 8, tzinfo=PARIS)  # a Monday
assert HOUSE.charter is not None
CHARTER: Charter = HOUSE.charter


def at(day: str, begins: str, ends: str, room: str = "salle-atelier") -> Slot:
    starts_at, ends_at = (datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=PARIS) for clock in (begins, ends))
    return Slot(room=room, room_name=room, starts_at=starts_at.astimezone(UTC), ends_at=ends_at.astimezone(UTC))


def counted(held: Iterable[Slot]) -> Counter[date]:
    return tally(HOUSE, CHARTER, held)


def meets(slot: Slot, *held: Slot, by: str = "bottines", previous: Slot | None = None) -> list[str]:
    return [one.code for one in excesses(HOUSE, CHARTER, by, slot, counted(held), previous, now=NOW)]


WEEK = [at(f"2027-02-{day:02}", "09:00", "12:00") for day in range(1, 7)]  # Monday to Saturday: 18 hours
FULL = [*WEEK, *(at(f"2027-02-{day:02}", "09:00", "12:00", "cuisine") for day in (1, 2))]  # all 24


def test_within_the_charter_nothing_is_asked() -> None:
    assert meets(at("2027-02-04", "09:00", "12:00")) == []
    assert meets(at("2027-02-04", "09:00", "12:00", "cuisine"), *FULL[:-1]) == []  # to the last minute


def test_over_the_week_by_a_quarter_of_an_hour() -> None:
    slot = at("2027-02-04", "11:45", "13:00", "cuisine")
    [found] = excesses(HOUSE, CHARTER, "bottines", slot, counted(FULL), now=NOW)
    assert (found.code, found.minutes_over) == ("over-week", 15)
    assert "24 h 15" in found.reason["fr"]
    assert "1 février" in found.reason["fr"].replace("\u00a0", " ").replace("1er", "1")


def test_quiet_hours_are_not_counted() -> None:
    assert meets(at("2027-02-04", "12:00", "21:00"), *FULL) == []


def test_the_next_week_is_another_budget() -> None:
    assert meets(at("2027-02-08", "09:00", "12:00"), *FULL) == []


def test_a_month_that_ends_in_the_middle_of_a_week() -> None:
    march = [
        at(f"2027-03-{day:02}", "09:00", "12:00", room)
        for day in range(1, 32)
        for room in ("salle-atelier", "cuisine")
        if date(2027, 3, day).weekday() in (0, 1, 2)  # 18 hours a week, 84 in five of them
    ]
    assert meets(at("2027-03-29", "09:00", "10:00", "salle-reunion"), *march[:-6]) == []
    assert meets(at("2027-03-31", "09:00", "10:00", "salle-reunion"), *march) == ["over-month"]
    assert meets(at("2027-04-01", "09:00", "10:00", "salle-reunion"), *march) == []


def test_a_move_inside_a_full_week_is_not_asked_again() -> None:
    previous = FULL[-1]
    held = [*FULL[:-1], at("2027-02-06", "09:00", "12:00", "salle-reunion")]  # a consent was given for these three
    assert meets(at("2027-02-05", "09:00", "12:00", "cuisine"), *held, previous=previous) == []
    assert meets(at("2027-02-03", "09:00", "12:15", "cuisine"), *held, previous=previous) == []  # the noon is quiet
    assert meets(at("2027-02-03", "14:00", "17:30", "cuisine"), *held, previous=previous) == ["over-week"]


@pytest.mark.parametrize(("slot", "by", "codes"), [
    (at("2027-01-26", "09:00", "10:00", "salle-motricite"), "bottines", ["reserved-window"]),
    (at("2027-01-26", "11:45", "14:00", "salle-motricite"), "bottines", ["reserved-window"]),
    (at("2027-01-26", "12:00", "14:00", "salle-motricite"), "bottines", []),
    (at("2027-01-26", "09:00", "10:00", "salle-atelier"), "bottines", []),
    (at("2027-01-26", "09:00", "10:00", "salle-motricite"), "relais", []),
    (at("2027-01-25", "09:00", "10:00", "salle-motricite"), "bottines", []),  # a Monday
    (at("2027-01-21", "09:00", "10:00", "salle-motricite"), "bottines", []),  # 17 days before: released
])  # fmt: skip
def test_a_window_is_kept_until_it_is_released(slot: Slot, by: str, codes: list[str]) -> None:
    assert meets(slot, by=by) == codes


def test_a_window_in_a_half_keeps_the_whole() -> None:
    window = CHARTER.windows[0].model_copy(update={"room": "grande-salle-rue"})
    charter = CHARTER.model_copy(update={"windows": (window,)})

    def codes(room: str) -> list[str]:
        slot = at("2027-02-02", "09:00", "10:00", room)
        return [one.code for one in excesses(HOUSE, charter, "acepp", slot, {}, now=NOW)]

    assert (codes("grande-salle"), codes("grande-salle-jardin")) == (["reserved-window"], [])


def test_each_kind_has_its_horizon() -> None:
    assert meets(at("2028-06-27", "13:00", "14:00")) == []
    assert meets(at("2028-06-28", "13:00", "14:00")) == ["beyond-horizon"]
    assert meets(at("2027-03-06", "13:00", "14:00"), by="somebody-who-left") == ["beyond-horizon"]


def test_who_is_not_in_the_charter_has_no_peak_hours_of_their_own() -> None:
    assert meets(at("2027-02-01", "09:00", "12:00", "cuisine"), by="nobody") == ["over-week", "over-month"]


moments = st.integers(0, 4 * 7 * 24 * 4).map(lambda n: datetime(2027, 3, 15, tzinfo=UTC) + timedelta(minutes=15 * n))
spans = st.builds(lambda at, n: Span(at, at + timedelta(minutes=15 * n)), moments, st.integers(1, 200))


@given(span=spans, cut=st.floats(0.1, 0.9))
def test_peak_time_is_the_sum_of_its_parts_over_the_clock_change_too(span: Span, cut: float) -> None:
    middle = span.starts_at + timedelta(seconds=round((span.ends_at - span.starts_at).total_seconds() * cut))
    whole = peak_by_day(HOUSE, CHARTER, span)
    parts = [peak_by_day(HOUSE, CHARTER, part) for part in (Span(span.starts_at, middle), Span(middle, span.ends_at))]
    assert {day: sum(part.get(day, 0) for part in parts) for day in whole} == whole
    assert sum(whole.values()) <= (span.ends_at - span.starts_at).total_seconds()


@given(wished=st.lists(st.tuples(spans, st.sampled_from([room.id for room in HOUSE.rooms])), max_size=60))
def test_what_is_taken_without_asking_stays_within_the_budget(wished: list[tuple[Span, str]]) -> None:
    """Whatever the order; what would be asked is not taken."""
    held: list[Slot] = []
    for span, room in wished:
        slot = Slot(room=room, room_name=room, starts_at=span.starts_at, ends_at=span.ends_at)
        if not meets(slot, *held):
            held.append(slot)
    weeks: Counter[tuple[int, int]] = Counter()
    for day, seconds in counted(held).items():
        weeks[day.isocalendar()[:2]] += seconds
    assert max(weeks.values(), default=0) <= 24 * 3600
