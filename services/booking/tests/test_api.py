"""The JSON doors, over HTTP: who may, what they get, and what they are told when it is no."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from booking.rules import Span
from booking.testing import OpenDay, Running
from httpx import AsyncClient, Response
from ronde.ids import new_id

pytestmark = pytest.mark.database

ENDLESS = ({"from": "2020-01-01T00:00:00Z"}, {"from": "0001-01-01T00:00:00Z"}, {"from": "9999-12-31T00:00:00Z"})


def body(span: Span, **changes: Any) -> dict[str, Any]:
    hours = {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}
    return {"room": "cuisine", "people": 4, **hours, **changes}


async def reserve(visitor: AsyncClient, span: Span, key: str = "", **changes: Any) -> Response:
    headers = {"Idempotency-Key": key or str(new_id())}
    return await visitor.post("/reservations", json=body(span, **changes), headers=headers)


async def test_rooms_are_listed_for_everybody(doors: Running) -> None:
    async with doors.visitor() as visitor:
        rooms = {room["id"]: room for room in (await visitor.get("/rooms")).json()}
    assert rooms["grande-salle"]["parts"] == ["grande-salle-jardin", "grande-salle-rue"]
    assert rooms["grande-salle-rue"]["half_of"] == "grande-salle"
    assert (rooms["cuisine"]["capacity"], rooms["cuisine"]["tidy_minutes"]) == (8, 20)


async def test_a_reservation_is_made_shown_moved_and_given_back(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        made = await reserve(visitor, day.at("9:00", "11:00"), title={"fr": "Confitures"})
        assert made.status_code == 201
        address = made.headers["Location"]
        shown = await visitor.get(address)
        assert shown.json() == made.json()
        assert shown.json()["organisation"] == "bottines"
        later = body(day.at("14:00", "16:00"))
        del later["people"]
        moved = (await visitor.post(f"{address}/move", json=later)).json()
        assert moved["starts_at"] == day.at("14:00", "16:00").starts_at.isoformat().replace("+00:00", "Z")
        for _ in range(2):
            assert (await visitor.post(f"{address}/cancel")).json()["state"] == "cancelled"
        assert (await visitor.get(address)).json()["state"] == "cancelled"


async def test_the_same_request_sent_again_reserves_once(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        first, again = [await reserve(visitor, day.at("9:00", "11:00"), key="the-same-key") for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        without = await visitor.post("/reservations", json=body(day.at("14:00", "16:00")))
        assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-needed")


async def test_a_refusal_is_a_problem_with_alternatives_and_names_nobody(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        await reserve(visitor, day.at("9:00", "11:00"))
    async with doors.visitor("acepp", **{"Accept-Language": "fr"}) as visitor:
        refused = await reserve(visitor, day.at("10:00", "12:00"))
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["code"] == "room-taken"
    assert problem["detail"].startswith("« Cuisine partagée » n'est pas libre")
    assert len(problem["alternatives"]) == 3
    assert "bottines" not in refused.text


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"room": "salle-de-bal"}, 422, "unknown-room"),
        ({"people": 9}, 422, "room-too-small"),
        ({"people": 0}, 422, "invalid"),
        ({"ends_at": "2020-01-01T09:00:00Z"}, 422, "invalid"),
        ({"starts_at": "2027-01-12T09:00:00"}, 422, "invalid"),
        ({"starts_at": "2020-01-07T09:00:00Z", "ends_at": "2020-01-07T10:00:00Z"}, 422, "in-the-past"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, 422, "in-the-past"),
        ({"ends_at": "9999-12-31T23:59:59-14:00"}, 422, "too-far-ahead"),
        ({"title": {"en": "Jam"}}, 422, "invalid"),
        ({"organisation": "relais"}, 422, "invalid"),
    ],
)
async def test_input_that_is_wrong_is_refused_precisely(
    doors: Running, day: OpenDay, changes: dict[str, Any], status: int, code: str
) -> None:
    async with doors.visitor("bottines") as visitor:
        refused = await reserve(visitor, day.at("9:00", "11:00"), **changes)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert await doors.said() == 0


async def test_nothing_changes_without_a_key_or_with_another_s(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        address = (await reserve(visitor, day.at("9:00", "11:00"))).headers["Location"]
    async with doors.visitor() as visitor:
        assert (await reserve(visitor, day.at("14:00", "16:00"))).status_code == 401
        assert (await visitor.post(f"{address}/cancel")).status_code == 401
    async with doors.visitor("acepp") as visitor:
        assert (await visitor.post(f"{address}/cancel")).json()["code"] == "not-yours"
        moving = await visitor.post(f"{address}/move", json=body(day.at("14:00", "16:00")))
        assert moving.json()["code"] == "not-yours"
        nowhere = await visitor.post(f"/reservations/{new_id()}/cancel")
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no-such-reservation")


async def test_a_room_s_list_has_what_takes_it_from_elsewhere(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("relais") as visitor:
        for room, at in (("grande-salle", "9:00"), ("grande-salle-rue", "15:00"), ("cuisine", "9:00")):
            await reserve(visitor, day.at(at, "16:00" if at == "15:00" else "11:00"), room=room)
        whole = day.at("8:00", "21:00")
        window = {"from": whole.starts_at.isoformat(), "to": whole.ends_at.isoformat()}

        async def listed(**more: str) -> list[str]:
            return [one["room"] for one in (await visitor.get("/reservations", params={**window, **more})).json()]

        assert await listed() == ["cuisine", "grande-salle", "grande-salle-rue"]
        assert await listed(room="grande-salle-jardin") == ["grande-salle"]
        assert await listed(room="grande-salle") == ["grande-salle", "grande-salle-rue"]
        assert await listed(to=day.at("8:00", "9:00").ends_at.isoformat()) == []
        for wrong in ({"room": "salle-de-bal"}, {"to": window["from"]}, *ENDLESS):
            assert (await visitor.get("/reservations", params={**window, **wrong})).status_code == 422


async def test_two_requests_for_one_slot_are_never_both_approved_at_the_door(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        answers = await asyncio.gather(*(reserve(visitor, day.at("9:00", "11:00")) for _ in range(100)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 99}
    assert await doors.said() == 1


async def test_the_documentation_shows_each_refusal(doors: Running) -> None:
    async with doors.visitor() as visitor:
        paths = (await visitor.get("/openapi.json")).json()["paths"]
    posting = paths["/reservations"]["post"]["responses"]
    assert set(posting["422"]["content"]["application/problem+json"]["examples"]) >= {"room-closed", "in-the-past"}
    assert "room-taken" in posting["409"]["content"]["application/problem+json"]["examples"]
    assert posting["201"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ReservationShown"}
