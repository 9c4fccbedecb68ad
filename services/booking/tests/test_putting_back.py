"""A date that was given back or excepted is put back into its series, where it was."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from booking.series import refusals as no
from booking.series.finding import Which
from booking.tables import State
from booking.testing import Desk, Running
from booking.testing.charter import TODAY, at, fill, settled, types
from booking.use_cases.reserve_series import Reserved

pytestmark = pytest.mark.database
FRIDAY = date(2027, 3, 5)
SECOND, THIRD = FRIDAY + timedelta(days=7), FRIDAY + timedelta(days=14)
THIS, FOLLOWING, ALL = Which


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


async def fridays(desk: Desk, **more: object) -> Reserved:
    return await desk.reserve_series("FREQ=WEEKLY;COUNT=3", FRIDAY, **more)  # type: ignore[arg-type]


async def test_what_was_given_back_has_its_room_again_with_one_event(desk: Desk) -> None:
    made = await fridays(desk)
    await desk.cancel_series(made.series.id, THIS, SECOND)
    row = await desk.put_back(made.series.id, SECOND)
    assert (row.id, row.state, len(await desk.holds(row.id))) == (made.occurrences[1].id, State.CONFIRMED, 1)
    assert await types(desk, 1) == ["series.changed"]
    assert len((await desk.said())[-1][2]["occurrences"]) == 3
    said = len(await desk.said())
    assert (await desk.put_back(made.series.id, SECOND)).id == row.id  # once more is nothing new
    assert len(await desk.said()) == said


async def test_a_day_that_was_excepted_is_a_date_like_the_others(desk: Desk) -> None:
    made = await fridays(desk, without=frozenset({SECOND}))
    assert len(made.occurrences) == 2
    row = await desk.put_back(made.series.id, SECOND)
    assert (row.occurrence, row.starts_at) == (SECOND, at(desk, 11, "09:00").starts_at)
    with pytest.raises(no.NoSuchOccurrence):
        await desk.put_back(made.series.id, SECOND + timedelta(days=1))


async def test_what_somebody_has_meanwhile_is_refused_and_nothing_changes(desk: Desk) -> None:
    made = await fridays(desk)
    await desk.cancel_series(made.series.id, THIS, FRIDAY)
    await desk.reserve("cuisine", at(desk, 4), organisation="acepp")
    said = len(await desk.said())
    with pytest.raises(no.SeriesClashes) as refused:
        await desk.put_back(made.series.id, FRIDAY)
    assert [one["verdict"] for one in refused.value.extra["occurrences"]] == ["taken"]
    assert len(await desk.said()) == said


async def test_over_the_charter_it_is_asked(desk: Desk) -> None:
    made = await fridays(desk)
    await desk.cancel_series(made.series.id, THIS, FRIDAY)
    await fill(desk)
    row = await desk.put_back(made.series.id, FRIDAY)
    assert (row.state, await types(desk, 1)) == (State.ASKED, ["consent.asked"])
    with time_machine.travel(TODAY + timedelta(days=6)):
        assert await settled(desk) == 1
    assert await types(desk, 2) == ["consent.given", "series.changed"]
    await desk.cancel_series(made.series.id, ALL)
    with pytest.raises(no.NothingToCome):  # what was cancelled whole stays so
        await desk.put_back(made.series.id, FRIDAY)


async def test_at_the_door(doors: Running) -> None:
    desk = Desk(doors.service.db, doors.settings)
    made = await fridays(desk)
    async with doors.visitor("bottines") as visitor:
        path = f"/series/{made.series.id}"
        await visitor.post(f"{path}/cancel", json={"which": "this", "day": str(SECOND)})
        answered = await visitor.post(f"{path}/put-back", json={"day": str(SECOND)})
        assert [one["day"] for one in answered.json()["occurrences"]] == [str(FRIDAY), str(SECOND), str(THIRD)]
    async with doors.visitor("relais") as stranger:
        assert (await stranger.post(f"{path}/put-back", json={"day": str(SECOND)})).status_code == 403
