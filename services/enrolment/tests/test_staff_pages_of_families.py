"""What staff see of families that look alike, and of those that were or will be forgotten."""

import re
from datetime import timedelta

import pytest
import time_machine
from enrolment.testing import Desk, Running
from httpx import AsyncClient, Response
from ronde.clock import now
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
