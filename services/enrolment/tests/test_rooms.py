"""A session follows its plan and its room, in whatever order they are heard."""

import asyncio
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from enrolment.admitting import SessionNotOpen
from enrolment.tables import Link
from enrolment.testing import HOUR, MONDAY, ORGANISER, TUESDAY, Desk, Said, hear, in_days
from ronde.clock import now
from ronde.ids import new_id
from ronde_contracts.event import Event
from sqlalchemy import select

pytestmark = pytest.mark.database

SESSIONS = ("session.opened.v1", "session.moved.v1", "session.suspended.v1", "session.called-off.v1")


async def told(desk: Desk) -> list[str]:
    return [one["type"] for one in await desk.told(*SESSIONS)]


async def test_planned_then_given_a_room(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()))
    assert (await desk.session(said.session_id)).state == "waiting-for-room"
    with pytest.raises(SessionNotOpen):
        await desk.enrol(said.session_id)
    await hear(desk, (1, said.confirmed()))
    (opened,) = await desk.told(*SESSIONS)
    assert opened["type"] == "session.opened.v1"
    assert opened["subject"] == f"{ORGANISER}/{said.session_id}"
    assert opened["data"]["room_name"] == "Salle de motricité"
    await desk.enrol(said.session_id)


async def test_the_room_is_heard_of_before_the_session(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.confirmed()), (1, said.planned()))
    assert (await desk.session(said.session_id)).state == "open"
    assert await told(desk) == ["session.opened.v1"]


async def test_no_room_then_another_time(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.refused()))
    assert (await desk.session(said.session_id)).state == "without-room"
    assert await told(desk) == []
    await hear(desk, (2, said.changed(TUESDAY)), (2, said.confirmed(TUESDAY)))
    assert await told(desk) == ["session.opened.v1"]


async def test_moved_is_told_once_and_when_the_room_has_moved(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()), (2, said.changed(TUESDAY)))
    assert (await desk.session(said.session_id)).starts_at == MONDAY
    assert await told(desk) == ["session.opened.v1"]
    await hear(desk, (2, said.moved(TUESDAY)), (2, said.moved(TUESDAY)), (3, said.moved(TUESDAY)))
    assert await told(desk) == ["session.opened.v1", "session.moved.v1"]
    moved = (await desk.told("session.moved.v1"))[0]
    assert datetime.fromisoformat(moved["data"]["was_starting_at"]) == MONDAY
    assert datetime.fromisoformat(moved["data"]["starts_at"]) == TUESDAY
    assert moved["sequence"] == "2"


async def test_a_refused_move_keeps_the_session_where_it_is(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()), (2, said.changed(TUESDAY)))
    await hear(desk, (2, said.refused(kept=MONDAY)))
    session = await desk.session(said.session_id)
    assert (session.state, session.starts_at) == ("open", MONDAY)
    assert await told(desk) == ["session.opened.v1"]


async def test_a_new_title_is_told_at_once_and_the_same_plan_again_is_not(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()))
    await hear(desk, (2, said.changed(MONDAY, title="Éveil musical")), (3, said.changed(MONDAY, title="Éveil musical")))
    found = await desk.told(*SESSIONS)
    assert [one["data"]["title"]["fr"] for one in found] == ["Éveil", "Éveil musical"]
    assert [one["sequence"] for one in found] == ["1", "2"]


async def test_an_offer_never_outlasts_a_start_that_moved(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned(places=1)), (1, said.confirmed()))
    first, second = [await desk.enrol(said.session_id) for _ in range(2)]
    await desk.withdraw(first)
    soon = max(in_days(0, hour=20), now() + 2 * HOUR) if in_days(0, hour=18) > now() else in_days(1, hour=9)
    await hear(desk, (2, said.moved(soon)))
    deadline = (await desk.enrolment(second.enrolment.id)).deadline
    assert deadline is not None
    assert deadline <= soon
    past = now() - HOUR
    await hear(desk, (3, said.moved(past)))
    assert await desk.expire()
    assert await desk.state(second) == "expired"


async def test_a_link_works_until_long_after_the_session_wherever_it_moved(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()))
    await desk.enrol(said.session_id)
    later = MONDAY + timedelta(days=60)
    await hear(desk, (2, said.moved(later)))
    async with desk.db.reading() as reading:
        link = (await reading.scalars(select(Link))).one()
    assert link.expires_at == later + HOUR + desk.terms.link_stays


async def test_called_off_ends_every_enrolment_and_is_told_once(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned(places=1)), (1, said.confirmed()))
    for _ in range(3):
        await desk.enrol(said.session_id)
    before = len(await desk.told())
    await hear(desk, (2, said.cancelled()), (2, said.given_back()))
    assert await desk.states(said.session_id) == ["called-off"] * 3
    (off,) = (await desk.told())[before:]
    assert off["type"] == "session.called-off.v1"
    assert off["data"]["reason"] == {"fr": "L'animatrice est absente."}
    session = await desk.session(said.session_id)
    assert (session.state, session.taken, session.waiting) == ("called-off", 0, 0)


async def test_called_off_before_it_had_a_room_is_nobody_s_news(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (2, said.cancelled()))
    assert (await desk.session(said.session_id)).state == "called-off"
    assert await desk.told() == []


async def test_cancelled_before_it_was_known_is_never_opened(desk: Desk) -> None:
    said = Said()
    await hear(desk, (2, said.cancelled()), (1, said.planned()), (1, said.confirmed()))
    assert await told(desk) == []


async def test_planned_again_after_a_cancellation_it_opens_anew(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned(places=1)), (1, said.confirmed()))
    gone = await desk.enrol(said.session_id)
    await hear(desk, (2, said.cancelled()), (2, said.given_back()), (3, said.planned(places=1)), (3, said.confirmed()))
    assert await told(desk) == ["session.opened.v1", "session.called-off.v1", "session.opened.v1"]
    assert await desk.state(gone) == "called-off"
    assert (await desk.enrol(said.session_id)).position is None


async def test_a_room_lost_keeps_the_enrolments_and_a_room_found_again_moves_them(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned(places=1)), (1, said.confirmed()))
    first, second = [await desk.enrol(said.session_id) for _ in range(2)]
    await hear(desk, (2, said.given_back()))
    await desk.withdraw(first)
    assert await desk.state(second) == "waiting"  # nothing to offer without a room
    await hear(desk, (3, said.confirmed(TUESDAY)))
    assert await desk.state(second) == "offered"
    assert await told(desk) == ["session.opened.v1", "session.moved.v1"]


async def test_each_organiser_has_its_own_sessions(desk: Desk) -> None:
    """A session is known by who planned it and the id: nobody cancels for another."""
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()))
    await desk.hear(said.cancelled(), sequence=9, producer="acepp")
    assert (await desk.session(said.session_id)).state == "open"


async def test_a_reservation_that_is_for_no_session_concerns_nobody(desk: Desk) -> None:
    for event in (Said().confirmed(), Said().given_back(), Said().refused()):
        await desk.hear(event.model_copy(update={"session_id": None}), sequence=1, producer="booking")
    assert await desk.told() == []


async def test_in_every_order_of_arrival_the_end_is_the_same(desk: Desk) -> None:
    """Planned, changed, given a room, refused a move and moved: in all 120 orders, each heard twice."""
    stories = {Said(): order for order in permutations(range(5))}
    for said, order in stories.items():
        events: list[tuple[int, Event]] = [
            (1, said.planned()),
            (2, said.changed(TUESDAY, title="Éveil musical", places=5)),
            (1, said.confirmed()),
            (2, said.refused(kept=MONDAY)),
            (3, said.moved(TUESDAY)),
        ]
        ids = [new_id() for _ in events]
        for n in (*order, *order):
            sequence, event = events[n]
            await desk.hear(event, sequence=sequence, producer="booking" if n > 1 else ORGANISER, id=ids[n])
    heard = await desk.told(*SESSIONS)
    for said in stories:
        session = await desk.session(said.session_id)
        assert (session.state, session.starts_at, session.places) == ("open", TUESDAY, 5)
        assert session.title == {"fr": "Éveil musical"}
        mine = [one for one in heard if one["data"]["session_id"] == str(said.session_id)]
        last = mine[-1]["data"]
        assert (last["places"], last["title"]) == (5, {"fr": "Éveil musical"})
        assert datetime.fromisoformat(last["starts_at"]) == TUESDAY
        assert [one["sequence"] for one in mine] == [str(n + 1) for n in range(len(mine))]
        assert sum(one["type"] == "session.moved.v1" for one in mine) <= 1


async def test_plan_and_room_handled_at_the_same_moment(desk: Desk) -> None:
    """Each would commit without having seen the other, and the session would never open."""
    for _ in range(10):
        said = Said()
        await asyncio.gather(hear(desk, (1, said.planned())), hear(desk, (1, said.confirmed())))
        assert (await desk.session(said.session_id)).state == "open"
