"""What staff see of families that look alike, and of those that were or will be forgotten."""

import re
from datetime import timedelta

import pytest
import time_machine
from enrolment.queries import people
from enrolment.testing import Desk, Running
from httpx import AsyncClient, Response
from ronde.clock import now
from ronde.ids import new_id
from ronde_contracts.partners import ErasureAcknowledged

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


def visible(answer: Response) -> str:
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
    return said.replace("\N{NO-BREAK SPACE}", " ")


async def signed_in(staff: AsyncClient) -> None:
    assert (await staff.post("/sign-in", data={"key": "key-of-relais"})).status_code == 303


async def test_two_files_are_merged_on_pages_after_staff_decided_who_keeps_the_place(
    desk: Desk, doors: Running
) -> None:
    session = await desk.open_session()
    kept, gone = await desk.family(name="Camille Martin"), await desk.family(name="Camile Martin")
    mine, theirs = await desk.enrol(session, kept), await desk.enrol(session, gone)
    path = f"/families/alike/{kept[0]}/{gone[0]}"
    async with doors.visitor(**HTML) as staff:
        assert (await staff.get("/families/alike")).status_code == 401
        assert (await staff.post(path)).status_code == 401
        await signed_in(staff)
        shown = (await staff.get("/families/alike")).text
        assert "Même numéro · Même adresse e-mail · Même enfant" in shown
        assert "06 12 34 56 78" in shown
        assert path in shown
        assert f"/families/alike/{kept[0]}/{gone[0]}" in (await staff.get(f"/families/{gone[0]}")).text
        asked = (await staff.get(path)).text
        assert "à vous de décider" in asked
        assert "Oui, réunir" not in asked
        refused = await staff.post(path)
        assert refused.status_code == 409
        assert "personne ne perd sa place" in refused.text
        await staff.post(f"{path}/withdraw/{theirs.enrolment.id}")
        assert "Oui, réunir" in (await staff.get(path)).text
        assert (await staff.post(path)).status_code == 303
        assert "Aucune fiche en double" in (await staff.get("/families/alike")).text
    assert [await desk.state(mine), await desk.state(theirs)] == ["confirmed", "withdrawn"]


async def test_two_families_are_told_apart_on_the_page(desk: Desk, doors: Running) -> None:
    one, other = await desk.family(), await desk.family()
    async with doors.visitor(**HTML) as staff:
        await signed_in(staff)
        assert (await staff.post(f"/families/alike/{one[0]}/{other[0]}/apart")).status_code == 303
        assert "Aucune fiche en double" in (await staff.get("/families/alike")).text


async def test_staff_forget_keep_and_see_who_has_not_confirmed(desk: Desk, doors: Running) -> None:
    leaves, stays = await desk.family(name="Camille Martin"), await desk.family(name="Noor Haddad")
    nearly = now() + timedelta(days=3 * 365 - 30)
    async with doors.visitor(**HTML) as staff:
        with time_machine.travel(nearly, tick=True):
            await signed_in(staff)
            soon = (await staff.get("/families/forgotten")).text
            assert "Noor Haddad" in soon
            assert "depuis bientôt 3 ans" in soon.replace("\N{NO-BREAK SPACE}", " ")
            await staff.post(f"/families/{stays[0]}/keep")
            assert "Noor Haddad" not in (await staff.get("/families/forgotten")).text
            ask = await staff.get(f"/families/{leaves[0]}/erase")
            assert "Camille Martin" in ask.text
            assert (await staff.post(f"/families/{leaves[0]}/erase")).status_code == 303
            assert (await staff.get(f"/families/{leaves[0]}/erase")).status_code == 404
            for producer in ("booking", "enrolment"):
                await desk.hear(ErasureAcknowledged(party_id=leaves[0]), sequence=9, producer=producer)
            assert "En attente de notify" in visible(await staff.get("/families/forgotten"))
        with time_machine.travel(nearly + timedelta(days=4), tick=True):
            await signed_in(staff)
            late = visible(await staff.get("/families/forgotten"))
            assert "Il manque notify" in late
            assert "1 effacement attend encore" in late
            await desk.hear(ErasureAcknowledged(party_id=leaves[0]), sequence=9, producer="notify")
            assert "Oubliée partout" in visible(await staff.get("/families/forgotten"))


async def test_staff_change_a_file_while_they_listen(desk: Desk, doors: Running) -> None:
    party, (child,) = await desk.family(name="Camille Martin")
    async with desk.db.reading() as session:
        (me,) = (await people.one_party(session, party)).guardians
    path = f"/families/{party}"
    async with doors.visitor(**HTML) as staff:
        assert (await staff.post(f"{path}/guardians/new", data={"name": "Sacha"})).status_code == 401
        await signed_in(staff)
        assert f"{path}/change" in (await staff.get(path)).text
        wrong = await staff.post(f"{path}/guardians/{me.id}", data={"name": "Camille Martin", "phone": "06"})
        assert (wrong.status_code, 'href="#phone"' in wrong.text) == (422, True)
        silent = await staff.post(f"{path}/guardians/{me.id}", data={"name": "Camille Martin", "agreed": "yes"})
        assert (silent.status_code, "au moins une adresse" in visible(silent)) == (409, True)
        said = {"name": "Camille Roux", "phone": "06 39 98 00 09", "language": "en", "agreed": "yes"}
        assert (await staff.post(f"{path}/guardians/{me.id}", data=said)).status_code == 303
        other = {"name": "Sacha Diallo", "email": "sacha@example.org"}
        assert (await staff.post(f"{path}/guardians/new", data=other)).status_code == 303
        shown = visible(await staff.get(f"{path}/change"))
        assert "Camille Roux , 06 39 98 00 09" in shown
        assert "Sacha Diallo , sacha@example.org (n'a pas encore accepté)" in shown.replace("&#39;", "'")
        assert (await staff.get(f"{path}/guardians/{new_id()}")).status_code == 404
        last = await staff.post(f"{path}/guardians/{me.id}/remove")
        assert last.status_code == 409
        assert (await staff.post(f"{path}/children", data={"child_name_0": "Lou"})).status_code == 422
        await staff.post(f"{path}/children", data={"child_name_0": "Lou", "child_born_0": "2026-01-15"})
        await staff.post(f"{path}/children/{child}/remove")
    async with desk.db.reading() as session:
        found = await people.one_party(session, party)
    assert [one.first_name for one in found.children] == ["Lou"]
    assert [(one.name, one.phone, one.email) for one in found.guardians] == [
        ("Camille Roux", "+33639980009", None),
        ("Sacha Diallo", None, "sacha@example.org"),
    ]
    (invited,) = await desk.told("code.issued.v1")
    assert invited["data"]["address"] == "sacha@example.org"
