"""Occasional care through its doors: the bus, the crèche's JSON, the family's link and the team's pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from enrolment.doorkeys import open_page
from enrolment.settings import Entry, Settings
from enrolment.tables import Guardian
from enrolment.testing import PARIS, Desk, Running, running
from httpx import AsyncClient, Response
from ronde.ids import new_id
from ronde_contracts.partners import AbsenceDeclared, AbsenceWithdrawn
from sqlalchemy import select

pytestmark = pytest.mark.database
CRECHE = "/creches/bottines"
HTML = {"Accept": "text/html", "Accept-Language": "fr"}
MONDAY = "2027-01-11"
TWENTY_TO_EIGHT = datetime(2027, 1, 11, 7, 40, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(TWENTY_TO_EIGHT, tick=True):
        yield


@dataclass
class Morning:
    """A crèche with a full team, the child who will be absent, and a family that wishes, with its child there."""

    absent: UUID
    party: UUID
    child: UUID
    wish: UUID


async def put(client: AsyncClient, what: str, /, **body: object) -> UUID:
    id = new_id()
    answer = await client.put(f"{CRECHE}/{what}/{id}", json=body)
    assert answer.status_code == 204, answer.text
    return id


async def baby(client: AsyncClient, name: str) -> UUID:
    return await put(client, "children", first_name=name, born_on="2026-08-01", walks_from="2028-01-01")


async def family(client: AsyncClient, name: str, *, early: bool = True) -> tuple[UUID, UUID, UUID]:
    """(the family, the crèche's child, the wish)."""
    guardian = {"kind": "family", "name": name, "phone": "+33639980088", "language": "fr", "children": []}
    body = {**guardian, "children": [{"first_name": name, "born": "2026-08"}]}
    registered = await client.post("/parties", json=body, headers={"Idempotency-Key": str(new_id())})
    party, child = UUID(registered.json()["party_id"]), await baby(client, name)
    week = ["08:00-18:00"] * 5
    facts = {"child_id": str(child), "party_id": str(party), "week": week, "starts_on": MONDAY, "early": early}
    return party, child, await put(client, "wishes", **facts)


async def prepare(client: AsyncClient) -> Morning:
    for n in range(2):
        await put(client, "shifts", starts_on="2026-09-01", week=["07:30-18:30"] * 5, first_category=n == 0)
    babies = [await baby(client, f"Enfant {n}") for n in range(10)]
    for one in babies:
        await put(client, "contracts", child_id=str(one), starts_on="2026-09-01", week=["09:00-17:00"] * 5)
    return Morning(babies[0], *await family(client, "Noor"))


def visible(answer: Response) -> str:
    main = answer.text.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " ")
    return said.replace("&#39;", "'")


async def link_of(desk: Desk) -> str:
    """The newest one that a family was sent."""
    return str((await desk.told("page.issued.v1"))[-1]["data"]["url"]).split("8701", 1)[1]


@pytest.mark.broker
async def test_the_creche_s_own_software_declares_an_absence_and_hears_the_booking(on_the_bus: Running) -> None:
    async with on_the_bus.visitor("bottines") as program:
        morning = await prepare(program)
        facts = {"absence_id": new_id(), "creche": "bottines", "child_id": morning.absent}
        said = AbsenceDeclared(**facts, starts_on=date(2027, 1, 11), ends_on=date(2027, 1, 11))
        await on_the_bus.say(said, sequence=1, by="bottines")
        (offered,) = await on_the_bus.hears()
        assert (offered["type"], offered["data"]["child_id"]) == ("occasional-care.offered.v1", str(morning.child))
        offer = offered["data"]["offer_id"]
        assert (await program.post(f"{CRECHE}/care/{offer}/accept")).json()["state"] == "booked"
        (booked,) = await on_the_bus.hears()
        assert booked["data"]["absence_id"] == str(said.absence_id)
        await on_the_bus.say(AbsenceWithdrawn(absence_id=said.absence_id), sequence=2, by="bottines")
        (withdrawn,) = await on_the_bus.hears()
        assert (withdrawn["data"]["was"], withdrawn["data"]["why"]) == ("booked", "not-free"), "ten at most"


async def test_a_link_shows_by_get_and_acts_by_post_only(doors: Running, desk: Desk) -> None:
    async with doors.visitor("bottines") as program:
        morning = await prepare(program)
        await put(program, "absences", child_id=str(morning.absent), starts_on=MONDAY, ends_on=MONDAY)
        link = await link_of(desk)
        _, second, _ = await family(program, "Sacha")
        async with doors.visitor(**HTML) as phone:
            for path in (link, f"{link}/withdraw", f"{link}/accept", link):
                assert (await phone.get(path)).status_code in (200, 405)
                await phone.head(path)
            page = await phone.get(link)
            assert "lundi 11 janvier, de 9 h à 17 h Crèche Bottines et Bottillons Pour Noor" in visible(page)
            assert "Elles sont réservées pour vous jusqu'au lundi 11 janvier, 8 h" in visible(page)
            assert len(page.text) < 60_000
            booked = await phone.post(f"{link}/accept", follow_redirects=True)
            assert "C'est réservé" in visible(booked)
            assert "Votre enfant ne vient pas ?" in visible(await phone.get(f"{link}/withdraw"))
            left = await phone.post(f"{link}/withdraw", follow_redirects=True)
            assert "C'est noté, merci de nous avoir prévenus" in visible(left)
            assert "You do not come" in (await phone.get(link, headers={"Accept-Language": "en"})).text
            late = await phone.post(f"{link}/accept")
            assert (late.status_code, "ne sont plus réservées pour vous" in late.text) == (409, True)
            assert (await phone.get("/o/nobody000000")).status_code == 404
        shown = (await program.get(f"{CRECHE}/care")).json()["offers"]
        assert [(one["child_id"], one["state"]) for one in shown] == [
            (str(morning.child), "withdrawn"), (str(second), "offered"),
        ]  # fmt: skip
    async with doors.visitor("relais") as other:
        assert (await other.get(f"{CRECHE}/care")).status_code == 403
        assert (await other.post(f"{CRECHE}/care/{shown[1]['offer_id']}/accept")).status_code == 403


async def test_whose_yes_comes_second_reads_it_kindly_at_once(settings: Settings, desk: Desk, tmp_path: Path) -> None:
    """No error page, to whichever button; and the team on the telephone is told why."""
    house = tmp_path / "several.toml"
    house.write_text(settings.house_file.read_text().replace("asked_at_once = 1", "asked_at_once = 2"))
    async with running(settings.model_copy(update={"house_file": house})) as doors:
        async with doors.visitor("bottines") as program:
            morning = await prepare(program)
            await family(program, "Sacha")
            await put(program, "absences", child_id=str(morning.absent), starts_on=MONDAY, ends_on=MONDAY)
            links = [one["data"]["url"].split("8701", 1)[1] for one in await desk.told("page.issued.v1")]
            offers = [one["offer_id"] for one in (await program.get(f"{CRECHE}/care")).json()["offers"]]
        async with doors.visitor(**HTML) as phone:
            for link in links:
                assert "la première qui dit oui les a" in visible(await phone.get(link))
            assert "C'est réservé" in visible(await phone.post(f"{links[0]}/accept", follow_redirects=True))
            for action in ("accept", "decline", "withdraw"):
                second = await phone.post(f"{links[1]}/{action}", follow_redirects=True)
                assert (second.status_code, 'role="alert"' in second.text) == (200, False)
                assert "Une autre famille a été plus rapide" in visible(second)
            assert "Another family was faster" in (await phone.get(links[1], headers={"Accept-Language": "en"})).text
        async with doors.visitor("bottines") as program:
            slower = await program.post(f"{CRECHE}/care/{offers[1]}/accept")
            assert (slower.status_code, slower.json()["type"].rpartition(":")[2]) == (409, "care-taken")
    assert (await desk.told("occasional-care.withdrawn.v1"))[-1]["data"]["why"] == "taken"


async def test_the_team_registers_a_family_and_answers_for_one_that_phones(doors: Running, desk: Desk) -> None:
    async with doors.visitor("bottines") as program:
        morning = await prepare(program)
        assert (await program.delete(f"{CRECHE}/wishes/{morning.wish}")).status_code == 204
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        page, form = f"{CRECHE}/occasional", f"{CRECHE}/occasional/families/{morning.party}"
        assert form in (await staff.get(f"/families/{morning.party}")).text
        typed = {"child_id": str(morning.child), "from_0": "08:00", "until_0": "12:00", "least_minutes": "120"}
        wrong = await staff.post(form, data={**typed, "starts_on": MONDAY, "from_0": "08:10"})
        assert (wrong.status_code, "quarts d'heure" in visible(wrong)) == (422, True)
        made = await staff.post(form, data={**typed, "starts_on": MONDAY, "early": "yes"}, follow_redirects=True)
        assert "Noor" in visible(made)
        again = await staff.post(form, data={**typed, "starts_on": MONDAY})
        assert (again.status_code, "déjà inscrit à l'accueil occasionnel" in visible(again)) == (409, True)
        assert "lundi, de 8 h à 12 h" in visible(await staff.get(form))
        gap = {"day": MONDAY, "begins": "17:00", "ends": "18:30"}
        shown = await staff.post(f"{page}/gap", data=gap, follow_redirects=True)
        assert "lundi 11 janvier, de 17 h à 18 h 30" in visible(shown)
        assert (await staff.post(f"{page}/gap", data={**gap, "ends": "18:20"})).status_code == 422
        async with doors.visitor("bottines") as program:
            await put(program, "absences", child_id=str(morning.absent), starts_on=MONDAY, ends_on=MONDAY)
        shown = await staff.get(page)
        assert "Noor O-" in visible(shown)
        assert "Proposé" in visible(shown)
        yes = re.search(rf'action="({page}/offers/[^"]+/accept)"', shown.text)
        assert yes is not None
        assert "Réservé" in visible(await staff.post(yes[1], follow_redirects=True))
        cancelled = await staff.post(yes[1].replace("accept", "cancel"), follow_redirects=True)
        assert "Retiré par la crèche" in visible(cancelled)
        assert (await desk.told("occasional-care.withdrawn.v1"))[-1]["data"]["why"] == "creche"
    async with doors.visitor(**HTML) as other:
        await other.post("/sign-in", data={"key": "key-of-relais"})
        assert (await other.get(page)).status_code == 403


async def test_a_family_finds_its_occasional_care_on_its_own_page(doors: Running, desk: Desk) -> None:
    """Answered there, given back there, and the list left there; another family sees and may do nothing of it."""

    async def page(party: UUID) -> str:
        async with desk.db.transaction() as tx:
            guardian = await tx.session.scalar(select(Guardian).where(Guardian.party_id == party).limit(1))
            assert guardian is not None
            return f"/f/{open_page(tx, Entry(), guardian)}"

    async with doors.visitor("bottines") as program:
        morning = await prepare(program)
        other, _, _ = await family(program, "Sacha")
        await put(program, "absences", child_id=str(morning.absent), starts_on=MONDAY, ends_on=MONDAY)
        offer = (await program.get(f"{CRECHE}/care")).json()["offers"][0]["offer_id"]
    mine, theirs, without = await page(morning.party), await page(other), await page((await desk.family())[0])
    hours, listed = f"{mine}/o/{offer}", "Noor est sur la liste (Crèche Bottines et Bottillons)"
    async with doors.visitor(**HTML) as phone:
        shown = visible(await phone.get(mine))
        assert "lundi 11 janvier, de 9 h à 17 h Noor, Crèche Bottines et Bottillons … On vous les propose" in shown
        assert f"{listed} : lundi, mardi, mercredi, jeudi, vendredi : 8 h – 18 h. Quitter la liste" in shown
        assert "accueil occasionnel" not in visible(await phone.get(without)).lower()
        assert (await phone.get(f"{theirs}/o/{offer}")).status_code == 404
        assert (await phone.post(f"{theirs}/o/{offer}/accept")).status_code == 404
        assert "C'est réservé" in visible(await phone.post(f"{hours}/accept", follow_redirects=True))
        assert f'{hours}/withdraw"' in (await phone.get(mine)).text
        assert "Votre enfant ne vient pas ?" in visible(await phone.get(f"{hours}/withdraw"))
        assert "C'est noté" in visible(await phone.post(f"{hours}/withdraw", follow_redirects=True))
        leaving = f"{mine}/wishes/{morning.wish}/end"
        assert "Quitter la liste de l'accueil occasionnel ?" in visible(await phone.get(leaving))
        await phone.post(f"{theirs}/wishes/{morning.wish}/end")
        assert listed in visible(await phone.get(mine))
        for _ in range(2):
            left = await phone.post(leaving, follow_redirects=True)
            assert (left.status_code, "accueil occasionnel" in visible(left).lower()) == (200, False)


async def test_a_family_that_is_forgotten_or_merged(doors: Running, desk: Desk) -> None:
    """What it held goes to the next; the offer stays as a number, and no link leads to it any more."""
    async with doors.visitor("bottines") as program:
        morning = await prepare(program)
        kept, _, _ = await family(program, "Sacha")
        await put(program, "absences", child_id=str(morning.absent), starts_on=MONDAY, ends_on=MONDAY)
        link = await link_of(desk)
        merged = await program.post(f"/parties/{kept}/merge", json={"other": str(morning.party)})
        assert merged.status_code == 200, merged.text
        assert {one["party_id"] for one in (await program.get(f"{CRECHE}/care")).json()["wishes"]} == {str(kept)}
        async with desk.db.transaction() as tx:
            guardian = await tx.session.scalar(select(Guardian).where(Guardian.party_id == kept).limit(1))
            assert guardian is not None
            visit = open_page(tx, Entry(), guardian)
        held = (await program.get(f"/f/{visit}/export.json")).json()
        assert [one["state"] for one in held["occasional_care"]] == ["offered"], "all that is held can be read"
        assert "lundi 11 janvier, 09:00-17:00 : proposé" in visible(
            await program.get(f"/f/{visit}/export", headers=HTML)
        )
        assert (await program.post(f"/parties/{kept}/erase")).status_code < 300
        shown = (await program.get(f"{CRECHE}/care")).json()
        assert shown["wishes"] == []
        assert {one["state"] for one in shown["offers"]} == {"withdrawn"}
    async with doors.visitor(**HTML) as phone:
        assert (await phone.get(link)).status_code == 404
