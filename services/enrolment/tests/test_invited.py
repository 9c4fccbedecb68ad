"""Who may join: families, childminders, a crèche's own; what they sign the first time; whose staff see the list."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from enrolment.tables import Signature
from enrolment.testing import ORGANISER, Desk, Family, Running, Said, hear
from httpx import AsyncClient, Response
from ronde.ids import new_id, reference
from sqlalchemy import select

pytestmark = pytest.mark.database


def body(party: Family, **more: Any) -> dict[str, Any]:
    return {"party_id": str(party[0]), "child_ids": [str(one) for one in party[1]], **more}


async def enrol(client: AsyncClient, session: UUID, party: Family, **more: Any) -> Response:
    path = f"/sessions/{ORGANISER}/{session}/enrolments"
    return await client.post(path, json=body(party, **more), headers={"Idempotency-Key": str(new_id())})


async def planned(desk: Desk, **facts: Any) -> UUID:
    said = Said()
    await hear(desk, (1, said.planned().model_copy(update=facts)), (1, said.confirmed()))
    return said.session_id


INVITED = [
    # (audience, families_of, who of: a family, a crèche's own family, a childminder)
    (("family", "childminder"), (), "family own childminder"),
    (("family",), (), "family own"),
    (("childminder",), (), "childminder"),
    (("family",), ("bottines",), "own"),
    (("family", "childminder"), ("bottines",), "own childminder"),
    (("family",), ("acepp", "bottines"), "own"),
    (("family",), ("acepp",), ""),
]


async def test_families_childminders_and_a_creche_s_own_are_invited_in_any_mixture(desk: Desk, doors: Running) -> None:
    people = {
        "family": await desk.family(),
        "own": await desk.family(),
        "childminder": await desk.family(kind="childminder"),
    }
    async with doors.visitor("bottines") as bottines:
        own = f"/parties/{people['own'][0]}/own"
        assert [(await bottines.put(own)).status_code for _ in range(2)] == [204, 204]
    async with doors.visitor(ORGANISER) as relais:
        for audience, families_of, invited in INVITED:
            session = await planned(desk, audience=audience, families_of=families_of)
            answers = {who: await enrol(relais, session, party) for who, party in people.items()}
            assert [who for who, one in answers.items() if one.status_code == 201] == invited.split(), (
                audience,
                families_of,
            )
            assert {one.json()["code"] for one in answers.values() if one.status_code == 409} <= {"not-invited"}
    async with doors.visitor("bottines") as bottines, doors.visitor(ORGANISER) as relais:
        assert (await bottines.delete(own)).status_code == 204
        session = await planned(desk, audience=("family",), families_of=("bottines",))
        refused = await enrol(relais, session, people["own"])
        assert (await bottines.put(f"/parties/{new_id()}/own")).status_code == 404
    assert refused.json()["families_of"] == ["bottines"]


async def test_one_organisation_does_not_say_whose_own_a_family_is_for_another(desk: Desk, doors: Running) -> None:
    session, family = await planned(desk, families_of=("bottines",)), await desk.family()
    async with doors.visitor("acepp") as acepp, doors.visitor(ORGANISER) as relais:
        await acepp.put(f"/parties/{family[0]}/own")
        assert (await enrol(relais, session, family)).json()["code"] == "not-invited"


async def test_a_childminder_signs_the_relay_s_charter_once_and_a_family_does_not(
    house_desk: Desk, house_doors: Running
) -> None:
    minder, family = await house_desk.family(kind="childminder"), await house_desk.family()
    sessions = [await house_desk.open_session() for _ in range(2)]
    async with house_doors.visitor(ORGANISER, **{"Accept-Language": "fr"}) as relais:
        asked = await enrol(relais, sessions[0], minder)
        wrong = await enrol(relais, sessions[0], minder, agrees_to="2024-09")
        signed = await enrol(relais, sessions[0], minder, agrees_to=asked.json()["charter"]["version"])
        later = await enrol(relais, sessions[1], minder)
        for_family = await enrol(relais, sessions[0], family)
    assert (asked.status_code, asked.json()["code"]) == (409, "charter-to-sign")
    assert asked.json()["charter"]["title"]["fr"] == "La charte des matinées d'éveil"
    assert "responsable" in asked.json()["charter"]["text"]["fr"]
    assert wrong.json()["code"] == "charter-to-sign"
    assert [one.status_code for one in (signed, later, for_family)] == [201] * 3
    async with house_desk.db.reading() as reading:
        (signature,) = (await reading.scalars(select(Signature))).all()
    assert (signature.party_id, signature.organisation, signature.version) == (minder[0], ORGANISER, "2026-09")


async def test_a_new_version_is_signed_again(house_desk: Desk, house_doors: Running) -> None:
    minder = await house_desk.family(kind="childminder")
    async with house_desk.db.transaction() as tx:
        at = (await house_desk.session(await house_desk.open_session())).planned_starts_at
        tx.session.add(Signature(party_id=minder[0], organisation=ORGANISER, version="2024-09", signed_at=at))
    async with house_doors.visitor(ORGANISER) as relais:
        asked = await enrol(relais, await house_desk.open_session(), minder)
    assert (asked.json()["code"], asked.json()["charter"]["version"]) == ("charter-to-sign", "2026-09")


async def test_who_is_refused_has_signed_nothing(house_desk: Desk, house_doors: Running) -> None:
    minder = await house_desk.family(kind="childminder")
    session = await house_desk.open_session(from_months=60)
    async with house_doors.visitor(ORGANISER) as relais:
        refused = await enrol(relais, session, minder, agrees_to="2026-09")
    assert refused.json()["code"] == "age-out-of-range"
    async with house_desk.db.reading() as reading:
        assert (await reading.scalars(select(Signature))).all() == []


async def test_two_enrolments_at_once_sign_once(house_desk: Desk, house_doors: Running) -> None:
    minder = await house_desk.family(kind="childminder")
    sessions = [await house_desk.open_session() for _ in range(3)]
    async with house_doors.visitor(ORGANISER) as relais:
        answers = await asyncio.gather(*(enrol(relais, one, minder, agrees_to="2026-09") for one in sessions))
    assert [one.status_code for one in answers] == [201] * 3
    async with house_desk.db.reading() as reading:
        assert len((await reading.scalars(select(Signature))).all()) == 1


async def test_who_shares_a_session_does_what_its_organiser_does_and_others_do_not(desk: Desk, doors: Running) -> None:
    session = await planned(desk, shared_with=("acepp",), places=1)
    enrolled, waiting = await desk.enrol(session), await desk.enrol(session)
    one, other = enrolled.enrolment.id, waiting.enrolment.id
    listed = f"/sessions/{ORGANISER}/{session}/enrolments"
    async with doors.visitor("bottines") as bottines:
        refused = [
            await bottines.get(listed),
            await bottines.get(f"/enrolments/{one}"),
            await enrol(bottines, session, await desk.family()),
            *[
                await bottines.post(f"/enrolments/{id}/{act}")
                for act in ("withdraw", "accept", "decline")
                for id in (one, other)
            ],
        ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert {answer.json()["code"] for answer in refused} == {"not-their-session"}
    assert await desk.states(session) == ["confirmed", "waiting"]
    async with doors.visitor("acepp") as acepp:
        found = (await acepp.get(listed)).json()
        by_phone = await enrol(acepp, session, await desk.family())
        assert (await acepp.post(f"/enrolments/{one}/withdraw")).json()["state"] == "withdrawn"
        assert (await acepp.post(f"/enrolments/{other}/accept")).json()["state"] == "confirmed"
    assert [(line["enrolment_id"], line["position"]) for line in found] == [(str(one), None), (str(other), 1)]
    assert by_phone.json()["position"] == 2
    async with doors.visitor(ORGANISER) as relais:
        assert len((await relais.get(listed)).json()) == 3


async def test_what_is_no_longer_shared_is_no_longer_seen(desk: Desk, doors: Running) -> None:
    said = Said()
    shared = said.planned().model_copy(update={"shared_with": ("acepp",)})
    await hear(desk, (1, shared), (1, said.confirmed()))
    async with doors.visitor("acepp") as acepp:
        listed = f"/sessions/{ORGANISER}/{said.session_id}/enrolments"
        assert (await acepp.get(listed)).status_code == 200
        await hear(desk, (2, said.changed(said.planned().starts_at)))
        assert (await acepp.get(listed)).status_code == 403


async def test_the_page_shows_a_list_to_those_who_hold_the_session_and_to_nobody_else(
    desk: Desk, doors: Running
) -> None:
    session = await planned(desk, shared_with=("acepp",), families_of=("bottines",), audience=("family", "childminder"))
    enrolled = await desk.enrol(session, await desk.family(kind="childminder"))
    seen = {}
    for who in ("relais", "acepp", "bottines"):
        async with doors.visitor(**{"Accept-Language": "fr", "Origin": "http://enrolment.test"}) as staff:
            assert (await staff.post("/sign-in", data={"key": f"key-of-{who}"})).status_code == 303
            seen[who] = (await staff.get(f"/sessions/{ORGANISER}/{session}")).text
    listed = reference("I", enrolled.enrolment.id)
    assert {who: listed in page for who, page in seen.items()} == {"relais": True, "acepp": True, "bottines": False}
    assert "accueillis par <span" in seen["bottines"].replace("\n", " ")
