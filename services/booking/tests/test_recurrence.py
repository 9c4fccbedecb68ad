"""From a rule to days, and from the wall clock to moments: ten years of clock changes, and rules of any kind."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from booking.refusals import InThePast, TimeSkipped, TimeTwice, TooFarAhead
from booking.series import refusals as no
from booking.series.recurrence import AT_MOST, Recurrence, days, span_on
from booking.series.verdicts import Verdict, Wanted, judge
from dateutil.rrule import rrule, rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from ronde.house import House
from ronde.ids import new_id
from ronde.refusal import Refused

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
TUESDAY = date(2027, 1, 12)
CHANGES = [
    (date(2026, 3, 29), date(2026, 10, 25)), (date(2027, 3, 28), date(2027, 10, 31)),
    (date(2028, 3, 26), date(2028, 10, 29)), (date(2029, 3, 25), date(2029, 10, 28)),
    (date(2030, 3, 31), date(2030, 10, 27)), (date(2031, 3, 30), date(2031, 10, 26)),
    (date(2032, 3, 28), date(2032, 10, 31)), (date(2033, 3, 27), date(2033, 10, 30)),
    (date(2034, 3, 26), date(2034, 10, 29)), (date(2035, 3, 25), date(2035, 10, 28)),
]  # fmt: skip
"""When the clocks of Paris go forward at 2:00, and when they go back at 3:00."""


def weekly(rule: str, first: date = TUESDAY, *without: date) -> Recurrence:
    return Recurrence(rule=rule, first=first, starts=time(9), ends=time(11), without=frozenset(without))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("FREQ=WEEKLY;COUNT=3", ["2027-01-12", "2027-01-19", "2027-01-26"]),
        ("RRULE:freq=weekly;interval=2;count=2", ["2027-01-12", "2027-01-26"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", ["2027-01-12", "2027-01-14", "2027-01-19"]),
        ("FREQ=DAILY;UNTIL=20270114", ["2027-01-12", "2027-01-13", "2027-01-14"]),
        ("FREQ=DAILY;UNTIL=20270113T090000", ["2027-01-12", "2027-01-13"]),
        ("FREQ=DAILY;UNTIL=20270113T085959", ["2027-01-12"]),
        ("FREQ=DAILY;UNTIL=20270113T080000Z", ["2027-01-12", "2027-01-13"]),  # 9:00 in Paris
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=2", ["2027-01-12", "2027-02-09"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["2027-01-29", "2027-02-26"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2", ["2027-01-31", "2027-03-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1", ["2028-02-29"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["2027-01-29", "2027-02-26"]),
    ],
)
def test_the_days_of_a_rule(rule: str, found: list[str]) -> None:
    assert [day.isoformat() for day in days(weekly(rule), PARIS, now=NOW)] == found


def test_the_days_left_out_still_count() -> None:
    asked = weekly("FREQ=WEEKLY;COUNT=3", TUESDAY, date(2027, 1, 19), date(2027, 1, 20))
    assert days(asked, PARIS, now=NOW) == [TUESDAY, date(2027, 1, 26)]


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        ("FREQ=WEEKLY", no.SeriesWithoutEnd),
        ("FREQ=DAILY;COUNT=10000", no.SeriesTooLong),
        ("FREQ=DAILY;UNTIL=20991231", no.SeriesTooLong),
        ("FREQ=WEEKLY;UNTIL=20991231", TooFarAhead),
        ("FREQ=YEARLY;COUNT=9", TooFarAhead),
        ("FREQ=DAILY;INTERVAL=9999999;COUNT=2", TooFarAhead),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", no.SeriesEmpty),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=5", no.SeriesEmpty),
        ("FREQ=WEEKLY;UNTIL=20200101", no.SeriesEmpty),
        ("FREQ=WEEKLY;UNTIL=00010101T000000Z", no.SeriesEmpty),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20270201", no.RuleNotUnderstood),
        ("FREQ=SECONDLY;COUNT=5", no.RuleNotUnderstood),
        ("FREQ=HOURLY;COUNT=5", no.RuleNotUnderstood),
        ("FREQ=DAILY;BYHOUR=9,10;COUNT=5", no.RuleNotUnderstood),
        ("FREQ=DAILY;BYEASTER=0;COUNT=2", no.RuleNotUnderstood),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", no.RuleNotUnderstood),
        ("FREQ=WEEKLY;INTERVAL=0;COUNT=3", no.RuleNotUnderstood),
        ("FREQ=WEEKLY;COUNT=-1", no.RuleNotUnderstood),
        ("FREQ=WEEKLY;COUNT=2;COUNT=3", no.RuleNotUnderstood),
        ("FREQ=WEEKLY;UNTIL=soon", no.RuleNotUnderstood),
        ("every Tuesday", no.RuleNotUnderstood),
        ("", no.RuleNotUnderstood),
    ],
)
@pytest.mark.timeout(5)
def test_a_rule_that_is_wrong_is_refused_precisely_and_at_once(rule: str, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        days(weekly(rule), PARIS, now=NOW)


@pytest.mark.parametrize(
    ("first", "refusal"),
    [(date(2027, 1, 3), InThePast), (date(1, 1, 1), InThePast), (date(9999, 12, 31), TooFarAhead)],
)
def test_a_series_starts_neither_in_the_past_nor_beyond_the_horizon(first: date, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        days(weekly("FREQ=WEEKLY;COUNT=2", first), PARIS, now=NOW)


parts = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), "COUNT": st.integers(1, 60)},
    optional={
        "INTERVAL": st.integers(1, 6),
        "BYDAY": st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=3),
        "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=3),
        "BYMONTHDAY": st.lists(st.integers(1, 28), min_size=1, max_size=3),
        "WKST": st.sampled_from(["MO", "SU"]),
    },
)


def written(rule: dict[str, object]) -> str:
    values = {name: ",".join(map(str, value)) if isinstance(value, list) else value for name, value in rule.items()}
    return ";".join(f"{name}={value}" for name, value in values.items())


@settings(deadline=None)
@given(parts, st.dates(date(2027, 1, 4), date(2029, 12, 1)))
def test_the_days_are_those_of_dateutil(rule: dict[str, object], first: date) -> None:
    """Although they are reckoned in twin years, so that a rule without any day ends soon."""
    reach = datetime(2030, 1, 3, 9)  # noqa: DTZ001 (the wall clock)
    endless = {name: value for name, value in rule.items() if name != "COUNT"}
    plain = cast(rrule, rrulestr(written(endless), dtstart=datetime.combine(first, time(9))))
    expected = [moment.date() for moment in islice(plain.replace(until=reach), int(str(rule["COUNT"])))]
    try:
        assert days(weekly(written(rule), first), PARIS, now=NOW) == expected
    except no.SeriesEmpty:
        assert expected == []
    except TooFarAhead:
        assert len(expected) < int(str(rule["COUNT"]))


@given(st.text(max_size=60) | st.text("FREQ=;,DAILYWKOUNTB0123456789-+Z", max_size=60))
def test_no_text_is_more_than_refused(rule: str) -> None:
    with suppress(Refused):
        assert len(days(weekly(rule), PARIS, now=NOW)) <= AT_MOST


@pytest.mark.parametrize(("forward", "back"), CHANGES, ids=lambda day: str(day.year))
def test_tuesday_nine_stays_nine_through_ten_years_of_clock_changes(forward: date, back: date) -> None:
    """Series that shift by an hour at a clock change."""
    for change, before, after in ((forward, 8, 7), (back, 7, 8)):
        for off in range(-9, 10):
            span = span_on(change + timedelta(days=off), time(9), time(11), PARIS)
            assert span.starts_at.hour == (before if off < 0 else after)
            assert span.ends_at - span.starts_at == timedelta(hours=2)
            assert span.starts_at.astimezone(PARIS).time() == time(9)


@pytest.mark.parametrize(("forward", "back"), CHANGES, ids=lambda day: str(day.year))
def test_a_reservation_across_two_to_three_lasts_what_the_clocks_make_of_it(forward: date, back: date) -> None:
    for day, hours in (
        (forward, 1.5),
        (back, 3.5),
        (forward - timedelta(days=1), 2.5),
        (back + timedelta(days=1), 2.5),
    ):
        span = span_on(day, time(1, 30), time(4), PARIS)
        assert span.ends_at - span.starts_at == timedelta(hours=hours)
        assert [at.astimezone(PARIS).time() for at in (span.starts_at, span.ends_at)] == [time(1, 30), time(4)]


@pytest.mark.parametrize(("forward", "back"), CHANGES, ids=lambda day: str(day.year))
def test_a_time_that_does_not_exist_or_comes_twice_is_not_guessed(forward: date, back: date) -> None:
    for day, refusal in ((forward, TimeSkipped), (back, TimeTwice)):
        for starts, ends in ((time(2), time(4)), (time(2, 59), time(4)), (time(1), time(2, 30))):
            with pytest.raises(refusal):
                span_on(day, starts, ends, PARIS)
        assert span_on(day, time(1, 59), time(3), PARIS)  # 3:00 is there, and once


def test_a_series_by_night_says_which_of_its_times_are_not_there(house: House) -> None:
    every_night = house.hours.model_validate(dict.fromkeys(type(house.hours).model_fields, "00:00-23:59"))
    awake = house.model_copy(update={"hours": every_night})
    room = awake.room("salle-reunion")

    def verdict(day: date) -> Verdict:
        wanted = Wanted(id=new_id(), day=day, on=day, starts=time(2, 15), ends=time(4), room=room, people=2)
        return judge(awake, wanted, now=NOW).verdict

    forward, back = CHANGES[1]
    assert (verdict(forward), verdict(back)) == (Verdict.SKIPPED, Verdict.TWICE)
    assert verdict(forward + timedelta(days=2)) is Verdict.FREE


def test_new_york_changes_its_clocks_on_other_days() -> None:
    zone = ZoneInfo("America/New_York")
    assert span_on(date(2027, 3, 16), time(9), time(11), zone).starts_at == utc("2027-03-16T13:00")
    assert span_on(date(2027, 3, 16), time(9), time(11), PARIS).starts_at == utc("2027-03-16T08:00")
