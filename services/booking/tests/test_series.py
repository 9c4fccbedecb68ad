"""Series on a real Postgres: what is held, what is left, what is said. In January, on the house's calendar of 2027."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from booking.finding import NotYours, PartOfASeries
from booking.refusals import InThePast, RoomTooSmall, UnknownRoom
from booking.rules import Span
from booking.series import refusals as no
from booking.series.finding import Which
from booking.series.verdicts import Mode
from booking.tables import State
from booking.testing import Desk
from booking.use_cases.reserve_series import Reserved
from ronde.ids import new_id
from ronde.refusal import Refused
from sqlalchemy import text
from time_machine import travel

pytestmark = pytest.mark.database

MONDAY, TUESDAY = date(2027, 1, 11), date(2027, 1, 12)
THIS, FOLLOWING, ALL = Which
HELD = text("SELECT lower(during), upper(during), reservation_id FROM occupancies ORDER BY 1")


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with travel(datetime(2027, 1, 4, 8, tzinfo=UTC), tick=True):
        yield


def weeks(n: int) -> date:
    return TUESDAY + timedelta(weeks=n)


def at(day: date, begins: int, ends: int, desk: Desk) -> Span:
    zone = desk.settings.house.timezone
    return Span(*(datetime.combine(day, time(hour), zone).astimezone(UTC) for hour in (begins, ends)))


async def held(desk: Desk) -> list[tuple[Any, ...]]:
    async with desk.db.reading() as session:
        return [tuple(row) for row in await session.execute(HELD)]


async def local(desk: Desk, made: Reserved) -> dict[date, tuple[str, str]]:
    """Of each occurrence that is held now: its room, and its hours on the wall."""
    asked = text(
        "SELECT occurrence, room, starts_at AT TIME ZONE 'Europe/Paris', ends_at AT TIME ZONE 'Europe/Paris'"
        " FROM reservations WHERE series_id = :id AND state = 'confirmed' ORDER BY occurrence"
    )
    async with desk.db.reading() as session:
        rows = await session.execute(asked, {"id": made.series.id})
        return {day: (room, f"{begins:%a %H:%M}-{ends:%H:%M}") for day, room, begins, ends in rows}


async def test_a_series_is_reserved_with_one_event_and_each_date_holds_its_room(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=10", TUESDAY, title={"fr": "Pain"})
    assert len(made.occurrences) == len(await held(desk)) == 10
    assert made.left_out == []
    [(type, sequence, data)] = await desk.said()
    assert (type, sequence, data["series_id"]) == ("series.confirmed", 1, str(made.series.id))
    assert [one["day"] for one in data["occurrences"]] == [weeks(n).isoformat() for n in range(10)]
    assert {one["reservation_id"] for one in data["occurrences"]} == {str(one.id) for one in made.occurrences}


async def test_a_series_does_not_shift_by_an_hour_at_a_clock_change(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=50", TUESDAY, mode=Mode.FREE)
    assert {hours for _, hours in (await local(desk, made)).values()} == {"Tue 09:00-11:00"}
    utc = {begins.hour for begins, *_ in await held(desk)}
    assert utc == {6, 7}  # ten minutes to set up, in summer and in winter


async def test_one_closed_day_does_not_refuse_a_whole_series(desk: Desk) -> None:
    """Easter Monday, Whit Monday: nobody has the room, so even all or nothing is all that there is."""
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=20", MONDAY, mode=Mode.ALL)
    assert len(made.occurrences) == 18
    assert {one.wanted.day: str(one.verdict) for one in made.left_out} == {
        date(2027, 3, 29): "closed",
        date(2027, 5, 17): "closed",
    }


async def test_all_or_nothing_takes_nothing_when_one_date_is_taken_and_says_which(desk: Desk) -> None:
    await desk.reserve("cuisine", at(weeks(3), 10, 12, desk), organisation="acepp")
    before = await held(desk)
    with pytest.raises(no.SeriesClashes) as refused:
        await desk.reserve_series("FREQ=WEEKLY;COUNT=10", TUESDAY)
    [clash] = refused.value.extra["occurrences"]
    assert (clash["day"], clash["verdict"]) == (weeks(3).isoformat(), "taken")
    assert "acepp" not in str((refused.value.reason, refused.value.extra))
    assert await held(desk) == before
    assert len(await desk.said()) == 1


async def test_the_rooms_that_a_clash_names_take_all_of_it(desk: Desk) -> None:
    await desk.reserve("cuisine", at(weeks(3), 10, 12, desk))
    await desk.reserve("salle-atelier", at(weeks(5), 10, 12, desk))
    with pytest.raises(no.SeriesClashes) as refused:
        await desk.reserve_series("FREQ=WEEKLY;COUNT=10", TUESDAY)
    rooms = refused.value.extra["rooms"]
    assert rooms[0] == "salle-reunion"
    assert "salle-atelier" not in rooms
    for room in ("salle-reunion", "grande-salle"):
        assert room in rooms
        assert len((await desk.reserve_series("FREQ=WEEKLY;COUNT=10", TUESDAY, room)).occurrences) == 10


async def test_what_is_free_takes_the_rest(desk: Desk) -> None:
    await desk.reserve("cuisine", at(weeks(3), 10, 12, desk), organisation="acepp")
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=10", TUESDAY, mode=Mode.FREE)
    assert [one.wanted.day for one in made.left_out] == [weeks(3)]
    assert [one.occurrence for one in made.occurrences] == [weeks(n) for n in range(10) if n != 3]


async def test_the_time_to_tidy_is_in_the_way_and_the_minute_after_is_not(desk: Desk) -> None:
    zone = desk.settings.house.timezone
    for week, minute in ((2, 15), (3, 30)):  # 20 minutes to tidy, 10 to set up
        begins = datetime.combine(weeks(week), time(11, minute), zone).astimezone(UTC)
        await desk.reserve("cuisine", Span(begins, begins + timedelta(hours=1)))
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=10", TUESDAY, mode=Mode.FREE)
    assert [one.wanted.day for one in made.left_out] == [weeks(2)]


async def test_a_half_of_the_hall_is_in_the_way_of_the_whole(desk: Desk) -> None:
    await desk.reserve("grande-salle-rue", at(weeks(1), 9, 11, desk))
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", TUESDAY, "grande-salle", mode=Mode.FREE)
    assert [one.wanted.day for one in made.left_out] == [weeks(1)]
    assert len(await held(desk)) == 1 + 2 * 2


@pytest.mark.parametrize(
    ("refusal", "asked"),
    [
        (UnknownRoom, {"room": "salle-de-bal"}),
        (RoomTooSmall, {"people": 9}),
        (no.SeriesTooLong, {"rule": "FREQ=DAILY;COUNT=10000"}),
        (no.SeriesClashes, {"starts": "05:00", "ends": "07:00", "mode": Mode.FREE}),
        (InThePast, {"first": date(2027, 1, 3)}),
    ],
)
async def test_what_is_wrong_with_all_of_it_is_refused_and_nothing_is_half_done(
    desk: Desk, refusal: type[Refused], asked: dict[str, Any]
) -> None:
    with pytest.raises(refusal):
        await desk.reserve_series(**{"rule": "FREQ=WEEKLY;COUNT=3", "first": TUESDAY, **asked})
    assert await held(desk) == await desk.said() == []


async def test_series_and_single_requests_for_the_same_dates_have_one_winner_each(desk: Desk) -> None:
    """Whoever is first, every date has one holder, and no series has some of its dates only."""

    async def outcome(asking: Awaitable[Any]) -> str:
        try:
            await asking
        except Refused as refused:
            return refused.code
        return "confirmed"

    asking: list[Awaitable[Any]] = []
    for n in range(16):
        asking.append(desk.reserve_series("FREQ=WEEKLY;COUNT=8", TUESDAY))
        asking.append(desk.reserve("cuisine", at(weeks(n % 8), 9, 11, desk)))
    results = Counter(await asyncio.gather(*map(outcome, asking)))
    rows = await held(desk)
    assert len(rows) == 8
    assert results["confirmed"] in (1, 8)
    assert all(one[1] <= other[0] for one, other in pairwise(rows))


async def test_series_that_cross_neither_wait_for_ever_nor_overlap(desk: Desk) -> None:
    rooms = {"bottines": "grande-salle", "relais": "grande-salle-rue", "acepp": "grande-salle-jardin"}
    async with asyncio.timeout(10):
        made = await asyncio.gather(
            *(
                desk.reserve_series("FREQ=DAILY;COUNT=20", MONDAY, room, organisation=who, mode=Mode.FREE)
                for who, room in rooms.items()
            ),
            return_exceptions=True,
        )
    assert sum(isinstance(one, Reserved) for one in made) in (1, 2)  # the whole, or its halves
    assert {type(one) for one in made} <= {Reserved, no.SeriesClashes}


async def test_two_hundred_occurrences_are_one_short_transaction(desk: Desk) -> None:
    """The limit here is wide, for machines that are busy; the benchmark has the narrow one."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    made = await desk.reserve_series("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=230", TUESDAY, mode=Mode.FREE)
    assert loop.time() - began < 2
    assert len(made.occurrences) >= 200
    assert len(await desk.said()) == 1


async def test_a_series_of_a_hundred_is_cancelled_with_one_event(desk: Desk) -> None:
    """A 100-occurrence series cancelled with 100 e-mails."""
    made = await desk.reserve_series("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=100", TUESDAY, mode=Mode.FREE)
    series = await desk.cancel_series(made.series.id, ALL)
    assert series.state == State.CANCELLED
    assert await held(desk) == []
    [_, (type, sequence, data)] = await desk.said()
    assert (type, sequence, data["occurrences"]) == ("series.cancelled", 2, [])
    assert len(data["freed"]) == len(made.occurrences)
    await desk.cancel_series(made.series.id, ALL)
    assert len(await desk.said()) == 2


@pytest.mark.parametrize(("which", "moved"), [(THIS, [2]), (FOLLOWING, [2, 3, 4]), (ALL, [0, 1, 2, 3, 4])])
async def test_this_this_and_following_all(desk: Desk, which: Which, moved: list[int]) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=5", TUESDAY)
    day = None if which is ALL else weeks(2)
    changed = await desk.change_series(made.series.id, which, day, starts=time(14), ends=time(16), room="salle-reunion")
    assert changed.left_out == []
    assert await local(desk, made) == {
        weeks(n): ("salle-reunion", "Tue 14:00-16:00") if n in moved else ("cuisine", "Tue 09:00-11:00")
        for n in range(5)
    }
    type, sequence, data = (await desk.said())[1]
    assert (type, sequence, len(data["occurrences"]), len(data["freed"])) == ("series.changed", 2, 5, len(moved))


async def test_this_one_goes_to_another_day_and_stays_that_occurrence(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", TUESDAY)
    await desk.change_series(made.series.id, THIS, weeks(1), on=weeks(1) + timedelta(days=1))
    await desk.change_series(made.series.id, FOLLOWING, weeks(1), starts=time(8))
    assert [hours for _, hours in (await local(desk, made)).values()] == [
        "Tue 09:00-11:00",
        "Wed 08:00-11:00",
        "Tue 08:00-11:00",
    ]


async def test_a_change_moves_over_its_own_old_hours(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=DAILY;COUNT=5", MONDAY)
    changed = await desk.change_series(made.series.id, ALL, starts=time(10), ends=time(12))
    assert len(changed.occurrences) == 5
    assert changed.left_out == []


async def test_a_change_of_all_or_nothing_that_meets_another_changes_nothing(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=5", TUESDAY)
    await desk.reserve("cuisine", at(weeks(3), 14, 16, desk), organisation="acepp")
    before, said = await held(desk), len(await desk.said())
    with pytest.raises(no.SeriesClashes) as refused:
        await desk.change_series(made.series.id, ALL, starts=time(14), ends=time(16))
    assert [one["day"] for one in refused.value.extra["occurrences"]] == [weeks(3).isoformat()]
    assert (await held(desk), len(await desk.said())) == (before, said)


async def test_a_change_of_what_is_free_leaves_the_others_where_they_were(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=5", TUESDAY)
    await desk.reserve("cuisine", at(weeks(3), 14, 16, desk), organisation="acepp")
    changed = await desk.change_series(
        made.series.id, ALL, starts=time(14), ends=time(16), title={"fr": "Pain"}, mode=Mode.FREE
    )
    assert [one.wanted.day for one in changed.left_out] == [weeks(3)]
    assert (await local(desk, made))[weeks(3)] == ("cuisine", "Tue 09:00-11:00")
    assert [one.title for one in changed.occurrences] == [None if n == 3 else {"fr": "Pain"} for n in range(5)]


async def test_two_of_one_series_on_one_day_do_not_land_on_each_other(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=DAILY;COUNT=2", TUESDAY)
    await desk.change_series(
        made.series.id, THIS, TUESDAY, on=TUESDAY + timedelta(days=1), starts=time(14), ends=time(16)
    )
    with pytest.raises(no.SeriesClashes):
        await desk.change_series(made.series.id, ALL, starts=time(17), ends=time(18))
    changed = await desk.change_series(made.series.id, ALL, starts=time(17), ends=time(18), mode=Mode.FREE)
    assert len(changed.left_out) == 1
    rows = await held(desk)
    assert rows[0][1] <= rows[1][0]


async def test_editing_my_series_deletes_nobody_else_s_reservation_nor_my_past_ones(desk: Desk) -> None:
    theirs = await desk.reserve_series("FREQ=WEEKLY;COUNT=5", TUESDAY, "salle-reunion", organisation="acepp")
    mine = await desk.reserve_series("FREQ=WEEKLY;COUNT=5", TUESDAY)
    before = await held(desk)
    with travel(at(weeks(1), 10, 11, desk).starts_at, tick=True):  # in the midst of the second
        with pytest.raises(NotYours):
            await desk.cancel_series(theirs.series.id, ALL)
        with pytest.raises(no.SeriesClashes):
            await desk.change_series(mine.series.id, ALL, room="salle-reunion")
        with pytest.raises(InThePast):
            await desk.change_series(mine.series.id, THIS, TUESDAY, starts=time(8))
        with pytest.raises(InThePast):
            await desk.cancel_series(mine.series.id, THIS, weeks(1))
        assert await held(desk) == before
        await desk.change_series(mine.series.id, ALL, starts=time(8))
        await desk.cancel_series(mine.series.id, ALL)
    mine_ids = {one.id for one in mine.occurrences if one.occurrence not in (TUESDAY, weeks(1))}
    assert await held(desk) == [row for row in before if row[2] not in mine_ids]
    type, _, data = (await desk.said())[-1]
    assert (type, [one["day"] for one in data["occurrences"]]) == (
        "series.cancelled",
        [TUESDAY.isoformat(), weeks(1).isoformat()],
    )
    with travel(at(weeks(9), 10, 11, desk).starts_at, tick=True), pytest.raises(no.NothingToCome):
        await desk.change_series(theirs.series.id, ALL, starts=time(8), organisation="acepp")


async def test_one_occurrence_is_given_back_and_the_last_one_ends_the_series(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", TUESDAY)
    await desk.cancel_series(made.series.id, THIS, weeks(1))
    await desk.reserve("cuisine", at(weeks(1), 9, 11, desk), organisation="acepp")
    with pytest.raises(no.NoSuchOccurrence):
        await desk.cancel_series(made.series.id, THIS, weeks(1))
    with pytest.raises(no.NoSuchOccurrence):
        await desk.change_series(made.series.id, THIS, weeks(7), starts=time(8))
    await desk.cancel_series(made.series.id, FOLLOWING, TUESDAY)
    assert [type for type, *_ in await desk.said() if type.startswith("series")] == [
        "series.confirmed",
        "series.changed",
        "series.cancelled",
    ]


async def test_what_a_series_would_go_over_the_charter_is_asked_once(desk: Desk) -> None:
    """24 peak hours a week, says the house file; 15 are held here, and the other room would make 30."""
    every_day = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=10"
    await desk.reserve_series(every_day, MONDAY, ends="12:00")
    made = await desk.reserve_series(every_day, MONDAY, "salle-reunion", ends="12:00", mode=Mode.FREE)
    days = ["2027-01-14", "2027-01-15", "2027-01-21", "2027-01-22"]
    assert ([str(one.occurrence) for one in made.asked], made.left_out) == (days, [])
    (_, _, asked), (type, _, confirmed) = (await desk.said())[-2:]
    assert [one["day"] for one in asked["occurrences"]] == days
    assert [(one["code"], one["minutes_over"]) for one in asked["excess"]] == [("over-week", 360)] * 2
    assert (type, len(confirmed["occurrences"])) == ("series.confirmed", 6)
    later = await desk.reserve_series(every_day, MONDAY, "salle-atelier", "12:30", "13:30")
    assert len((await desk.change_series(later.series.id, ALL, ends=time(14))).occurrences) == 10
    assert len((await desk.change_series(later.series.id, ALL, starts=time(9), ends=time(12))).asked) == 10


async def test_a_window_kept_for_another_is_left_to_them(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=4", TUESDAY, "salle-motricite", mode=Mode.FREE)
    assert [one.occurrence for one in made.asked] == [weeks(2), weeks(3)]  # released 21 days before
    await desk.cancel_series(made.series.id, FOLLOWING, weeks(2))
    theirs = await desk.reserve_series("FREQ=WEEKLY;COUNT=2", weeks(2), "salle-motricite", organisation="relais")
    assert len(theirs.occurrences) == 2


async def test_nothing_new_says_nothing(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", TUESDAY)
    changed = await desk.change_series(made.series.id, ALL, starts=time(9), room="cuisine", people=8)
    assert {one.people for one in changed.occurrences} == {8}
    assert len(await desk.said()) == 1


async def test_hours_that_would_end_before_they_start_are_refused(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", TUESDAY)
    with pytest.raises(no.HoursUpsideDown):
        await desk.change_series(made.series.id, ALL, starts=time(12))
    with pytest.raises(RoomTooSmall):
        await desk.change_series(made.series.id, ALL, people=9)
    with pytest.raises(no.NoSuchSeries):
        await desk.change_series(new_id(), ALL, people=4)


async def test_an_occurrence_is_changed_through_its_series_so_that_what_was_said_of_it_stays_true(desk: Desk) -> None:
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", TUESDAY)
    one = made.occurrences[1]
    with pytest.raises(PartOfASeries) as refused:
        await desk.cancel(one.id)
    assert refused.value.extra == {"series_id": str(made.series.id), "occurrence": weeks(1).isoformat()}
    with pytest.raises(PartOfASeries):
        await desk.move(one.id, at(weeks(1), 14, 16, desk))
