"""The JSON doors: keys, one effect per request, refusals in words."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from enrolment.testing import ORGANISER, Desk, Running
from httpx import AsyncClient, Response

pytestmark = pytest.mark.database
FAMILY = {
    "kind": "family",
    "name": "Camille Martin",
    "phone": "+33612345678",
    "children": [{"first_name": "Noé", "born": "2025-03"}],
}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def post(client: AsyncClient, path: str, body: Any = None, **headers: str) -> Response:
    return await client.post(path, json=body, headers={**key(), **headers})


async def register(client: AsyncClient) -> dict[str, Any]:
    answer = await post(client, "/parties", FAMILY)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    return {"party_id": found["party_id"], "child_ids": [child["child_id"] for child in found["children"]]}


def enrolments(session_id: UUID) -> str:
    return f"/sessions/{ORGANISER}/{session_id}/enrolments"


async def test_a_family_is_registered_and_enrolled_by_staff(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    async with doors.visitor("relais") as relais:
        answer = await post(relais, enrolments(session), await register(relais))
        assert answer.status_code == 201, answer.text
        first = answer.json()
        assert (first["state"], first["position"]) == ("confirmed", None)
        assert answer.headers["location"] == f"/enrolments/{first['enrolment_id']}"
        second = (await post(relais, enrolments(session), await register(relais))).json()
        assert (second["state"], second["position"]) == ("waiting", 1)
        assert (await relais.get(f"/enrolments/{second['enrolment_id']}")).json() == second

        left = await relais.post(f"/enrolments/{first['enrolment_id']}/withdraw")
        assert left.json()["state"] == "withdrawn"
        offered = (await relais.get(f"/enrolments/{second['enrolment_id']}")).json()
        assert offered["state"] == "offered"
        assert offered["deadline"]
        accepted = await relais.post(f"/enrolments/{second['enrolment_id']}/accept")
        assert accepted.json() == {**offered, "state": "confirmed", "deadline": None}


async def test_twelve_requests_for_eight_places_by_http(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=8)
    async with doors.visitor("relais") as relais:
        families = [await register(relais) for _ in range(12)]
        answers = await asyncio.gather(*(post(relais, enrolments(session), one) for one in families))
    assert [answer.status_code for answer in answers] == [201] * 12
    found = [answer.json() for answer in answers]
    assert sorted(one["position"] or 0 for one in found) == [0] * 8 + [1, 2, 3, 4]


async def test_the_same_request_sent_again_enrols_once(desk: Desk, doors: Running) -> None:
    session, once = await desk.open_session(places=1), key()
    async with doors.visitor("relais") as relais:
        family = await register(relais)
        answers = [await relais.post(enrolments(session), json=family, headers=once) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert answers[1].headers["idempotency-replayed"] == "true"
        refused = await post(relais, enrolments(session), family)
    assert refused.status_code == 409
    assert refused.json()["code"] == "already-enrolled"
    assert await desk.states(session) == ["confirmed"]


async def test_nothing_changes_without_the_key_of_an_organisation(desk: Desk, doors: Running) -> None:
    session = await desk.open_session()
    enrolled = await desk.enrol(session)
    async with doors.visitor() as anybody:
        for path in ("/parties", enrolments(session), f"/enrolments/{enrolled.enrolment.id}/withdraw"):
            assert (await post(anybody, path, {})).status_code == 401
        assert (await anybody.get(f"/enrolments/{enrolled.enrolment.id}")).status_code == 401
    assert await desk.state(enrolled) == "confirmed"


@pytest.mark.parametrize(
    "change",
    [
        {"phone": None},
        {"phone": "06 12 34 56 78"},
        {"name": " "},
        {"children": [{"first_name": "Noé", "born": "2025-02-30"}]},
        {"children": [{"first_name": "Noé", "born": "hier"}]},
        {"children": [{"first_name": "Noé", "born": "2025-03", "health": "asthme"}]},
        {"kind": "company"},
    ],
)
async def test_what_is_not_a_family_is_refused_without_repeating_it(doors: Running, change: dict[str, Any]) -> None:
    async with doors.visitor("relais") as relais:
        answer = await post(relais, "/parties", {**FAMILY, **change})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    for private in ("Camille", "Noé", "asthme", "06 12"):
        assert private not in answer.text


async def test_a_refusal_says_what_is_possible(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(from_months=36, to_months=72)
    async with doors.visitor("relais", **{"Accept-Language": "en"}) as relais:
        answer = await post(relais, enrolments(session), await register(relais))
        unknown = await post(relais, enrolments(uuid4()), await register(relais))
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["from_months"]) == ("age-out-of-range", 36)
    assert problem["detail"] == "A child will not have the right age on the day of the session."
    assert (unknown.status_code, unknown.json()["code"]) == (404, "session-unknown")


async def test_the_programme_counts_and_names_nobody(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    for _ in range(3):
        await desk.enrol(session)
    async with doors.visitor() as anybody:
        (shown,) = (await anybody.get("/sessions")).json()
        assert (await anybody.get("/sessions", params={"organiser": "acepp"})).json() == []
    assert (shown["places"], shown["taken"], shown["waiting"], shown["state"]) == (1, 1, 2, "open")
    assert "party_id" not in shown
