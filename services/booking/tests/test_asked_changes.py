"""A change of a series over the charter: asked in one round, both slots kept meanwhile, the old ones if refused."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from booking.refusals import RoomTaken
from booking.series import refusals as no
from booking.series.finding import Which
from booking.series.verdicts import Mode
from booking.tables import Series, State
from booking.testing import Desk, Running
from booking.testing.charter import TODAY, answer, at, fill, settled, the_consent, types
from booking.use_cases.change_series import Changed
from booking.use_cases.withdraw_change import WithdrawChange, withdraw_change
from ronde.clock import now
from sqlalchemy import text

pytestmark = pytest.mark.database
FRIDAY = date(2027, 3, 5)
THIS, FOLLOWING, ALL = Which
MORNING: dict[str, Any] = {"starts": time(9), "ends": time(12)}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


async def afternoons(desk: Desk) -> Series:
    """Three Fridays after the peak; the first is in a week whose peak is full."""
    await fill(desk)
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=3", FRIDAY, starts="14:00", ends="16:00")
    assert len(made.occurrences) == 3
    return made.series


async def asked(desk: Desk, mode: Mode) -> Changed:
    return await desk.change_series((await afternoons(desk)).id, ALL, mode=mode, title={"fr": "Pain"}, **MORNING)


async def begin(desk: Desk, id: UUID) -> list[str]:
    query = """
        SELECT to_char(starts_at AT TIME ZONE 'Europe/Paris', 'HH24:MI') || coalesce(' ' || (title->>'fr'), '')
        FROM reservations WHERE series_id = :id ORDER BY occurrence
    """
    async with desk.db.reading() as session:
        return list(await session.scalars(text(query), {"id": id}))


async def test_what_is_within_the_charter_changes_at_once_and_the_rest_is_asked(desk: Desk) -> None:
    changed = await asked(desk, Mode.FREE)
    id = changed.series.id
    assert await begin(desk, id) == ["14:00", "09:00 Pain", "09:00 Pain"]
    assert await types(desk, 2) == ["consent.asked", "series.changed"]
    data = (await desk.said())[-2][2]
    assert [(one["day"], one["replaces"]["starts_at"][11:16]) for one in data["occurrences"]] == [
        ("2027-03-05", "13:00")
    ]
    assert [one["minutes_over"] for one in data["excess"] if one["code"] == "over-week"] == [180]
    for span in (at(desk, 4), at(desk, 4, "14:00", "16:00")):  # nobody else has either
        with pytest.raises(RoomTaken):
            await desk.reserve("cuisine", span, organisation="acepp")
    with time_machine.travel(TODAY + timedelta(days=6)):
        assert await settled(desk) == 1
    assert await types(desk, 2) == ["consent.given", "series.changed"]
    assert [one["starts_at"][11:16] for one in (await desk.said())[-1][2]["freed"]] == ["13:00"]
    assert await begin(desk, id) == ["09:00 Pain"] * 3
    assert (await desk.reserve("cuisine", at(desk, 4, "14:00", "16:00"), organisation="acepp")).state == "confirmed"


async def test_all_or_nothing_waits_as_a_whole_and_is_changed_with_one_event(desk: Desk) -> None:
    changed = await asked(desk, Mode.ALL)
    id = changed.series.id
    assert (await begin(desk, id), changed.series.starts) == (["14:00"] * 3, time(14))
    assert await types(desk, 1) == ["consent.asked"]
    assert len((await desk.said())[-1][2]["occurrences"]) == 3
    first = changed.asked[0].moves
    assert first is not None
    await answer(desk, first, "relais")
    await answer(desk, first, "acepp")
    assert await types(desk, 2) == ["consent.given", "series.changed"]
    assert await begin(desk, id) == ["09:00 Pain"] * 3
    async with desk.db.reading() as session:
        series = await session.get_one(Series, id)
    assert (series.starts, series.title) == (time(9), {"fr": "Pain"})


@pytest.mark.parametrize("mode", list(Mode))
async def test_after_an_objection_the_dates_that_were_asked_stay_where_they_were(desk: Desk, mode: Mode) -> None:
    changed = await asked(desk, mode)
    first = changed.asked[0].moves
    assert first is not None
    await answer(desk, first, "acepp", "Nous y recevons un groupe.")
    rest = ["14:00"] * 2 if mode is Mode.ALL else ["09:00 Pain"] * 2
    assert await begin(desk, changed.series.id) == ["14:00", *rest]
    assert await types(desk, 1) == ["consent.refused"]
    assert (await desk.reserve("cuisine", at(desk, 4), organisation="acepp")).state == State.CONFIRMED
    with pytest.raises(RoomTaken):
        await desk.reserve("cuisine", at(desk, 4, "14:00", "16:00"), organisation="acepp")


async def test_the_asker_withdraws_the_change_or_gives_the_dates_back(desk: Desk) -> None:
    changed = await asked(desk, Mode.ALL)
    id = changed.series.id
    with pytest.raises(no.StillAsked):
        await desk.change_series(id, ALL, people=4)
    async with desk.db.transaction() as tx:
        await withdraw_change(tx, WithdrawChange(series_id=id, organisation="bottines"))
    assert (await types(desk, 1), await begin(desk, id)) == (["consent.withdrawn"], ["14:00"] * 3)
    assert (await desk.reserve("cuisine", at(desk, 4), organisation="acepp")).state == State.CONFIRMED
    await desk.change_series(id, FOLLOWING, FRIDAY + timedelta(days=7), **MORNING)  # within: at once
    assert await types(desk, 1) == ["series.changed"]
    await desk.change_series(id, THIS, FRIDAY, room="salle-atelier", **MORNING)
    await desk.cancel_series(id, THIS, FRIDAY)
    assert await types(desk, 3) == ["consent.asked", "consent.withdrawn", "series.changed"]
    for room, hours in (("salle-atelier", ("09:00", "12:00")), ("cuisine", ("14:00", "16:00"))):
        assert (await desk.reserve(room, at(desk, 4, *hours), organisation="acepp")).state == State.CONFIRMED


async def test_a_change_may_overlap_the_slots_that_it_leaves(desk: Desk) -> None:
    """By half an hour into the peak: nobody else has any of it meanwhile, and what is not needed after is free."""
    await fill(desk)
    id = (await desk.reserve_series("FREQ=WEEKLY;COUNT=2", FRIDAY, starts="12:00", ends="14:00")).series.id
    changed = await desk.change_series(id, ALL, starts=time(11), ends=time(13), mode=Mode.FREE)
    assert len(changed.asked) == 1
    for hours in (("11:00", "12:00"), ("13:00", "14:00")):
        with pytest.raises(RoomTaken):
            await desk.reserve("cuisine", at(desk, 4, *hours), organisation="acepp")
    with time_machine.travel(TODAY + timedelta(days=6)):
        assert await settled(desk) == 1
    assert (await desk.reserve("cuisine", at(desk, 4, "14:00", "15:00"), organisation="acepp")).state == "confirmed"


async def test_the_round_ends_before_the_first_of_the_slots_begins(desk: Desk) -> None:
    await fill(desk)
    soon = date(2027, 2, 5)  # in four days; the week of the last Friday is full
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=5", soon, starts="14:00", ends="16:00")
    changed = await desk.change_series(made.series.id, ALL, **MORNING)
    first = changed.asked[0].moves
    assert first is not None
    assert (await the_consent(desk, first)).until < now() + timedelta(days=4)


async def test_it_is_shown_and_withdrawn_at_the_door(doors: Running) -> None:
    desk = Desk(doors.service.db, doors.settings)
    series = await afternoons(desk)
    body = {"which": "all", "starts": "09:00", "ends": "12:00", "mode": "what-is-free"}
    async with doors.visitor("bottines") as visitor:
        seen = (await visitor.post(f"/series/{series.id}/change/preview", json=body)).json()
        assert [one["verdict"] for one in seen["occurrences"]] == ["over-the-charter", "free", "free"]
        answered = await visitor.post(f"/series/{series.id}/change", json=body)
        assert answered.status_code == 200, answered.text
        [moves] = answered.json()["changing"]
        assert (moves["day"], moves["starts_at"][11:16], moves["replaces"]["starts_at"][11:16]) == (
            "2027-03-05", "08:00", "13:00",
        )  # fmt: skip
        [waits] = (await visitor.get("/consents")).json()
        assert [one["replaces"]["room"] for one in waits["occurrences"]] == ["cuisine"]
        gone = (await visitor.post(f"/series/{series.id}/change/withdraw")).json()
        assert (gone["changing"], len(gone["occurrences"])) == ([], 3)
        assert (await visitor.get("/consents")).json() == []
