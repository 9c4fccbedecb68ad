"""When a message may leave: by the wall clock, in the nights of a clock change too, and never when it is of no use."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify.purposes import PURPOSES, Purpose, Row
from notify.rules import Occasion, PutOff, remind_from, when
from notify.settings import Settings, Terms
from pydantic import ValidationError
from ronde.house.model import Hours

PARIS = ZoneInfo("Europe/Paris")
TERMS = Terms(zone=PARIS, secret=b"s" * 40)


def paris(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS).astimezone(UTC)


def occasion(starts: str, deadline: str | None = None) -> Occasion:
    at = paris(starts)
    return Occasion(at, at + timedelta(hours=2), paris(deadline) if deadline else None)


def judged(purpose: Purpose, it: Occasion, now: str, today: int = 0, quiet: Hours | None = None) -> object:
    return when(purpose, it, paris(now), TERMS, own_quiet=quiet, today=today)


def test_what_nobody_asked_for_waits_for_the_morning_and_an_answer_does_not() -> None:
    it = occasion("2035-01-16T09:30", deadline="2035-01-15T18:00")
    assert judged(Purpose.OFFERED, it, "2035-01-13T23:10") == PutOff(paris("2035-01-14T07:00"), "quiet-hours")
    assert judged(Purpose.OFFERED, it, "2035-01-13T06:59") == PutOff(paris("2035-01-13T07:00"), "quiet-hours")
    assert judged(Purpose.OFFERED, it, "2035-01-13T07:00") is None
    assert judged(Purpose.CONFIRMED, it, "2035-01-13T23:10") is None


def test_a_cancellation_wakes_when_the_morning_would_be_too_late() -> None:
    assert judged(Purpose.CALLED_OFF, occasion("2035-01-16T07:30"), "2035-01-16T05:40") is None
    later = judged(Purpose.CALLED_OFF, occasion("2035-01-16T09:30"), "2035-01-16T05:40")
    assert later == PutOff(paris("2035-01-16T07:00"), "quiet-hours")


def test_an_offer_is_never_sent_when_too_little_time_remains() -> None:
    it = occasion("2035-01-16T09:30", deadline="2035-01-15T18:00")
    assert judged(Purpose.OFFERED, it, "2035-01-15T16:59") is None
    assert judged(Purpose.OFFERED, it, "2035-01-15T17:00") == "too-little-time"
    assert judged(Purpose.OFFERED, it, "2035-01-15T18:00") == "too-late"
    by_morning = occasion("2035-01-16T09:30", deadline="2035-01-15T08:00")
    assert judged(Purpose.OFFERED, by_morning, "2035-01-14T23:00") == "too-little-time", "no sense in waiting for 7:00"


def test_their_own_quiet_hours_come_on_top_also_over_midnight() -> None:
    it = occasion("2035-01-20T09:30")
    quiet = Hours(time(18), time(9))
    assert judged(Purpose.MOVED, it, "2035-01-16T18:30", quiet=quiet) == PutOff(
        paris("2035-01-17T09:00"), "quiet-hours"
    )
    assert judged(Purpose.MOVED, it, "2035-01-16T08:30", quiet=quiet) == PutOff(
        paris("2035-01-16T09:00"), "quiet-hours"
    )
    assert judged(Purpose.MOVED, it, "2035-01-16T12:00", quiet=quiet) is None
    assert judged(Purpose.MOVED, it, "2035-01-16T12:00", quiet=Hours(time(0), time(23, 59))) is None, "not for ever"


def test_enough_for_today_is_put_off_to_tomorrow_except_deadlines_and_cancellations() -> None:
    it = occasion("2035-01-20T09:30", deadline="2035-01-18T18:00")
    tomorrow = PutOff(paris("2035-01-17T07:00"), "enough-today")
    assert judged(Purpose.CONFIRMED, it, "2035-01-16T12:00", today=TERMS.a_day) == tomorrow
    assert judged(Purpose.CONFIRMED, it, "2035-01-16T12:00", today=TERMS.a_day - 1) is None
    for exempt in (Purpose.OFFERED, Purpose.DEADLINE_NEAR, Purpose.CALLED_OFF):
        assert judged(exempt, it, "2035-01-16T12:00", today=99) is None
    assert judged(Purpose.MOVED, occasion("2035-01-16T15:00"), "2035-01-16T12:00", today=99) is None, "it is today"


def test_what_advertises_keeps_to_the_laws_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No purpose of ours advertises yet: a row that does."""
    row = Row(channels=("sms",), kind="promotional")
    monkeypatch.setitem(PURPOSES, Purpose.CONFIRMED, row)
    it = occasion("2035-01-20T09:30")
    assert judged(Purpose.CONFIRMED, it, "2035-01-16T07:30") == PutOff(paris("2035-01-16T08:00"), "quiet-hours")
    assert judged(Purpose.CONFIRMED, it, "2035-01-16T21:30") == PutOff(paris("2035-01-17T08:00"), "quiet-hours")
    assert judged(Purpose.CONFIRMED, it, "2035-01-16T21:29") is None


@pytest.mark.parametrize(
    ("starts", "reminded"),
    [
        ("2035-03-26T09:30", "2035-03-25T17:00"),  # the clocks went forward that night
        ("2035-03-25T09:30", "2035-03-24T17:00"),  # they go between the reminder and the session
        ("2035-10-28T09:30", "2035-10-27T17:00"),  # and back
        ("2035-10-28T00:30", "2035-10-27T17:00"),
    ],
)
def test_the_day_before_is_right_when_the_clocks_change(starts: str, reminded: str) -> None:
    assert remind_from(paris(starts), TERMS) == paris(reminded)


def test_morning_is_seven_by_the_clock_on_the_wall_after_the_change() -> None:
    it = occasion("2035-03-27T09:30", deadline="2035-03-26T18:00")
    put_off = judged(Purpose.OFFERED, it, "2035-03-24T23:00")
    assert put_off == PutOff(datetime(2035, 3, 25, 5, 0, tzinfo=UTC), "quiet-hours")  # 7:00 in summer time


@given(
    purpose=st.sampled_from(Purpose),
    minutes=st.integers(-60 * 24 * 3, 60 * 24 * 3),
    today=st.integers(0, 12),
    quiet=st.none() | st.tuples(st.times(), st.times()),
)
def test_put_off_is_later_awake_and_of_use(
    purpose: Purpose, minutes: int, today: int, quiet: tuple[time, time] | None
) -> None:
    it = occasion("2035-03-25T09:30", deadline="2035-03-24T18:00")
    now = it.starts_at + timedelta(minutes=minutes)
    own = Hours(*quiet) if quiet else None
    row = PURPOSES[purpose]
    verdict = when(purpose, it, now, TERMS, own_quiet=own, today=today)
    if isinstance(verdict, PutOff):
        local = verdict.until.astimezone(PARIS)
        assert verdict.until > now
        assert TERMS.day.opens <= local.time() < TERMS.day.closes
        end = {"deadline": it.deadline, "start": it.starts_at, "end": it.ends_at}[row.until]
        assert end is not None
        assert verdict.until < end - row.lead
        assert when(purpose, it, verdict.until, TERMS, own_quiet=own, today=0) is None, "then it leaves"
    elif verdict is None:
        assert now < it.ends_at


def test_hours_are_written_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONDE_TELL_HOURS", "08:30-20:00")
    assert Settings().tell_hours == Hours(time(8, 30), time(20))
    monkeypatch.setenv("RONDE_TELL_HOURS", "closed")
    with pytest.raises(ValidationError, match="07:00-21:30"):
        Settings()
