"""Pages for families: in by a code and without an account, enrolled, seen, changed, taken away, forgotten."""

import re
from datetime import timedelta
from typing import Any

import pytest
from enrolment.testing import ORGANISER, Desk, Running, in_days
from enrolment.testing.crowd import crowd
from httpx import AsyncClient, Response
from ronde.clock import now

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


def visible(answer: Response) -> str:
    main = answer.text.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " ")
    return said.replace("&#39;", "'")


async def follow(client: AsyncClient, path: str, **form: Any) -> Response:
    """Post, and go where it leads."""
    answer = await client.post(path, data=form)
    assert answer.status_code == 303, visible(answer)
    return await client.get(answer.headers["location"])


async def last_code(desk: Desk) -> dict[str, Any]:
    issued: dict[str, Any] = (await desk.told("code.issued.v1"))[-1]["data"]
    return issued


async def test_from_the_programme_to_a_place_without_an_account(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    async with doors.visitor(**HTML) as anybody:
        page = await anybody.get(f"/sessions/{ORGANISER}/{session}")
        assert f'href="/enter?to={ORGANISER}/{session}"' in page.text
        wrong = await anybody.post("/enter", data={"where": "06 12", "to": f"{ORGANISER}/{session}"})
        assert wrong.status_code == 422
        assert "06 12 34 56 78" in visible(wrong)
        typing = await follow(anybody, "/enter", where="06 12 34 56 78", to=f"{ORGANISER}/{session}")
        assert "Un SMS est en route" in visible(typing)
        issued = await last_code(desk)
        assert issued["address"] == "+33612345678"
        path, form = typing.url.path, {"by": "sms", "to": f"{ORGANISER}/{session}"}
        bad = await anybody.post(path, data={"typed": "000 000" if issued["code"] != "000000" else "1", **form})
        assert bad.status_code == 409
        spaced = f"{issued['code'][:3]} {issued['code'][3:]}"
        registering = await anybody.post(path, data={"typed": spaced, **form})
        assert "Faisons connaissance" in visible(registering)
        proof = re.search(r'name="proof" value="(\w+)"', registering.text)
        assert proof
        who = {"proof": proof[1], "to": form["to"], "kind": "family", "name": "Camille Martin"}
        nobody = await anybody.post("/register", data=who)
        assert (nobody.status_code, "prénom et la date de naissance" in visible(nobody)) == (422, True)
        born = (now() - timedelta(days=700)).date().isoformat()
        choosing = await follow(anybody, "/register", **who, child_name_0="Noé", child_born_0=born)
        assert "Qui vient ?" in visible(choosing)
        child = re.search(r'name="child" value="([0-9a-f-]+)" checked', choosing.text)
        assert child
        unticked = await anybody.post(choosing.url.path, data={"adults": "1"})
        assert (unticked.status_code, "Cochez au moins un enfant" in visible(unticked)) == (422, True)
        answer = await follow(anybody, choosing.url.path, child=child[1], adults="1")
        assert "Vous avez une place" in visible(answer)
        mine = await anybody.get(choosing.url.path.split("/enrol")[0])
        assert "Matinée d'éveil" in visible(mine)
        assert "Confirmée" in visible(mine)
    assert await desk.states(session) == ["confirmed"]


async def test_who_follows_the_links_of_a_family_changes_nothing(desk: Desk, doors: Running) -> None:
    session, (visit,) = await desk.open_session(places=1), await crowd(desk.db, 1)
    enrolled = await desk.enrol(session, (visit.party_id, (visit.child_id,)))
    async with doors.visitor(**HTML) as scanner:
        await scanner.post("/enter", data={"where": "camille@example.org"})
        link = (await last_code(desk))["url"].removeprefix(desk.terms.public_url)
        own = f"/f/{visit.token}/e/{enrolled.enrolment.id}"
        paths = [
            "/", "/enter", link, f"/f/{visit.token}", f"/f/{visit.token}/enrol/{ORGANISER}/{session}", own,
            f"{own}/withdraw", f"{own}/decline", f"/f/{visit.token}/export", f"/f/{visit.token}/erase",
        ]  # fmt: skip
        before = await desk.told()
        for path in paths:
            for method, purpose in [("GET", ""), ("HEAD", ""), ("GET", "prefetch")]:
                answer = await scanner.request(method, path, headers={"Sec-Purpose": purpose})
                assert answer.status_code == 200, path
        assert (await scanner.get(f"{own}/accept")).status_code == 405
    assert len(await desk.told()) == len(before)
    assert await desk.states(session) == ["confirmed"]


async def test_the_link_beside_the_code_confirms_when_its_button_is_pressed_and_once(
    desk: Desk, doors: Running
) -> None:
    (visit,) = await crowd(desk.db, 1)
    async with doors.visitor(**HTML) as anybody:
        await anybody.post("/enter", data={"where": "0612345678"})
        link = (await last_code(desk))["url"].removeprefix(desk.terms.public_url)
        assert "C'est moi, continuer" in visible(await anybody.get(link))
        page = await follow(anybody, link)
        assert "Mes inscriptions" in visible(page)
        assert visit.token not in str(page.url), "a visit of its own"
        assert (await anybody.post(link)).status_code == 409


async def test_a_family_sees_its_place_and_why_withdraws_and_is_told(desk: Desk, doors: Running) -> None:
    session, (visit, stranger) = await desk.open_session(places=1), await crowd(desk.db, 2)
    await desk.enrol(session)
    enrolled = await desk.enrol(session, (visit.party_id, (visit.child_id,)))
    own = f"/f/{visit.token}/e/{enrolled.enrolment.id}"
    async with doors.visitor(**HTML) as family:
        page = visible(await family.get(own))
        assert "1ʳᵉ sur la liste" in page
        assert "Pourquoi cette place ?" in page
        assert "Inscription sur la liste d'attente, à la 1ʳᵉ place." in page
        assert (await family.get(own.replace(visit.token, stranger.token))).status_code == 404
        assert "Inscription annulée" in visible(await follow(family, f"{own}/withdraw"))
    assert await desk.states(session) == ["confirmed", "withdrawn"]


async def test_children_and_addresses_are_changed_on_the_page(desk: Desk, doors: Running) -> None:
    (visit,) = await crowd(desk.db, 1)
    page = f"/f/{visit.token}"
    async with doors.visitor(**HTML) as family:
        shown = await follow(family, f"{page}/children", child_name_0="Lou", child_born_0="2024-05-02")
        assert "Lou" in visible(shown)
        assert "Noé" not in visible(await follow(family, f"{page}/children/{visit.child_id}/remove"))
        half = await family.post(f"{page}/children", data={"child_name_0": "Zoé"})
        assert half.status_code == 422
        typing = await follow(family, f"{page}/contact", where="nouvelle@example.org")
        assert "Un e-mail est en route" in visible(typing)
        assert "nouvelle@example.org" not in visible(await family.get(page)), "not before it is confirmed"
        await family.post(typing.url.path, data={"typed": (await last_code(desk))["code"]})
        assert "nouvelle@example.org" in visible(await family.get(page))


async def test_a_family_reads_all_that_is_held_and_is_forgotten(desk: Desk, doors: Running) -> None:
    session, (visit,) = await desk.open_session(starts_at=in_days(5)), await crowd(desk.db, 1)
    await desk.enrol(session, (visit.party_id, (visit.child_id,)))
    page = f"/f/{visit.token}"
    async with doors.visitor(**HTML) as family:
        held = visible(await family.get(f"{page}/export"))
        for said in ("Camille Martin", "+33612345678", "Noé", "Matinée d'éveil", "inscription confirmée"):
            assert said in held
        assert (await family.get(f"{page}/export.json")).json()["me"]["name"] == "Camille Martin"
        assert "Cela ne peut pas être défait" in visible(await family.get(f"{page}/erase"))
        done = await family.post(f"{page}/erase")
        assert "Votre famille est oubliée" in visible(done)
        assert (await family.get(page)).status_code == 410
    assert await desk.states(session) == ["withdrawn"]
