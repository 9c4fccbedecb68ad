"""Dates of a series over the charter: one round for all of them, whatever their number."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from booking.refusals import RoomTaken
from booking.series import refusals as no
from booking.series.finding import Which
from booking.series.verdicts import Mode
from booking.tables import State
from booking.testing import Desk, Running
from booking.testing.charter import TODAY, answer, at, fill, settled, types
from booking.use_cases.reserve_series import Reserved
from ronde.ids import new_id
from sqlalchemy import text

pytestmark = pytest.mark.database
FRIDAY = date(2027, 3, 5)
THIS, FOLLOWING, ALL = Which


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


async def asked(desk: Desk, mode: Mode) -> Reserved:
    """Three Fridays; the first is in a week that is full, the others are not."""
    await fill(desk)
    return await desk.reserve_series("FREQ=WEEKLY;COUNT=3", FRIDAY, ends="12:00", mode=mode)


async def states(desk: Desk, id: UUID) -> list[str]:
    query = "SELECT state FROM reservations WHERE series_id = :id ORDER BY occurrence"
    async with desk.db.reading() as session:
        return list(await session.scalars(text(query), {"id": id}))


async def test_what_is_free_is_taken_at_once_and_the_rest_asked(desk: Desk) -> None:
    made = await asked(desk, Mode.FREE)
    assert await states(desk, made.series.id) == ["asked", "confirmed", "confirmed"]
    assert await types(desk, 2) == ["consent.asked", "series.confirmed"]
    with pytest.raises(RoomTaken):
        await desk.reserve("cuisine", at(desk, 4), organisation="acepp")
    with time_machine.travel(TODAY + timedelta(days=6)):
        assert await settled(desk) == 1
        assert await settled(desk) == 0
    assert await types(desk, 2) == ["consent.given", "series.changed"]
    assert len((await desk.said())[-1][2]["occurrences"]) == 3
    assert await states(desk, made.series.id) == ["confirmed"] * 3


async def test_an_objection_frees_what_was_asked_and_leaves_the_rest(desk: Desk) -> None:
    made = await asked(desk, Mode.FREE)
    await answer(desk, made.asked[0].id, "acepp", "Nous y recevons un groupe.")
    assert await states(desk, made.series.id) == ["refused", "confirmed", "confirmed"]
    type, _, data = (await desk.said())[-1]
    assert (type, data["series_id"], data["reason"]["fr"]) == (
        "consent.refused", str(made.series.id), "Nous y recevons un groupe.",
    )  # fmt: skip
    assert (await desk.reserve("cuisine", at(desk, 4), organisation="acepp")).state == State.CONFIRMED


async def test_all_or_nothing_is_asked_as_a_whole(desk: Desk) -> None:
    """Else an objection would leave a part of what was wanted whole."""
    made = await asked(desk, Mode.ALL)
    assert (made.series.state, await states(desk, made.series.id)) == (State.ASKED, ["asked"] * 3)
    assert await types(desk, 1) == ["consent.asked"]
    assert len((await desk.said())[-1][2]["occurrences"]) == 3
    await answer(desk, made.asked[0].id, "relais")
    await answer(desk, made.asked[0].id, "acepp")
    assert await types(desk, 2) == ["consent.given", "series.confirmed"]
    assert await states(desk, made.series.id) == ["confirmed"] * 3


async def test_all_or_nothing_is_refused_as_a_whole(desk: Desk) -> None:
    made = await asked(desk, Mode.ALL)
    await answer(desk, made.asked[0].id, "acepp", "Non, merci.")
    assert await states(desk, made.series.id) == ["refused"] * 3
    assert await types(desk, 1) == ["consent.refused"]
    again = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", FRIDAY, ends="12:00", organisation="acepp")
    assert len(again.occurrences) == 3
    with pytest.raises(no.NothingToCome):
        await desk.cancel_series(made.series.id, ALL)


async def test_a_date_that_is_taken_is_no_question_for_the_founders(desk: Desk) -> None:
    await fill(desk)
    await desk.reserve("cuisine", at(desk, 11), organisation="acepp")
    with pytest.raises(no.SeriesClashes) as refused:
        await desk.reserve_series("FREQ=WEEKLY;COUNT=3", FRIDAY, ends="12:00")
    assert [one["verdict"] for one in refused.value.extra["occurrences"]] == ["taken"]


async def test_a_date_that_is_asked_is_given_back_and_with_the_last_one_the_question(desk: Desk) -> None:
    made = await asked(desk, Mode.ALL)
    await desk.cancel_series(made.series.id, THIS, FRIDAY)
    assert await types(desk, 1) == ["consent.asked"]
    with pytest.raises(no.StillAsked):
        await desk.change_series(made.series.id, ALL, people=4)
    await desk.cancel_series(made.series.id, ALL)
    (type, _, data), before = (await desk.said())[-1], (await desk.said())[-2][0]
    assert (type, before, len(data["occurrences"])) == ("consent.withdrawn", "consent.asked", 2)
    assert await states(desk, made.series.id) == ["cancelled"] * 3


async def test_it_is_shown_at_the_door(doors: Running) -> None:
    desk = Desk(doors.service.db, doors.settings)
    await fill(desk)
    body = {
        "room": "cuisine", "rule": "FREQ=WEEKLY;COUNT=2", "first": "2027-03-05", "starts": "09:00", "ends": "12:00",
        "people": 4, "mode": "what-is-free",
    }  # fmt: skip
    async with doors.visitor("bottines") as visitor:
        answered = await visitor.post("/series", json=body, headers={"Idempotency-Key": str(new_id())})
        assert answered.status_code == 201, answered.text
        made = answered.json()
        assert [one["day"] for one in made["asked"]] == ["2027-03-05"]
        assert [one["day"] for one in made["occurrences"]] == ["2027-03-12"]
        [waits] = (await visitor.get("/consents")).json()
        assert (waits["series_id"], [one["day"] for one in waits["occurrences"]]) == (made["id"], ["2027-03-05"])
        assert (await visitor.get(f"/series/{made['id']}")).json()["asked"] == made["asked"]
