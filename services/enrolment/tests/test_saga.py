"""A room that is refused, lost, found again, picked: the same end, whatever the order of the news."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import time_machine
from enrolment.refusals import NotTheirSession
from enrolment.tables import Session
from enrolment.testing import HOUR, MONDAY, ORGANISER, TUESDAY, Desk, Running, Said, hear, in_days
from enrolment.use_cases.accept_offer import AcceptOffer, accept_offer
from enrolment.use_cases.choose_room import ChooseRoom, NothingToChoose, choose_room
from enrolment.use_cases.suspend_session import suspend_session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ronde.clock import now
from ronde.ids import new_id
from ronde_contracts.event import Event

pytestmark = pytest.mark.database
ABOUT_SESSIONS = ("session.opened.v1", "session.moved.v1", "session.suspended.v1", "session.called-off.v1")
WEDNESDAY = in_days(12)


async def told(desk: Desk) -> list[str]:
    return [one["type"].removeprefix("session.").removesuffix(".v1") for one in await desk.told(*ABOUT_SESSIONS)]


async def test_a_lost_room_is_told_once_and_the_same_one_found_again_too(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()), (2, said.given_back()), (2, said.given_back()))
    async with desk.db.transaction() as tx:
        assert not await suspend_session(tx, desk.terms), "it may be back in a moment"
    assert await desk.suspend()
    await hear(desk, (3, said.refused()))
    assert not await desk.suspend()
    assert await told(desk) == ["opened", "suspended"]
    suspended = (await desk.told("session.suspended.v1"))[0]
    assert datetime.fromisoformat(suspended["data"]["starts_at"]) == MONDAY
    await hear(desk, (4, said.confirmed()))
    assert await told(desk) == ["opened", "suspended", "opened"]
    assert [one["sequence"] for one in await desk.told(*ABOUT_SESSIONS)] == ["1", "2", "3"]


async def test_a_room_that_was_away_for_a_moment_is_nobody_s_news(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()), (2, said.given_back()), (3, said.confirmed(TUESDAY)))
    assert not await desk.suspend()
    assert await told(desk) == ["opened", "moved"]


async def test_cancelled_and_the_room_heard_of_first_people_are_told_one_thing(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()), (2, said.given_back()), (2, said.cancelled()))
    assert not await desk.suspend()
    assert await told(desk) == ["opened", "called-off"]


async def test_what_never_had_a_room_is_nobody_s_news(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.refused()), (2, said.given_back()))
    assert not await desk.suspend()
    assert await told(desk) == []


async def test_while_there_is_no_room_the_time_to_answer_does_not_count(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned(places=1)), (1, said.confirmed()))
    first, second, third = [await desk.enrol(said.session_id) for _ in range(3)]
    await desk.withdraw(first)
    was = (await desk.enrolment(second.enrolment.id)).deadline
    assert was is not None
    await hear(desk, (2, said.given_back()))
    with time_machine.travel(was + HOUR, tick=False):
        assert not await desk.expire()
        assert await desk.state(second) == "offered"
        await hear(desk, (3, said.confirmed()))
        fresh = (await desk.enrolment(second.enrolment.id)).deadline
        assert fresh is not None
        assert fresh >= now() + desk.terms.answer_by_email
        assert not await desk.expire()
        async with desk.db.transaction() as tx:
            await accept_offer(tx, AcceptOffer(enrolment_id=second.enrolment.id))
    assert (await desk.state(second), await desk.state(third)) == ("confirmed", "waiting")


async def choose(desk: Desk, said: Said, *, refusal: int, by: str = ORGANISER, nth: int = 0) -> None:
    slot = said.refused().alternatives[nth]
    cmd = ChooseRoom(
        organiser=ORGANISER,
        session_id=said.session_id,
        by=by,
        reservation_id=said.refused().reservation_id,
        refusal=refusal,
        room=slot.room,
        starts_at=slot.starts_at,
    )
    async with desk.db.transaction() as tx:
        await choose_room(tx, cmd)


async def test_the_organiser_picks_an_alternative_and_booking_is_asked_by_an_event(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (3, said.refused()))
    with pytest.raises(NotTheirSession):
        await choose(desk, said, refusal=3, by="acepp")
    await choose(desk, said, refusal=3)
    await choose(desk, said, refusal=3)  # a double click
    (chosen,) = await desk.told("room.chosen.v1")
    assert chosen["subject"] == str(said.refused().reservation_id)
    assert chosen["data"]["refusal"] == 3
    assert datetime.fromisoformat(chosen["data"]["starts_at"]) == TUESDAY
    await hear(desk, (4, said.confirmed(TUESDAY)))
    found = await desk.session(said.session_id)
    assert (found.state, found.starts_at) == ("open", TUESDAY)
    with pytest.raises(NothingToChoose):
        await choose(desk, said, refusal=3)


async def test_an_answer_that_has_changed_under_the_eyes_is_not_taken_for_the_old_one(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned()), (1, said.refused()), (2, said.refused()))
    with pytest.raises(NothingToChoose):
        await choose(desk, said, refusal=1)
    await choose(desk, said, refusal=2)
    await hear(desk, (3, said.refused()))  # taken meanwhile: another pick is possible
    await choose(desk, said, refusal=3)
    assert [one["sequence"] for one in await desk.told("room.chosen.v1")] == ["2", "3"]


async def test_the_pick_at_the_json_door(desk: Desk, doors: Running) -> None:
    said = Said()
    path = f"/sessions/{ORGANISER}/{said.session_id}/room"
    await hear(desk, (1, said.planned()))
    async with doors.visitor(ORGANISER) as relais:
        assert (await relais.get(path)).json() is None
        await hear(desk, (2, said.refused()))
        answer = (await relais.get(path)).json()
        assert answer["reason"]["fr"] == "La salle est prise."
        slot = answer["alternatives"][0]
        body = {key: answer[key] for key in ("reservation_id", "refusal")} | {
            key: slot[key] for key in ("room", "starts_at")
        }
        picked = await relais.post(path, json=body)
        assert (picked.status_code, picked.json()["chosen"]) == (202, slot)
        wrong = await relais.post(path, json={**body, "refusal": 1})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "nothing-to-choose")
    async with doors.visitor("acepp") as other:
        assert (await other.get(path)).status_code == 403


Step = tuple[str, int, bool]
steps = st.lists(
    st.tuples(st.sampled_from(["plan", "plan", "cancel", "lose", "move"]), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=6,
)


@dataclass
class News:
    """One event as it was said; the same id however often it comes."""

    sequence: int
    event: Event
    id: UUID
    producer: str


def story(said: Said, taken: list[Step]) -> list[News]:
    """What the organiser does, and what booking answers: true to how both behave. It begins with a plan."""
    news: list[News] = []
    versions = {ORGANISER: 0, "booking": 0}
    held: datetime | None = None
    planned = False

    def say(producer: str, event: Event) -> None:
        versions[producer] += 1
        news.append(News(versions[producer], event, new_id(), producer))

    for kind, n, granted in [("plan", 0, True), *taken]:
        day = (MONDAY, TUESDAY, WEDNESDAY)[n]
        if kind == "plan":
            planned = True
            say(ORGANISER, said.changed(day, title=f"Éveil {n}", places=5 + n))
            if not granted:
                say("booking", said.refused(kept=held))
            elif held is None:
                say("booking", said.confirmed(day))
            elif held != day:
                say("booking", said.moved(day, was=held))
            held = day if granted else held
        elif kind == "cancel" and planned:
            planned = False
            say(ORGANISER, said.cancelled())
            if held is not None:
                say("booking", said.given_back())
            held = None
        elif kind == "lose" and held is not None:
            say("booking", said.given_back())
            held = None
        elif kind == "move" and held not in (None, day):
            assert held is not None
            say("booking", said.moved(day, was=held))
            held = day
    return news


async def end(desk: Desk, session_id: UUID) -> dict[str, Any]:
    """What the session is; called off is the same as never heard of."""
    async with desk.db.reading() as session:
        found = await session.get(Session, (ORGANISER, session_id))
    if found is None or found.state == "called-off":
        return {"state": "called-off"}
    slot = (found.room_name, found.starts_at) if found.state == "open" else None
    plan = (found.title, found.places, found.seats, found.planned_starts_at)
    return {"state": found.state, "slot": slot, "plan": plan}


@given(steps, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_in_every_order_and_however_often_it_ends_the_same(desk: Desk, taken: list[Step], chance: Any) -> None:
    """Against the same story heard once, in its order."""
    straight, mixed = Said(), Said()
    for one in story(straight, taken):
        await desk.hear(one.event, sequence=one.sequence, producer=one.producer, id=one.id)
    news = story(mixed, taken)
    delivered = [*news, *(chance.choice(news) for _ in news)]
    chance.shuffle(delivered)
    for one in delivered:
        await desk.hear(one.event, sequence=one.sequence, producer=one.producer, id=one.id)
        if chance.random() < 0.3:
            await desk.suspend()
    while await desk.suspend():  # one session at a time, and the straight one may come first
        pass

    found = await end(desk, mixed.session_id)
    assert found == await end(desk, straight.session_id)
    heard = [one for one in await desk.told(*ABOUT_SESSIONS) if one["data"]["session_id"] == str(mixed.session_id)]
    assert [one["sequence"] for one in heard] == [str(n + 1) for n in range(len(heard))]
    kinds = [one["type"].removeprefix("session.").removesuffix(".v1") for one in heard]
    assert all(pair != ("suspended", "suspended") for pair in pairwise(kinds)), "told once"
    if found["state"] == "open":
        last = heard[-1]["data"]
        assert kinds[-1] in ("opened", "moved")
        assert (last["room_name"], datetime.fromisoformat(last["starts_at"])) == found["slot"]
        assert (last["title"], last["places"]) == found["plan"][:2]
    elif heard:
        assert kinds[-1] in ("suspended", "called-off"), "nobody goes to a session that has no room"
