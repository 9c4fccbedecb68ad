"""A planning is read: each occurrence by its wall clock, and whatever is not understood is said."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from booking.importing.places import room_of
from booking.importing.planning import MOST_OCCURRENCES, Planning, read
from booking.importing.refusals import NotACalendar, NotUnderstood, TooManyOccurrences
from hypothesis import given, settings
from hypothesis import strategies as st
from ronde.house import House

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
TUESDAYS = """UID:1
SUMMARY:Peinture
DTSTART;TZID=Europe/Paris:20270105T090000
DTEND;TZID=Europe/Paris:20270105T110000
"""
ONE = "UID:1\nDTSTART:20270105T090000\nDTEND:20270105T110000\n"


def calendar(*events: str, head: str = "") -> str:
    inside = "".join(f"BEGIN:VEVENT\n{one.strip()}\nEND:VEVENT\n" for one in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{head}{inside}END:VCALENDAR\n"


def planning(*events: str, head: str = "", now: datetime = NOW) -> Planning:
    return read(calendar(*events, head=head), PARIS, now=now, until=NOW + timedelta(days=548))


def starts(found: Planning) -> list[str]:
    return [one.span.starts_at.astimezone(PARIS).strftime("%Y-%m-%d %H:%M") for one in found.entries]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("RRULE:FREQ=WEEKLY;COUNT=3", ["01-05", "01-12", "01-19"]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20270119T080000Z", ["01-05", "01-12", "01-19"]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20270119", ["01-05", "01-12", "01-19"]),
        ("RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU,TH", ["01-05", "01-07", "01-12"]),
        ("RRULE:FREQ=DAILY;COUNT=3;BYDAY=MO,TU,WE,TH,FR", ["01-05", "01-06", "01-07"]),
        ("RRULE:FREQ=MONTHLY;COUNT=2;BYDAY=1TU", ["01-05", "02-02"]),
        ("RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Europe/Paris:20270112T090000", ["01-05", "01-19"]),
        ("RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270112T080000Z", ["01-05", "01-19"]),
        ("RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20270112,20270119", ["01-05"]),
        ("RDATE;TZID=Europe/Paris:20270108T090000", ["01-05", "01-08"]),
    ],
)
def test_repetitions(rule: str, expected: list[str]) -> None:
    found = planning(TUESDAYS + rule)
    assert starts(found) == [f"2027-{day} 09:00" for day in expected]
    assert found.odd == []
    assert [one.recurrence for one in found.entries] == [f"2027-{day}" for day in expected]


def test_nine_o_clock_stays_nine_o_clock_over_both_changes() -> None:
    found = planning(TUESDAYS + "RRULE:FREQ=WEEKLY;COUNT=52")
    assert {one.split()[1] for one in starts(found)} == {"09:00"}
    assert len({one.span.starts_at.hour for one in found.entries}) == 2
    assert {one.span.ends_at - one.span.starts_at for one in found.entries} == {timedelta(hours=2)}


def test_an_hour_that_does_not_exist_is_said_and_one_that_comes_twice_is_the_first() -> None:
    night = "UID:1\nDTSTART;TZID=Europe/Paris:20270327T023000\nDURATION:PT15M\nRRULE:FREQ=DAILY;COUNT=3"
    found = planning(night)
    assert starts(found) == ["2027-03-27 02:30", "2027-03-29 02:30"]
    assert [one.code for one in found.odd] == ["no-such-time"]
    [twice] = planning("UID:1\nDTSTART;TZID=Europe/Paris:20271031T023000\nDURATION:PT15M").entries
    assert twice.span.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_changed_occurrence_stands_in_the_place_of_its_own() -> None:
    moved = "UID:1\nRECURRENCE-ID;TZID=Europe/Paris:20270112T090000\nDTSTART:20270113T080000Z\nDTEND:20270113T100000Z"
    off = "UID:1\nRECURRENCE-ID:20270119T080000Z\nDTSTART:20270119T080000Z\nDTEND:20270119T100000Z\nSTATUS:CANCELLED"
    found = planning(moved, TUESDAYS + "RRULE:FREQ=WEEKLY;COUNT=4", off)
    assert starts(found) == ["2027-01-05 09:00", "2027-01-13 09:00", "2027-01-19 09:00", "2027-01-26 09:00"]
    assert [one.recurrence for one in found.entries] == ["2027-01-05", "2027-01-12", "2027-01-19", "2027-01-26"]
    assert [one.cancelled for one in found.entries] == [False, False, True, False]


@pytest.mark.parametrize("start", ["DTSTART:2027", "DTSTART:20270112", "X:y"])
def test_a_changed_occurrence_that_is_not_understood_takes_nothing(start: str) -> None:
    found = planning(TUESDAYS + "RRULE:FREQ=WEEKLY;COUNT=2", f"UID:1\nRECURRENCE-ID:20270112T080000Z\n{start}")
    assert starts(found) == ["2027-01-05 09:00"]
    assert len(found.odd) == 1


def test_a_calendar_that_cancels_cancels_each() -> None:
    assert [one.cancelled for one in planning(ONE, head="METHOD:CANCEL\n").entries] == [True]


def test_the_past_is_counted_and_what_has_no_zone_is_by_the_house_s_clock() -> None:
    found = planning(ONE + "RRULE:FREQ=WEEKLY;COUNT=4", now=datetime(2027, 1, 13, tzinfo=UTC))
    assert starts(found) == ["2027-01-19 09:00", "2027-01-26 09:00"]
    assert found.past == 2


def test_a_series_without_an_end_says_where_it_was_left() -> None:
    found = planning(TUESDAYS + "RRULE:FREQ=WEEKLY")
    assert len(found.entries) == 78
    assert [(one.code, one.at) for one in found.odd] == [("continues", NOW + timedelta(days=548))]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("DTSTART:20270105T090000\nDTEND:20270105T110000", "no-uid"),
        (ONE.replace("UID:1", "UID:" + "1" * 201), "broken"),
        (ONE.replace("UID:1", "UID:1\x07"), "broken"),
        ("UID:1\nDTSTART;VALUE=DATE:20270105\nDTEND;VALUE=DATE:20270106", "all-day"),
        ("UID:1\nDTSTART:20270105T090000", "no-end"),
        ("UID:1\nDTEND:20270105T090000", "broken"),
        ("UID:1\nDTSTART:20270105T090000\nDTEND:20270105T080000", "ends-before"),
        ("UID:1\nDTSTART;TZID=Nowhere/Land:20270105T090000\nDURATION:PT1H", "unknown-zone"),
        ("UID:1\nDTSTART:2027\nDURATION:PT1H", "broken"),
        ("UID:1\nDTSTART:99990105T090000\nDURATION:PT1H", "broken"),
        (ONE + "RRULE:FREQ=SECONDLY", "rule"),
        (ONE + "RRULE:FREQ=DAILY;INTERVAL=0", "rule"),
        (ONE + "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "rule"),
        (ONE + "RRULE:FREQ=DAILY;BYHOUR=9,10", "rule"),
        (ONE + "RRULE:FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=9", "rule"),
        (ONE + "RRULE:FREQ=WEEKLY;COUNT=2;UNTIL=20280101", "rule"),
        (ONE + "RRULE:FREQ=WEEKLY\nRRULE:FREQ=DAILY", "rule"),
        (ONE + "RDATE;VALUE=PERIOD:20270108T090000Z/PT1H", "rule"),
        (ONE + "RECURRENCE-ID;RANGE=THISANDFUTURE:20270105T090000", "this-and-following"),
    ],
)
def test_what_is_not_understood_is_said_and_the_rest_goes_on(event: str, code: str) -> None:
    found = planning(event, ONE.replace("UID:1", "UID:2"))
    assert [one.code for one in found.odd] == [code]
    assert [one.uid for one in found.entries] == ["2"]


def test_the_same_event_twice_and_what_is_no_event() -> None:
    found = planning(ONE, ONE, head="BEGIN:VTODO\nUID:3\nSUMMARY:Courses\nEND:VTODO\n")
    assert len(found.entries) == 1
    assert [(one.code, one.title) for one in found.odd] == [("kind", "Courses"), ("twice", None)]


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCARD\nEND:VCARD", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "\x00"])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(NotACalendar):
        read(text, PARIS, now=NOW, until=NOW + timedelta(days=9))


def test_too_many_are_refused_before_long() -> None:
    endless = [f"UID:{n}\nDTSTART:19700101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY" for n in range(9)]
    with pytest.raises(TooManyOccurrences):
        planning(*endless)
    with pytest.raises(TooManyOccurrences):
        planning(*(ONE.replace("UID:1", f"UID:{n}") for n in range(MOST_OCCURRENCES + 1)))


LINES = [*calendar(TUESDAYS + "RRULE:FREQ=WEEKLY;COUNT=3").splitlines(), "RRULE:FREQ=DAILY;UNTIL=x", "EXDATE:2027",
         "DURATION:-PT1H", "RDATE:20270101", "DTSTART:00010101T000000", "STATUS", "SUMMARY:" + "é" * 300]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=30)), max_size=25))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    text = "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    try:
        found = read(text, PARIS, now=NOW, until=NOW + timedelta(days=548))
    except (NotACalendar, TooManyOccurrences):
        return
    assert all(NOW < one.span.starts_at < one.span.ends_at for one in found.entries)
    assert all(one.title is None or 0 < len(one.title) <= 200 for one in found.entries)


@pytest.mark.parametrize(
    ("place", "room"),
    [
        ("Cuisine partagée", "cuisine"),
        ("  cuisine  PARTAGÉE ", "cuisine"),
        ("Shared kitchen (upstairs)", "cuisine"),
        ("salle-atelier", "salle-atelier"),
        ("Grande salle", "grande-salle"),
        ("Grande salle, côté rue", "grande-salle-rue"),
        ("Grande salle, 12 rue de la Paix", "grande-salle"),
        (None, "salle-reunion"),
        ("Grande salle des fêtes", None),
        ("Mairie", None),
    ],
)
def test_a_place_names_a_room_or_none(house: House, place: str | None, room: str | None) -> None:
    if room is None:
        with pytest.raises(NotUnderstood, match="unknown-place"):
            room_of(house, place, "salle-reunion")
    else:
        assert room_of(house, place, "salle-reunion") == room


def test_without_a_place_and_without_a_choice_no_room_is_guessed(house: House) -> None:
    with pytest.raises(NotUnderstood, match="no-place"):
        room_of(house, None, None)


def test_a_recurrence_is_a_local_day() -> None:
    late = "UID:1\nDTSTART:20270105T233000Z\nDURATION:PT15M\nRRULE:FREQ=DAILY;COUNT=1"
    assert [one.recurrence for one in planning(late).entries] == [date(2027, 1, 6).isoformat()]


FROM_THE_SECOND = "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20270112T090000\n"


def test_this_and_following_moves_each_day_from_then_on() -> None:
    """One of a series changed with all that follow: they were taken at their old hours."""
    later = FROM_THE_SECOND + ("SUMMARY:Poterie\nLOCATION:Cuisine\nDTSTART;TZID=Europe/Paris:20270113T100000\n"
                             "DTEND;TZID=Europe/Paris:20270113T103000")  # fmt: skip
    alone = "UID:1\nRECURRENCE-ID;TZID=Europe/Paris:20270119T090000\nDTSTART:20270121T080000Z\nDTEND:20270121T090000Z"
    series = TUESDAYS + "RRULE:FREQ=WEEKLY;COUNT=14"
    for events in ([series, later, alone], [alone, later, series]):
        found = planning(*events)
        assert found.odd == []
        assert starts(found)[:4] == ["2027-01-05 09:00", "2027-01-13 10:00", "2027-01-21 09:00", "2027-01-27 10:00"]
        assert starts(found)[-1] == "2027-04-07 10:00"  # after the change of the clocks
        assert [one.recurrence for one in found.entries[:4]] == ["2027-01-05", "2027-01-12", "2027-01-19", "2027-01-26"]
        assert [one.title for one in found.entries[:4]] == ["Peinture", "Poterie", None, "Poterie"]
        assert {one.span.ends_at - one.span.starts_at for one in found.entries} == {
            timedelta(hours=2), timedelta(minutes=30), timedelta(hours=1),
        }  # fmt: skip


def test_the_following_can_be_cancelled_and_changed_again() -> None:
    again = (
        FROM_THE_SECOND.replace("0112T", "0126T") + "STATUS:CANCELLED\nDTSTART:20270126T080000Z\nDTEND:20270126T100000Z"
    )
    first = FROM_THE_SECOND + "DTSTART;TZID=Europe/Paris:20270112T140000\nDURATION:PT1H"
    found = planning(again, first, TUESDAYS + "RRULE:FREQ=WEEKLY;COUNT=5")
    assert [one[5:] for one in starts(found)] == [
        "01-05 09:00",
        "01-12 14:00",
        "01-19 14:00",
        "01-26 09:00",
        "02-02 09:00",
    ]
    assert [one.cancelled for one in found.entries] == [False, False, False, True, True]


def test_this_and_following_that_is_not_understood_takes_none_of_those_days() -> None:
    broken = FROM_THE_SECOND + "DTSTART;VALUE=DATE:20270112"
    prior = FROM_THE_SECOND.replace("FUTURE", "PRIOR") + "DTSTART:20270112T080000Z\nDTEND:20270112T090000Z"
    for event, code in ((broken, "all-day"), (prior, "this-and-following")):
        found = planning(event, TUESDAYS + "RRULE:FREQ=WEEKLY;COUNT=5")
        assert [one.code for one in found.odd] == [code]
        assert starts(found) == ["2027-01-05 09:00"]
