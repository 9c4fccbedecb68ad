"""Who came: counted by staff in the room or said by a partner, published without anybody's name."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from enrolment.placing import Enrolled
from enrolment.queries.attendance import expected
from enrolment.refusals import NotTheirSession, SessionUnknown
from enrolment.testing import HOUR, ORGANISER, Desk, Running, Said, hear, in_days
from enrolment.use_cases.record_attendance import (
    Came,
    NotEnrolledHere,
    NotTimeToCount,
    RecordAttendance,
    record_attendance,
)
from ronde.clock import now
from ronde.envelope import Unacceptable
from ronde.ids import new_id
from ronde.retry import NotKnownYet
from ronde_contracts.partners import AttendanceRecorded, Presence

pytestmark = pytest.mark.database
START = in_days(3)


async def count(desk: Desk, session: UUID, *came: tuple[Enrolled, int, int], by: str = ORGANISER) -> None:
    present = {one.enrolment.id: Came(children, adults) for one, children, adults in came}
    cmd = RecordAttendance(organiser=ORGANISER, session_id=session, by=by, present=present)
    async with desk.db.transaction() as tx:
        await record_attendance(tx, cmd)


def whole(session: UUID, *came: tuple[Enrolled, int, int]) -> AttendanceRecorded:
    present = [Presence(enrolment_id=one.enrolment.id, children=children, adults=a) for one, children, a in came]
    return AttendanceRecorded(session_id=session, about="attendance", present=tuple(present))


async def seen(desk: Desk, session: UUID) -> list[tuple[int, int] | None]:
    async with desk.db.reading() as reading:
        found = await expected(reading, await desk.session(session), desk.terms)
    return [(one.came.children, one.came.adults) if one.came else None for one in found]


async def test_staff_count_in_the_room_and_correct_a_mistake(desk: Desk) -> None:
    session = await desk.open_session(starts_at=START)
    pair, single = await desk.enrol(session, children=2), await desk.enrol(session)
    with time_machine.travel(START + timedelta(minutes=5), tick=False):
        await count(desk, session, (pair, 2, 1))
        assert await seen(desk, session) == [(2, 1), None]
        await count(desk, session, (pair, 1, 1), (single, 0, 0))
    assert await seen(desk, session) == [(1, 1), (0, 0)]
    told = await desk.told("session.attended.v1")
    assert [(one["data"]["children"], one["data"]["adults"], one["data"]["absent"]) for one in told] == [
        (2, 1, 0),
        (1, 1, 1),
    ]
    assert told[-1]["data"]["confirmed"] == 2
    assert [one["sequence"] for one in told] == ["1", "2"]
    assert told[0]["subject"] == f"{ORGANISER}/{session}/attendance"


async def test_what_is_published_of_it_is_numbers(desk: Desk) -> None:
    session = await desk.open_session(starts_at=START)
    one = await desk.enrol(session)
    with time_machine.travel(START, tick=False):
        await count(desk, session, (one, 1, 1))
    (told,) = await desk.told("session.attended.v1")
    assert set(told["data"]) == {"organiser", "session_id", "about", "confirmed", "absent", "children", "adults"}
    for id in (one.enrolment.id, one.enrolment.party_id, *one.enrolment.child_ids):
        assert str(id) not in str(told)


async def test_who_has_no_place_is_not_counted_nor_before_it_takes_place_nor_by_another_team(desk: Desk) -> None:
    session = await desk.open_session(places=1, starts_at=START)
    placed, waiting = await desk.enrol(session), await desk.enrol(session)
    with pytest.raises(NotTimeToCount):
        await count(desk, session, (placed, 1, 1))
    with pytest.raises(SessionUnknown):
        await count(desk, new_id(), (placed, 1, 1))
    with time_machine.travel(START, tick=False):
        with pytest.raises(NotEnrolledHere) as refusal:
            await count(desk, session, (placed, 1, 1), (waiting, 1, 1))
        assert refusal.value.extra == {"enrolment_ids": [str(waiting.enrolment.id)]}
        with pytest.raises(NotTheirSession):
            await count(desk, session, (placed, 1, 1), by="acepp")
    assert await seen(desk, session) == [None]


async def test_a_partner_says_who_came_and_who_is_not_in_it_did_not(desk: Desk) -> None:
    session = await desk.open_session(starts_at=START)
    one, other = await desk.enrol(session), await desk.enrol(session)
    with time_machine.travel(START + HOUR, tick=False):
        assert await desk.hear(whole(session, (one, 1, 1)), sequence=1) == "new"
        assert await seen(desk, session) == [(1, 1), (0, 0)]
        assert await desk.hear(whole(session, (other, 1, 2)), sequence=3) == "new"
        assert await desk.hear(whole(session, (one, 1, 1)), sequence=2) == "stale"
    assert await seen(desk, session) == [(0, 0), (1, 2)]


async def test_the_count_is_no_version_of_the_plan(desk: Desk) -> None:
    """A partner numbers each by itself: a correction of the plan that comes after the count is not lost."""
    said = Said()
    await hear(desk, (1, said.planned(START)), (1, said.confirmed(START)))
    with time_machine.travel(START + HOUR, tick=False):
        assert await desk.hear(whole(said.session_id), sequence=9) == "new"
    assert await desk.hear(said.changed(START, title="Éveil musical"), sequence=2) == "new"


async def test_a_count_of_what_is_not_known_comes_again_and_a_wrong_one_is_parked(desk: Desk) -> None:
    session = await desk.open_session(starts_at=START)
    one = await desk.enrol(session)
    with pytest.raises(NotKnownYet):
        await desk.hear(whole(new_id()), sequence=1)
    with pytest.raises(Unacceptable, match="not-time-to-count"):
        await desk.hear(whole(session, (one, 1, 1)), sequence=1)
    with pytest.raises(NotKnownYet):  # of another's session, nobody says anything
        await desk.hear(whole(session, (one, 1, 1)), sequence=1, producer="acepp")


async def test_after_some_no_shows_staff_are_told_and_in_time_they_are_forgotten(desk: Desk) -> None:
    family = await desk.family()
    for back in (20, 10):
        with time_machine.travel(in_days(-back - 3), tick=False):
            session = await desk.open_session(starts_at=in_days(3))
            enrolled = await desk.enrol(session, family)
        with time_machine.travel(in_days(-back) + HOUR, tick=False):
            await count(desk, session, (enrolled, 0, 0))
    session = await desk.open_session(starts_at=START)
    await desk.enrol(session, family)
    await desk.enrol(session)
    for at, told in ((now(), [(2, True), (0, False)]), (now() + timedelta(days=80), [(1, False), (0, False)])):
        with time_machine.travel(at, tick=False):
            async with desk.db.reading() as reading:
                found = await expected(reading, await desk.session(session), desk.terms)
        assert [(one.no_shows, one.often) for one in found] == told


async def test_counted_at_the_json_door(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(starts_at=START)
    one = await desk.enrol(session, children=2)
    path = f"/sessions/{ORGANISER}/{session}/attendance"
    body = {"present": [{"enrolment_id": str(one.enrolment.id), "children": 2, "adults": 1}]}
    async with doors.visitor(ORGANISER) as relais:
        (shown,) = (await relais.get(path)).json()
        assert (shown["children"], shown["came"], shown["no_shows"]) == (2, None, 0)
        early = await relais.post(path, json=body)
        assert (early.status_code, early.json()["code"]) == (409, "not-time-to-count")
        with time_machine.travel(START, tick=False):
            (shown,) = (await relais.post(path, json=body)).json()
        assert shown["came"] == body["present"][0]
    async with doors.visitor("acepp") as other:
        assert (await other.get(path)).status_code == 403
