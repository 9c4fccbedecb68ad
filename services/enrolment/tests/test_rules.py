"""Rules, as tables."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from enrolment import rules
from enrolment.rules import Born, History, Places
from enrolment.settings import Terms
from hypothesis import given
from hypothesis import strategies as st
from ronde_contracts.notify import Channel

PARIS = ZoneInfo("Europe/Paris")
TERMS = Terms(timezone=PARIS)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("born", "exact", "day", "months"),
    [
        (date(2025, 1, 12), True, date(2027, 1, 12), (24, 24)),
        (date(2025, 1, 12), True, date(2027, 1, 11), (23, 23)),
        (date(2025, 1, 31), True, date(2025, 2, 28), (0, 0)),
        (date(2025, 1, 31), True, date(2025, 3, 1), (1, 1)),
        (date(2025, 1, 1), False, date(2027, 1, 12), (23, 24)),
        (date(2024, 2, 1), False, date(2024, 2, 29), (0, 0)),
        (date(2027, 2, 1), True, date(2027, 1, 12), (-1, -1)),
    ],
)
def test_age_in_months(born: date, exact: bool, day: date, months: tuple[int, int]) -> None:
    assert Born(born, exact).months_at(day) == months


@pytest.mark.parametrize(
    ("born", "exact", "fits"),
    [
        (date(2026, 10, 12), True, True),  # 3 months on the day
        (date(2026, 10, 13), True, False),  # a day too young
        (date(2026, 10, 1), False, True),  # the month alone: the benefit of the doubt
        (date(2026, 11, 1), False, False),
        (date(2023, 12, 13), True, True),  # 36 months until tomorrow
        (date(2023, 12, 12), True, False),  # 37 months today
        (date(2023, 12, 1), False, True),
        (date(2023, 11, 1), False, False),
    ],
)
def test_ages_from_3_to_36_months(born: date, exact: bool, fits: bool) -> None:
    assert rules.age_fits(Born(born, exact), date(2027, 1, 12), 3, 36) is fits


@dataclass(frozen=True)
class Waits:
    name: str
    children: int
    adults: int = 1


@pytest.mark.parametrize(
    ("free", "adults", "line", "chosen"),
    [
        (1, None, "a11 b11 c11", "a"),
        (2, None, "a11 b11 c11", "a b"),
        (1, None, "a21 b11", "b"),  # a pair is not separated, and does not keep the place from the next
        (2, None, "a21 b11", "a"),
        (3, None, "a21 b21 c11", "a c"),
        (3, None, "a21 b21 c21 d21 e11", "a e"),
        (5, None, "a11", "a"),
        (1, None, "a21 b31", ""),
        (1, None, "", ""),
        (4, 1, "a11 b11", "a"),  # the adults' places are taken: a child's place alone is none
        (4, 1, "a12 b11", "b"),  # two parents come together or not at all
        (4, 2, "a12 b11", "a"),
        (4, 0, "a11 b20", "b"),
        (1, 9, "a11 b11", "a"),
        (4, 3, "a13 b12 c10", "a c"),
    ],
)
def test_who_is_offered_a_place(free: int, adults: int | None, line: str, chosen: str) -> None:
    """`a21`: a, who comes with two children and one adult."""
    waiting = [Waits(word[0], int(word[1]), int(word[2])) for word in line.split()]
    assert " ".join(one.name for one in rules.next_in_line(Places(free, adults), waiting)) == chosen


needs = st.tuples(st.integers(1, 4), st.integers(0, 3))


@given(st.integers(1, 20), st.none() | st.integers(0, 20), st.lists(needs, max_size=30))
def test_no_place_stays_free_while_someone_fits(free: int, adults: int | None, needs: list[tuple[int, int]]) -> None:
    line = [Waits(str(n), *need) for n, need in enumerate(needs)]
    chosen = rules.next_in_line(Places(free, adults), line)
    left = Places(free, adults)
    for one in chosen:
        assert left.hold(one)
        left = left.without(one)
    assert not any(left.hold(one) for one in line if one not in chosen)
    assert chosen == sorted(chosen, key=line.index)


def at(local: str) -> datetime:
    """A day of January 2027 and an hour: `12 9:30` (a Tuesday)."""
    day, clock = local.split()
    hour, minute = clock.split(":")
    return datetime(2027, 1, int(day), int(hour), int(minute), tzinfo=PARIS)


@pytest.mark.parametrize(
    ("now", "starts_at", "until"),
    [
        ("11 10:00", "20 9:30", "12 10:00"),  # a day later
        ("11 22:00", "20 9:30", "13 8:00"),  # a day later is night: the morning after
        ("11 3:00", "20 9:30", "12 8:00"),
        ("11 21:00", "20 9:30", "12 21:00"),  # the night begins after nine
        ("11 18:00", "12 9:30", "12 9:30"),  # never after the start
        ("12 9:29", "12 9:30", "12 9:30"),
        ("12 9:30", "12 9:30", None),  # pretix 1031: never once it has begun
        ("12 12:00", "12 9:30", None),
        ("11 18:00", "12 7:45", "11 21:00"),  # it starts before people are up: the evening before
        ("11 21:30", "12 7:45", None),  # nobody can answer in time
        ("12 3:00", "12 8:30", "12 8:30"),
    ],
)
def test_deadline(now: str, starts_at: str, until: str | None) -> None:
    assert rules.deadline(at(now), at(starts_at), DAY, TERMS) == (at(until) if until else None)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(PARIS))  # noqa: DTZ001


@given(moments, st.integers(-100, 20_000), st.sampled_from([1, 24, 48]))
def test_a_deadline_is_after_now_never_after_the_start_never_at_night(now: datetime, minutes: int, within: int) -> None:
    starts_at = (now.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minutes)).astimezone(PARIS)
    until = rules.deadline(now, starts_at, timedelta(hours=within), TERMS)
    if until is not None:
        clock = until.astimezone(PARIS).time()
        assert now < until <= starts_at
        assert TERMS.quiet_until <= clock <= TERMS.quiet_from


@dataclass(frozen=True)
class Answer:
    state: str


@pytest.mark.parametrize(
    ("called_off", "answers", "state"),
    [
        (False, [], "waiting-for-room"),
        (False, ["held"], "open"),
        (False, ["refused"], "without-room"),
        (False, ["cancelled"], "without-room"),
        (False, ["cancelled", "held"], "open"),
        (False, ["held", "cancelled"], "open"),
        (True, ["held"], "called-off"),
        (True, [], "called-off"),
    ],
)
def test_what_a_session_is(called_off: bool, answers: list[str], state: str) -> None:
    known = [Answer(one) for one in answers]
    assert rules.session_state(called_off=called_off, answers=known) == state


@pytest.mark.parametrize(
    ("channels", "hours"),
    [({"sms"}, 24), ({"email"}, 48), ({"sms", "email"}, 48), (set(), 24)],
)
def test_the_time_to_answer_is_that_of_the_slowest_channel(channels: set[Channel], hours: int) -> None:
    assert rules.answer_within(channels, TERMS) == timedelta(hours=hours)


RULE = {"newcomer": 30, "missed": 10, "no_show": -20}


@pytest.mark.parametrize(
    ("came", "missed", "no_shows", "given"),
    [
        (0, 0, 0, {"newcomer": 30}),
        (1, 0, 0, {}),
        (4, 2, 0, {"missed": 20}),
        (0, 1, 0, {"newcomer": 30, "missed": 10}),
        (2, 0, 2, {"no_show": -40}),
    ],
)
def test_points(came: int, missed: int, no_shows: int, given: dict[str, int]) -> None:
    assert rules.points(RULE, History(came, missed, no_shows)) == given
