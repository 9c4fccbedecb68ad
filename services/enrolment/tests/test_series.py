"""A series: enrol in one, several or all of its sessions in one request; each session decides by itself."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from enrolment.testing import MONDAY, ORGANISER, Desk, Family, Running, Said, hear
from httpx import AsyncClient, Response
from ronde.ids import new_id
from ronde_contracts.event import Series
from ronde_contracts.partners import Ages

pytestmark = pytest.mark.database
TITLE = {"fr": "Les matinées d'hiver", "en": "Winter mornings"}
WEEK = timedelta(days=7)


async def series(desk: Desk, *places: int, **facts: Any) -> tuple[UUID, list[UUID]]:
    """One session a week, each with so many places, as their organiser plans them."""
    id, sessions = new_id(), []
    for n, free in enumerate(places):
        said, starts_at = Said(), MONDAY + WEEK * n
        update = {"series": Series(series_id=id, title=TITLE), **facts}
        await hear(
            desk, (1, said.planned(starts_at, places=free).model_copy(update=update)), (1, said.confirmed(starts_at))
        )
        sessions.append(said.session_id)
    return id, sessions


async def enrol(client: AsyncClient, id: UUID, party: Family, **more: Any) -> Response:
    body = {"party_id": str(party[0]), "child_ids": [str(one) for one in party[1]], **more}
    return await client.post(
        f"/series/{ORGANISER}/{id}/enrolments", json=body, headers={"Idempotency-Key": str(new_id())}
    )


def outcomes(answer: Response) -> list[str]:
    return [one["refusal"]["code"] if one["refusal"] else one["enrolment"]["state"] for one in answer.json()]


async def test_all_of_it_each_by_itself(desk: Desk, doors: Running) -> None:
    """One is full, one has no room, one they are in already: the others are theirs all the same."""
    id, (first, full, mine, last) = await series(desk, 4, 1, 4, 4)
    await desk.enrol(full)
    family = await desk.family(2)
    await desk.enrol(mine, family)
    lost = Said()
    unroomed = lost.planned(MONDAY + WEEK * 9).model_copy(update={"series": Series(series_id=id)})
    await hear(desk, (1, unroomed))
    async with doors.visitor(ORGANISER) as relais:
        answer = await enrol(relais, id, family, adults=2)
    assert answer.status_code == 200, answer.text
    assert [one["session_id"] for one in answer.json()] == [str(one) for one in (first, full, mine, last)]
    assert outcomes(answer) == ["confirmed", "waiting", "already-enrolled", "confirmed"]
    assert [one["enrolment"]["adults"] for one in answer.json() if one["enrolment"]] == [2, 2, 2]
    assert answer.json()[1]["enrolment"]["position"] == 1
    assert answer.json()[2]["refusal"]["reason"].keys() == {"fr", "en"}
    assert [(await desk.session(one)).taken for one in (first, full, mine, last)] == [2, 1, 2, 2]


async def test_some_of_it_and_what_cannot_be_is_refused_with_its_reason(desk: Desk, doors: Running) -> None:
    id, sessions = await series(desk, 2, 2, 2)
    _, (of_another,) = await series(desk, 2)
    young = await series(desk, 2, ages=Ages(from_months=60, to_months=72))
    family = await desk.family()
    async with doors.visitor(ORGANISER) as relais:
        wanted = [str(one) for one in (sessions[2], of_another, sessions[0], sessions[2])]
        answer = await enrol(relais, id, family, session_ids=wanted)
        none = await enrol(relais, young[0], family)
        unknown = await enrol(relais, new_id(), family)
        empty = await enrol(relais, id, family, session_ids=[])
    assert [one["session_id"] for one in answer.json()] == wanted
    assert outcomes(answer) == ["confirmed", "session-unknown", "confirmed", "already-enrolled"]
    assert outcomes(none) == ["age-out-of-range"]
    assert none.json()[0]["refusal"]["extra"]["from_months"] == 60
    assert (unknown.status_code, unknown.json()["code"]) == (404, "session-unknown")
    assert empty.status_code == 422
    assert await desk.states(sessions[1]) == []


async def test_a_session_that_refuses_leaves_nothing_behind(desk: Desk, doors: Running) -> None:
    id, sessions = await series(desk, 2, 2)
    family = await desk.family()
    await desk.enrol(sessions[0], family)
    before = len(await desk.told())
    async with doors.visitor(ORGANISER) as relais:
        await enrol(relais, id, family)
    assert [one["type"] for one in (await desk.told())[before:]] == ["link.issued.v1", "enrolment.confirmed.v1"]


async def test_families_who_enrol_in_the_same_series_at_once_do_not_wait_in_a_circle(
    desk: Desk, doors: Running
) -> None:
    id, sessions = await series(desk, 3, 3, 3)
    families = [await desk.family() for _ in range(6)]
    orders = [sessions, sessions[::-1], [sessions[1], sessions[2], sessions[0]]] * 2
    async with doors.visitor(ORGANISER) as relais:
        answers = await asyncio.gather(
            *(
                enrol(relais, id, family, session_ids=[str(one) for one in order])
                for family, order in zip(families, orders, strict=True)
            )
        )
    assert [one.status_code for one in answers] == [200] * 6
    for one in sessions:
        session = await desk.session(one)
        assert (session.taken, session.waiting) == (3, 3)


async def test_staff_of_others_enrol_in_none_of_it(desk: Desk, doors: Running) -> None:
    id, sessions = await series(desk, 2, 2, shared_with=("acepp",))
    async with doors.visitor("bottines") as bottines, doors.visitor("acepp") as acepp:
        assert outcomes(await enrol(bottines, id, await desk.family())) == ["not-their-session"] * 2
        assert outcomes(await enrol(acepp, id, await desk.family())) == ["confirmed"] * 2
    assert [(await desk.session(one)).taken for one in sessions] == [1, 1]


async def test_the_charter_is_signed_once_for_all_of_it(house_desk: Desk, house_doors: Running) -> None:
    id, _ = await series(house_desk, 2, 2, 2)
    minder = await house_desk.family(kind="childminder")
    async with house_doors.visitor(ORGANISER) as relais:
        asked = await enrol(relais, id, minder)
        done = await enrol(relais, id, minder, agrees_to=asked.json()[0]["refusal"]["extra"]["charter"]["version"])
    assert outcomes(asked) == ["charter-to-sign"] * 3
    assert outcomes(done) == ["confirmed"] * 3


async def test_the_series_is_in_the_programme_and_in_what_is_told(desk: Desk, doors: Running) -> None:
    id, _ = await series(desk, 2)
    async with doors.visitor() as anybody:
        (shown,) = (await anybody.get("/sessions")).json()
    assert (shown["series_id"], shown["series_title"]) == (str(id), TITLE)
    (told,) = await desk.told("session.opened.v1")
    assert told["data"]["series"] == {"series_id": str(id), "title": TITLE}
