"""Pages for the team of a session: the line by hand, who is expected and who came, a family on the telephone."""

import re
from datetime import timedelta

import pytest
import time_machine
from enrolment.testing import ORGANISER, Desk, Running, in_days
from httpx import AsyncClient, Response
from ronde.clock import now

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


def visible(answer: Response) -> str:
    main = answer.text.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " ")
    return said.replace("&#39;", "'")


async def sign_in(client: AsyncClient, who: str = ORGANISER) -> None:
    assert (await client.post("/sign-in", data={"key": f"key-of-{who}"})).status_code == 303


async def follow(client: AsyncClient, path: str, **form: str) -> Response:
    answer = await client.post(path, data=form)
    assert answer.status_code == 303, visible(answer)
    return await client.get(answer.headers["location"])


async def test_an_offer_by_hand_needs_a_reason_that_the_log_keeps(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    _, _, third = [await desk.enrol(session) for _ in range(3)]
    here = f"/line/{third.enrolment.id}/offer"
    async with doors.visitor(**HTML) as staff:
        assert (await staff.get(here)).status_code == 401
        await sign_in(staff)
        assert "Pourquoi cette famille maintenant ?" in visible(await staff.get(here))
        short = await staff.post(here, data={"reason": " "})
        assert (short.status_code, "Écrivez la raison" in visible(short)) == (422, True)
        page = visible(await follow(staff, here, reason="Vient de loin, prévenue trop tard"))
    assert "en tête de la liste" in page
    assert "Vient de loin, prévenue trop tard" in page


async def test_more_time_is_given_by_day_and_before_the_start(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1, starts_at=in_days(10))
    first, second = [await desk.enrol(session) for _ in range(2)]
    await desk.withdraw(first)
    here, before = f"/line/{second.enrolment.id}/deadline", (await desk.enrolment(second.enrolment.id)).deadline
    assert before
    async with doors.visitor(**HTML) as staff:
        await sign_in(staff)
        assert 'type="datetime-local"' in (await staff.get(here)).text
        assert (await staff.post(here, data={"until": "demain"})).status_code == 422
        assert (await staff.post(here, data={"until": f"{in_days(12):%Y-%m-%dT%H:%M}"})).status_code == 422
        page = visible(await follow(staff, here, until=f"{in_days(5, hour=16):%Y-%m-%dT%H:%M}"))
    assert "Nouveau délai pour répondre" in page
    after = (await desk.enrolment(second.enrolment.id)).deadline
    assert after == in_days(5, hour=16)


async def test_the_organiser_picks_another_room_from_the_page(desk: Desk, doors: Running) -> None:
    session = await desk.plan()
    await desk.refuse_room(session)
    path = f"/sessions/{ORGANISER}/{session}"
    async with doors.visitor(**HTML) as staff:
        await sign_in(staff)
        found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', (await staff.get(path)).text.split("</main>")[0]))
        stale = await staff.post(f"{path}/pick", data={**found, "refusal": "99"})
        assert stale.status_code == 409
        assert "Choix envoyé, réponse attendue" in visible(await follow(staff, f"{path}/pick", **found))
    assert len(await desk.told("room.chosen.v1")) == 1


async def test_who_came_is_counted_on_a_phone_and_the_list_bears_names(desk: Desk, doors: Running) -> None:
    starts_at = in_days(1)
    session = await desk.open_session(starts_at=starts_at)
    one, other = [await desk.enrol(session, await desk.family(2, name=name)) for name in ("Ana Ruiz", "Bo Lind")]
    path = f"/sessions/{ORGANISER}/{session}"
    async with doors.visitor(**HTML) as staff:
        assert (await staff.get(f"{path}/list")).status_code == 401
        await sign_in(staff, "acepp")
        assert (await staff.get(f"{path}/list")).status_code == 403, "another organisation's"
        await sign_in(staff)
        listed = visible(await staff.get(f"{path}/list"))
        assert listed.index("Ana Ruiz") < listed.index("Bo Lind")
        assert "Enfant 0, Enfant 1" in listed
        assert "<form" not in (await staff.get(f"{path}/roll")).text.split("<main")[1]
        with time_machine.travel(starts_at, tick=False):
            await sign_in(staff)
            counted = {f"children-{one.enrolment.id}": "2", f"adults-{one.enrolment.id}": "1"}
            page = visible(await follow(staff, f"{path}/roll", **counted))
            assert "Venus : 2 + 1" in page
            missed = {f"children-{other.enrolment.id}": "0", f"adults-{other.enrolment.id}": "0"}
            assert "Pas venus" in visible(await follow(staff, f"{path}/roll", **missed))
            wrong = {"children-x": "2", "adults-x": "1", "children-00000000-0000-7000-8000-000000000000": "1"}
            assert (await staff.post(f"{path}/roll", data=wrong)).status_code == 422


async def test_a_family_that_phones_is_found_or_registered_enrolled_and_withdrawn(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    to = f"{ORGANISER}/{session}"
    async with doors.visitor(**HTML) as staff:
        assert (await staff.get("/phone-in")).status_code == 401
        await sign_in(staff)
        nobody = await staff.post("/phone-in", data={"asked": "06 98 76 54 32", "to": to})
        assert "Personne ne correspond" in visible(nobody)
        who = {"kind": "family", "name": "Dina Roux", "where": "06 98 76 54 32", "language": "fr", "agreed": "yes"}
        half = await staff.post("/phone-in/register", data={**who, "to": to})
        assert half.status_code == 422
        born = (now() - timedelta(days=600)).date().isoformat()
        file = await follow(staff, "/phone-in/register", **who, to=to, child_name_0="Ivo", child_born_0=born)
        assert "Dina Roux" in visible(file)
        child = re.search(r'name="child" value="([0-9a-f-]+)" checked', file.text)
        assert child
        path = file.url.path
        enrolled = await follow(staff, f"{path}/enrol", session=to, child=child[1], adults="1")
        assert "Confirmée" in visible(enrolled)
        again = await staff.post(f"{path}/enrol", data={"session": to, "child": child[1], "adults": "1"})
        assert (again.status_code, "déjà inscrite" in visible(again)) == (409, True)
        assert "Dina Roux" in visible(await staff.post("/phone-in", data={"asked": "roux"}))
        action = re.search(rf'action="({path}/withdraw/[0-9a-f-]+)"', enrolled.text)
        assert action
        assert "Désistement" in visible(await follow(staff, action[1]))
    assert await desk.states(session) == ["withdrawn"]
