"""From when until when one may enrol: the organiser's word, or the house's working time."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from enrolment.testing import HOUR, MONDAY, ORGANISER, PARIS, TUESDAY, Desk, Running, Said, hear
from httpx import AsyncClient, Response
from ronde.ids import new_id
from ronde.web.dates import day
from ronde_contracts.event import Event

pytestmark = pytest.mark.database
MINUTE = timedelta(minutes=1)


async def enrol(client: AsyncClient, desk: Desk, session: UUID) -> Response:
    party, children = await desk.family()
    body = {"party_id": str(party), "child_ids": [str(one) for one in children]}
    path = f"/sessions/{ORGANISER}/{session}/enrolments"
    return await client.post(path, json=body, headers={"Idempotency-Key": str(new_id())})


def planned(said: Said, starts_at: datetime, **facts: object) -> Event:
    return said.planned(starts_at).model_copy(update=facts)


async def shown(client: AsyncClient, session: UUID) -> dict[str, str | None]:
    found = (await client.get("/sessions")).json()
    return next(dict(one) for one in found if one["session_id"] == str(session))


BOUNDARIES = [
    # (it starts, enrolments close, why)
    ("2027-01-12 09:30", "2027-01-11 23:59"),  # a Tuesday
    ("2027-01-18 09:30", "2027-01-15 16:00"),  # a Monday
    ("2027-03-30 09:30", "2027-03-26 16:00"),  # after Easter Monday, and the clocks went forward on the Sunday
    ("2027-05-10 09:30", "2027-05-05 16:00"),  # a Monday after a holiday on Thursday and a closed Friday
    ("2027-10-31 09:30", "2027-10-29 16:00"),  # the Sunday on which the clocks go back
]


@pytest.mark.parametrize(("starts", "closes"), BOUNDARIES)
async def test_one_enrols_until_the_team_must_prepare_and_withdraws_until_the_start(
    house_desk: Desk, house_doors: Running, starts: str, closes: str
) -> None:
    starts_at, closes_at = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (starts, closes))
    said = Said()
    async with house_doors.visitor("relais", **{"Accept-Language": "fr"}) as relais:
        with time_machine.travel(closes_at - MINUTE):
            await hear(house_desk, (1, said.planned(starts_at, places=2)), (1, said.confirmed(starts_at)))
            before = await enrol(relais, house_desk, said.session_id)
            found = await shown(relais, said.session_id)
        with time_machine.travel(closes_at):
            after = await enrol(relais, house_desk, said.session_id)
        with time_machine.travel(starts_at - MINUTE):
            gone = await relais.post(f"/enrolments/{before.json()['enrolment_id']}/withdraw")
    assert before.status_code == 201, before.text
    assert datetime.fromisoformat(str(found["closes_at"])) == closes_at
    assert (after.status_code, after.json()["code"]) == (409, "enrolments-closed")
    assert datetime.fromisoformat(after.json()["closes_at"]) == closes_at
    hour = "16\N{NO-BREAK SPACE}h" if "16:00" in closes else "23\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}59"
    assert f", {hour}, pour que" in after.json()["detail"]
    assert gone.json()["state"] == "withdrawn"


async def test_before_the_opening_the_moment_is_told(desk: Desk, doors: Running) -> None:
    opens_at = MONDAY - timedelta(days=3)
    said = Said()
    await hear(desk, (1, planned(said, MONDAY, enrolments_open_at=opens_at)), (1, said.confirmed()))
    async with doors.visitor("relais", **{"Accept-Language": "en"}) as relais:
        with time_machine.travel(opens_at - MINUTE):
            early = await enrol(relais, desk, said.session_id)
            found = await shown(relais, said.session_id)
        with time_machine.travel(opens_at):
            in_time = await enrol(relais, desk, said.session_id)
    assert (early.status_code, early.json()["code"]) == (409, "enrolments-not-open-yet")
    assert datetime.fromisoformat(early.json()["opens_at"]) == opens_at
    assert "opens on " in early.json()["detail"]
    assert "10\N{NO-BREAK SPACE}am" in early.json()["detail"]
    assert datetime.fromisoformat(str(found["opens_at"])) == opens_at
    assert in_time.status_code == 201
    (told,) = await desk.told("session.opened.v1")
    assert datetime.fromisoformat(told["data"]["enrolments_open_at"]) == opens_at


async def test_the_organiser_s_own_word_goes_before_the_house_s(house_desk: Desk, house_doors: Running) -> None:
    """Until an hour before, whatever the house does; when they take it back, the house's time is there again."""
    tuesday = datetime(2027, 1, 12, 9, 30, tzinfo=PARIS)
    said = Said()
    with time_machine.travel(tuesday - 3 * HOUR):
        own = planned(said, tuesday, enrolments_close_at=tuesday - HOUR)
        await hear(house_desk, (1, own), (1, said.confirmed(tuesday)))
        async with house_doors.visitor("relais") as relais:
            assert (await enrol(relais, house_desk, said.session_id)).status_code == 201
            await hear(house_desk, (2, said.changed(tuesday)))
            refused = await enrol(relais, house_desk, said.session_id)
    assert refused.json()["code"] == "enrolments-closed"
    told = [one["data"]["enrolments_close_at"] for one in await house_desk.told("session.opened.v1")]
    closings = [tuesday - HOUR, datetime(2027, 1, 11, 23, 59, tzinfo=PARIS)]
    assert [datetime.fromisoformat(one) for one in told] == closings


async def test_enrolments_never_close_after_the_start(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, planned(said, MONDAY, enrolments_close_at=MONDAY + HOUR)), (1, said.confirmed()))
    assert (await desk.session(said.session_id)).closes_at == MONDAY


async def test_the_end_of_enrolments_follows_a_session_that_moves(house_desk: Desk) -> None:
    tuesday, monday = datetime(2027, 1, 12, 9, 30, tzinfo=PARIS), datetime(2027, 1, 18, 9, 30, tzinfo=PARIS)
    said = Said()
    with time_machine.travel(tuesday - timedelta(days=20)):
        await hear(house_desk, (1, said.planned(tuesday)), (1, said.confirmed(tuesday)))
        await hear(house_desk, (2, said.changed(monday)), (2, said.moved(monday, was=tuesday)))
    assert (await house_desk.session(said.session_id)).closes_at == datetime(2027, 1, 15, 16, tzinfo=PARIS)
    (moved,) = await house_desk.told("session.moved.v1")
    assert datetime.fromisoformat(moved["data"]["enrolments_close_at"]).day == 15


async def test_a_place_that_becomes_free_after_the_end_still_goes_to_who_enrolled_in_time(house_desk: Desk) -> None:
    monday = datetime(2027, 1, 18, 9, 30, tzinfo=PARIS)
    said = Said()
    with time_machine.travel(monday - timedelta(days=10)):
        await hear(house_desk, (1, said.planned(monday, places=1)), (1, said.confirmed(monday)))
        first, second = [await house_desk.enrol(said.session_id) for _ in range(2)]
    with time_machine.travel(datetime(2027, 1, 15, 18, tzinfo=PARIS)):
        await house_desk.withdraw(first)
    assert await house_desk.state(second) == "offered"


async def test_a_new_opening_or_end_is_told_and_the_same_plan_again_is_not(desk: Desk) -> None:
    said = Said()
    opens_at = MONDAY - timedelta(days=5)
    await hear(desk, (1, said.planned()), (1, said.confirmed()))
    await hear(desk, (2, planned(said, MONDAY, enrolments_open_at=opens_at)))
    await hear(desk, (3, planned(said, MONDAY, enrolments_open_at=opens_at)))
    await hear(desk, (4, planned(said, MONDAY, enrolments_open_at=opens_at, enrolments_close_at=TUESDAY)))
    told = [one["data"] for one in await desk.told("session.opened.v1")]
    assert [one["enrolments_open_at"] is None for one in told] == [True, False, False]
    assert [one["enrolments_close_at"] is None for one in told] == [True, True, False]


async def test_the_page_says_when_one_may_enrol(desk: Desk, doors: Running) -> None:
    opens_at, closes_at = MONDAY - timedelta(days=3), MONDAY - timedelta(days=1)
    said = Said()
    between = {"enrolments_open_at": opens_at, "enrolments_close_at": closes_at, "adult_places": 6}
    await hear(desk, (1, planned(said, MONDAY, **between)), (1, said.confirmed()))
    pages = []
    async with doors.visitor(**{"Accept-Language": "fr"}) as anybody:
        for at in (opens_at - MINUTE, opens_at, closes_at):
            with time_machine.travel(at):
                pages += [(await anybody.get(f"/sessions/{ORGANISER}/{said.session_id}")).text]
                pages += [(await anybody.get("/")).text]
    before, in_time, after = pages[0:2], pages[2:4], pages[4:6]
    for page in before:
        assert "Inscriptions bientôt" in page
        assert f"du {day(opens_at, 'fr', PARIS)}" in page
    for page in in_time:
        assert "8\N{NO-BREAK SPACE}places libres" in page
        assert "0 / 6" in page
    for page in after:
        assert "Inscriptions closes" in page
    assert all("adressez-vous à l'équipe" not in page for page in (*before, *after))
