"""The minute in which enrolments open: many at once, answered in their order, and told honestly where they are."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from enrolment.line import lock_session
from enrolment.settings import Settings
from enrolment.tables import Arrival, Enrolment
from enrolment.testing import ORGANISER, Desk, Running, running
from enrolment.testing.crowd import Visit, crowd
from enrolment.use_cases.note_arrivals import NewArrival, NoteArrivals, note_arrivals
from httpx import AsyncClient, Response
from ronde.clock import now
from sqlalchemy import select

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


async def press(client: AsyncClient, visit: Visit, session: UUID) -> Response:
    path = f"/f/{visit.token}/enrol/{ORGANISER}/{session}"
    return await client.post(path, data={"child": str(visit.child_id), "adults": "1"})


async def test_three_hundred_at_once_for_twenty_places(desk: Desk, doors: Running) -> None:
    session, visits = await desk.open_session(places=20), await crowd(desk.db, 300)
    doors.reception.patience = 120  # on a busy machine too, all are answered before they are shown their page
    async with doors.visitor(**HTML) as client:
        pressed = await asyncio.gather(*(press(client, one, session) for one in visits))
        assert {one.status_code for one in pressed} == {303}
        pages = [(await client.get(one.headers["location"])).text for one in pressed[:22]]
    assert all("Vous avez une place" in page for page in pages[:20])
    assert "<strong>1ʳᵉ</strong>" in pages[20]
    assert "<strong>2ᵉ</strong>" in pages[21]
    assert await desk.states(session) == ["confirmed"] * 20 + ["waiting"] * 280
    async with desk.db.reading() as reading:
        enrolled = list(await reading.scalars(select(Enrolment.party_id).order_by(Enrolment.number)))
    assert enrolled == [one.party_id for one in visits], "the order in which they pressed"
    told = await desk.told("enrolment.waitlisted.v1")
    assert [one["data"]["position"] for one in told] == list(range(1, 281))


async def test_a_double_click_and_the_other_parent_are_one_request(desk: Desk, doors: Running) -> None:
    session, (visit,) = await desk.open_session(places=5), await crowd(desk.db, 1)
    async with doors.visitor(**HTML) as client:
        pressed = await asyncio.gather(*(press(client, visit, session) for _ in range(4)))
        assert len({one.headers["location"] for one in pressed}) == 1
        again = await client.get((await press(client, visit, session)).headers["location"])
    assert "déjà inscrite" in again.text
    assert await desk.states(session) == ["confirmed"]


async def test_who_waits_for_the_answer_reads_how_many_came_before(desk: Desk, doors: Running) -> None:
    session, visits = await desk.open_session(places=1), await crowd(desk.db, 3)
    doors.reception.patience = 0.05
    async with doors.visitor(**HTML) as client:
        async with desk.db.transaction() as slow:  # somebody else has the session
            await lock_session(slow, ORGANISER, session)
            pages = [(await press(client, one, session)).headers["location"] for one in visits]
            page = (await client.get(pages[2])).text
            assert "Votre demande est arrivée" in page
            assert "2 demandes arrivées avant la vôtre" in page
            assert 'data-live="2"' in page
            assert "Actualiser" in page
        await doors.reception.turn(ORGANISER, session)
        page = (await client.get(pages[2])).text
    assert "<strong>2ᵉ</strong>" in page
    assert "data-live" not in page


async def test_requests_of_a_service_that_died_are_answered_by_another_in_their_order(
    desk: Desk, settings: Settings
) -> None:
    session, visits = await desk.open_session(places=1), await crowd(desk.db, 3)
    async with desk.db.transaction() as tx:
        await note_arrivals(tx, NoteArrivals(arrivals=[arrival(one, session) for one in visits]))
    async with running(settings) as another:
        await another.reception.turn(ORGANISER, session)
    assert await desk.states(session) == ["confirmed", "waiting", "waiting"]


async def test_one_that_nobody_can_answer_does_not_hold_up_those_behind_it(desk: Desk, doors: Running) -> None:
    session, visits = await desk.open_session(places=5), await crowd(desk.db, 3)
    doors.reception.patience = 120
    bad = replace(arrival(visits[1], session), adults=-1)
    came = [arrival(visits[0], session), bad, arrival(visits[2], session)]
    ids = await doors.reception.arrive(*came)
    async with desk.db.reading() as reading:
        wanted = select(Arrival.refusal).where(Arrival.id.in_(ids)).order_by(Arrival.number)
        refusals = list(await reading.scalars(wanted))
    assert [one and one["code"] for one in refusals] == [None, "not-decided", None]
    assert await desk.states(session) == ["confirmed", "confirmed"]


async def test_staff_at_the_desk_do_not_overtake_who_came_before(desk: Desk, doors: Running) -> None:
    session, (visit,) = await desk.open_session(places=1), await crowd(desk.db, 1)
    party_id, child_ids = await desk.family()
    body = {"party_id": str(party_id), "child_ids": [str(one) for one in child_ids]}
    async with desk.db.transaction() as tx:
        await note_arrivals(tx, NoteArrivals(arrivals=[arrival(visit, session)]))
    async with doors.visitor("relais", **{"Idempotency-Key": "by-telephone"}) as relais:
        answer = await relais.post(f"/sessions/{ORGANISER}/{session}/enrolments", json=body)
    assert (answer.json()["state"], answer.json()["position"]) == ("waiting", 1)


async def test_opening_goes_by_the_moment_of_arrival(desk: Desk, doors: Running) -> None:
    opens_at = now() + timedelta(hours=1)
    session, (early, in_time) = await desk.open_session(places=1, opens_at=opens_at), await crowd(desk.db, 2)
    came = [
        replace(arrival(early, session), arrived_at=opens_at - timedelta(milliseconds=1)),
        replace(arrival(in_time, session), arrived_at=opens_at),
    ]
    await doors.reception.arrive(*came)
    async with doors.visitor(**HTML) as client:
        page = (await client.get(f"/f/{early.token}/enrol/{ORGANISER}/{session}")).text
        assert "Gardez cette page" in page
        refused = await client.get((await press(client, early, session)).headers["location"])
        assert "ouvrent le" in refused.text
    assert await desk.states(session) == ["confirmed"]


async def test_nobody_reads_another_family_s_answer_nor_enrols_with_a_link_that_is_over(
    desk: Desk, doors: Running
) -> None:
    session, (mine, theirs) = await desk.open_session(places=5), await crowd(desk.db, 2)
    async with doors.visitor(**HTML) as client:
        asked = (await press(client, mine, session)).headers["location"]
        stranger = await client.get(asked.replace(mine.token, theirs.token))
        assert "Vous avez une place" not in stranger.text
        with time_machine.travel(now() + timedelta(hours=3), tick=False):
            late = [await press(client, theirs, session), await client.get(asked)]
    assert [one.status_code for one in late] == [410, 410]
    assert "Votre visite est terminée" in late[0].text
    assert await desk.states(session) == ["confirmed"]


def arrival(visit: Visit, session: UUID) -> NewArrival:
    return NewArrival(
        organiser=ORGANISER,
        session_id=session,
        party_id=visit.party_id,
        child_ids=(visit.child_id,),
        adults=1,
        arrived_at=now(),
    )
