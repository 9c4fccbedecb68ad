"""The crèche's week for its team: by the quarter-hour, in words and in a picture, on a phone and in a real browser."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

import pytest
from axe_playwright_python.async_playwright import Axe
from enrolment.doorkeys import open_page
from enrolment.main import build
from enrolment.settings import Entry, Settings
from enrolment.tables import CareOffer, Guardian
from enrolment.testing import Desk, Running
from httpx import AsyncClient, Response
from playwright.async_api import Browser
from ronde.clock import now
from ronde.ids import new_id
from ronde.web.testing import listening
from sqlalchemy import select

pytestmark = pytest.mark.database
MONDAY = "2027-01-11"
PAGE = f"/creches/bottines/week?day={MONDAY}"
HTML = {"Accept": "text/html", "Accept-Language": "fr"}
ALL: dict[str, object] = {}
COLOURS: dict[str, object] = {"runOnly": ["color-contrast"]}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def visible(answer: Response) -> str:
    main = answer.text.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " ")
    return said.replace("&#39;", "'")


async def fill(client: AsyncClient, babies: int = 10) -> None:
    """Babies from 9 to 12 on Mondays, three walkers on Tuesdays; two professionals, one of whom leaves then at 11."""

    async def put(what: str, **body: object) -> str:
        id = str(new_id())
        assert (await client.put(f"/creches/bottines/{what}/{id}", json=body)).status_code == 204
        return id

    for n in range(2):
        week = ["07:30-18:30", "07:30-11:00" if n else "07:30-18:30", *["07:30-18:30"] * 3]
        await put("shifts", starts_on="2026-09-01", week=week, first_category=n == 0)
    for n in range(babies + 3):
        born_on = "2026-09-02" if n < babies else "2025-01-02"
        child = await put("children", first_name=f"Enfant {n}", born_on=born_on)
        week = ["09:00-12:00"] if n < babies else ["", "08:00-17:15"]
        await put("contracts", child_id=child, starts_on="2027-01-04", week=week)


async def test_the_week_says_who_is_there_who_may_come_and_which_rule_binds(doors: Running) -> None:
    async with doors.visitor("bottines") as program:
        await fill(program)
    async with doors.visitor(**HTML) as staff:
        assert (await staff.get(PAGE)).status_code == 401
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        assert 'href="/creches/bottines/week"' in (await staff.get("/")).text
        answer = await staff.get(PAGE)
        page = visible(answer)
        assert "La semaine du lundi 11 janvier" in page
        assert "57,75 / 1650" in page
        assert "de 9 h à 12 h 10 dont 0 qui marchent 2 pour 2 nécessaires 0, ou 0 qui marchent … Complet" in page
        assert "d'encadrement (CSP R.2324-46-4, sûreté B)" in page
        assert "de 11 h à 17 h 15 3 dont 3 qui marchent 1 pour 2 nécessaires" in page
        assert "Manque 1 équipe minimale (CSP R.2324-43-1, sûreté A)" in page
        assert answer.text.count('<svg class="crowd"') == 5
        assert "Enfant 1" not in page, "numbers, no names"
        english = visible(await staff.get(f"{PAGE}&lang=en"))
        assert "… Full ratio of professionals" in english
        assert len(answer.text) < 60_000


async def test_a_week_in_which_it_is_closed_leads_to_the_next(doors: Running) -> None:
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        page = visible(await staff.get("/creches/bottines/week?day=2027-08-11"))
    assert "La crèche est fermée cette semaine." in page


async def test_another_organisation_s_team_sees_nothing(doors: Running) -> None:
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-relais"})
        assert "/creches/" not in (await staff.get("/")).text
        refused = await staff.get(PAGE)
    assert (refused.status_code, "une autre structure" in refused.text) == (403, True)


async def test_today_at_the_door_says_who_comes_and_who_does_not(doors: Running) -> None:
    async with doors.visitor("bottines") as program:
        await fill(program, babies=1)
        ids = {}
        for name, week in (("Lou", "08:00-12:00 14:00-17:00"), ("Sam", "08:30-16:00"), ("Noé", "")):
            ids[name] = str(new_id())
            child = {"first_name": name, "born_on": "2025-03-02"}
            await program.put(f"/creches/bottines/children/{ids[name]}", json=child)
            contract = {"child_id": ids[name], "starts_on": "2027-01-04", "week": [week]}
            await program.put(f"/creches/bottines/contracts/{new_id()}", json=contract)
        for name, hours in (("Lou", "14:00-18:00"), ("Sam", None)):
            absence = {"child_id": ids[name], "starts_on": MONDAY, "ends_on": MONDAY, "hours": hours}
            await program.put(f"/creches/bottines/absences/{new_id()}", json=absence)
    async with doors.service.db.transaction() as tx:
        for name, deadline in (("Noé", None), ("Sam", now() + timedelta(hours=1))):
            care = CareOffer(
                id=new_id(), creche="bottines", child_id=ids[name], day=date.fromisoformat(MONDAY), hours="14:00-17:00",
                nth=0, state="offered" if deadline else "booked", deadline=deadline, offered_at=now(), version=1,
            )  # fmt: skip
            tx.session.add(care)
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        page = visible(await staff.get(f"/creches/bottines/today?day={MONDAY}"))
        assert "3 enfants viennent, 2 absences" in page
        assert page.index("Lou de 8 h à 12 h ✕ Absence de 14 h à 17 h") < page.index("Enfant 0 de 9 h à 12 h")
        assert page.index("Ne viennent pas") < page.index("Sam de 8 h 30 à 16 h")
        assert "Noé de 14 h à 17 h … Accueil occasionnel Ne vient pas" in page
        assert page.count("Accueil occasionnel Ne vient pas") == 1, "what is only offered is nobody's yet"
        assert "Personne ne vient" in visible(await staff.get("/creches/bottines/today?day=2027-08-10"))


async def test_the_figures_of_some_weeks_add_up_on_the_page_and_in_the_file(doors: Running) -> None:
    async with doors.visitor("bottines") as program:
        await fill(program, babies=3)
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        asked = "first=2027-01-04&last=2027-01-17"
        page = visible(await staff.get(f"/creches/bottines/figures?{asked}"))
        # 3 babies for 3 hours on Mondays and 3 children for 9 h 15 on Tuesdays, of 30 places for 55 hours
        assert "lundi 11 janvier 36,75 h sur 1650 h 2,2 % 0 h 3 102,5 h 6,25 h ✕ Manque 1 au plus" in page
        assert "En tout 73,5 h sur 3300 h" in page
        answer = await staff.get(f"/creches/bottines/figures.csv?{asked}")
    lines = answer.content.decode("utf-8-sig").splitlines()
    # two professionals, one of whom leaves at 11 on Tuesdays
    assert lines[1:] == [
        f"2027-W0{n};{day};36,75;1650,00;2,23;0,00;3;102,50;6,25;1" for n, day in ((1, "2027-01-04"), (2, MONDAY))
    ]


async def test_a_child_a_contract_an_absence_and_a_team_are_written_down_on_pages(doors: Running) -> None:
    here = "/creches/bottines"
    child, contract = f"{here}/children/{new_id()}", new_id()
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        for n in range(2):
            team = {"starts_on": "2026-09-01", **{f"day_{day}": "7h30-18h30" for day in range(5)}}
            saved = await staff.post(f"{here}/shifts/{new_id()}", data=team | ({"first_category": "yes"} if n else {}))
            assert saved.headers["location"] == f"{here}/people"
        assert "Inscrire un enfant" in visible(await staff.get(child)), "an id that nobody has is a new child's"
        for _ in range(2):  # a double click
            saved = await staff.post(child, data={"first_name": "Lou", "born_on": "2026-09-02"})
            assert (saved.status_code, saved.headers["location"]) == (303, child)
        grid = {"starts_on": "2027-01-04", "day_0": "8 h 30-12 h 14 h-17 h", "except_day_0": "2027-01-18"}
        wrong = await staff.post(f"{child}/contracts/{contract}", data=grid | {"day_1": "8h10-12h"})
        assert wrong.status_code == 422
        assert 'href="#day_1"' in wrong.text
        assert 'value="8h10-12h"' in wrong.text
        assert (await staff.post(f"{child}/contracts/{contract}", data=grid)).status_code == 303
        away = {"starts_on": MONDAY, "ends_on": MONDAY, "hours": "14-17", "idempotency_key": str(new_id())}
        assert (await staff.post(f"{child}/absence", data=away)).status_code == 303
        first, steps = f"{child}/adaptations/{new_id()}", {"starts_on": "2027-01-25", "ends_on": "2027-01-29"}
        wrong = await staff.post(first, data=steps | {"except_day_1": "2027-02-01", "except_hours_1": "9-10"})
        assert (wrong.status_code, 'href="#except_day_1"' in wrong.text) == (422, True)
        await staff.post(first, data=steps | {"except_day_0": "2027-01-26", "except_hours_0": "9-10"})
        assert "9:00-10:00" in (await staff.get(first)).text
        page = visible(await staff.get(child))
        assert "Adaptation du lundi 25 janvier au vendredi 29 janvier , 1 jour" in page
        assert "1 enfant vient" in visible(await staff.get(f"{here}/today?day=2027-01-26")), "not of the contract"
        assert "Personne ne vient" in visible(await staff.get(f"{here}/today?day=2027-01-25")), "the contract waits"
        await staff.post(f"{here}/remove/adaptations/{first.rsplit('/', 1)[1]}")
        assert "1 enfant vient" in visible(await staff.get(f"{here}/today?day=2027-01-25"))
        assert "lundi : de 8 h 30 à 12 h, de 14 h à 17 h 1 jour différent" in page
        assert "lundi 11 janvier, de 14 h à 17 h Vient quand même" in page
        today = visible(await staff.get(f"{here}/today?day={MONDAY}"))
        assert "1 enfant vient, 1 absence" in today
        assert "Personne ne vient" in visible(await staff.get(f"{here}/today?day=2027-01-18"))
        assert "2 professionnel·les prévu·es" in visible(await staff.get(f"{here}/people"))
        gone = f"{here}/remove/children/{child.rsplit('/', 1)[1]}"
        assert "partent avec lui" in visible(await staff.get(gone))
        await staff.post(gone)
        assert "0 enfant" in visible(await staff.get(f"{here}/people"))


async def test_the_page_says_why_a_week_does_not_fit_and_which_does(doors: Running) -> None:
    async with doors.visitor("bottines") as program:
        await fill(program)
    asked = {"born_on": "2026-09-02", "walks_from": "2028-01-01", "starts_on": MONDAY, "ends_on": "2027-03-31"}
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        page = visible(await staff.post("/creches/bottines/ask", data=asked | {"day_0": "7h30-10h"}))
        assert "✕ Non lundi 11 janvier, 9 h : taux d'encadrement (CSP R.2324-46-4, sûreté B)" in page
        assert "1 professionnel·le manque." in page
        assert "La semaine la plus proche qui convient lundi : de 7 h 30 à 9 h" in page
        page = visible(await staff.post("/creches/bottines/ask", data=asked | {"day_0": "7h30-9h"}))
        assert "✓ Oui" in page
        english = visible(await staff.post("/creches/bottines/ask?lang=en", data=asked | {"day_0": "7:00-9:00"}))
        assert "✕ No Monday 11 January, 7 am : opening hours, 2 quarter-hours too many." in english
        wrong = await staff.post("/creches/bottines/ask", data=asked | {"ends_on": "2027-01-01"})
        assert (wrong.status_code, 'href="#ends_on"' in wrong.text) == (422, True)


async def asked(program: AsyncClient, desk: Desk) -> list[str]:
    """Pages of a family that is asked about some hours: its own, that of the hours, and how to leave the list."""
    party, _ = await desk.family()
    child, wish, offer = str(new_id()), str(new_id()), new_id()
    wished = {"child_id": child, "party_id": str(party), "week": ["08:00-12:00"] * 5, "starts_on": MONDAY}
    for what, body in (
        (f"children/{child}", {"first_name": "Lou", "born_on": "2026-09-02"}),
        (f"wishes/{wish}", wished),
    ):
        assert (await program.put(f"/creches/bottines/{what}", json=body)).status_code == 204
    tomorrow = now() + timedelta(days=1)
    async with desk.db.transaction() as tx:
        tx.session.add(
            CareOffer(
                id=offer, slot_id=None, wish_id=UUID(wish), creche="bottines", child_id=UUID(child),
                day=(tomorrow + timedelta(days=1)).date(), hours="09:00-12:00", nth=0, state="offered",
                deadline=tomorrow, absence_id=None, offered_at=now(), version=1,
            )
        )  # fmt: skip
        guardian = await tx.session.scalar(select(Guardian).where(Guardian.party_id == party))
        assert guardian is not None
        visit = f"/f/{open_page(tx, Entry(), guardian)}"
    return [visit, f"{visit}/o/{offer}", f"{visit}/wishes/{wish}/end"]


@pytest.fixture
async def url(settings: Settings) -> AsyncIterator[str]:
    """The service, listening where a browser finds it."""
    async with listening(build(settings)) as address:
        yield address


@pytest.mark.browser
@pytest.mark.timeout(120)
async def test_axe_finds_nothing_and_nothing_overflows_on_a_phone(browser: Browser, url: str, desk: Desk) -> None:
    async with AsyncClient(base_url=url, headers={"Authorization": "Bearer key-of-bottines"}) as program:
        await fill(program, babies=2)
        care = await asked(program, desk)
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR")
    page = await context.new_page()
    await page.goto(f"{url}/sign-in?next={PAGE.replace('?', '%3F')}")
    await page.get_by_label("Clé").fill("key-of-bottines")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}{PAGE}")
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        found = await Axe().run(page, options=ALL if scheme == "light" else COLOURS)
        assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    team = (f"today?day={MONDAY}", "free", f"figures?first={MONDAY}", "people", f"children/{new_id()}", "occasional")
    for one in (*(f"/creches/bottines/{one}" for one in team), *care):
        await page.goto(f"{url}{one}")
        found = await Axe().run(page, options=ALL)
        assert found.violations_count == 0, (one, found.generate_report())
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, one
    await page.goto(f"{url}/creches/bottines/ask")
    await page.get_by_label("Date de naissance").fill("2026-09-02")
    await page.get_by_label("Du").fill(MONDAY)
    await page.get_by_label("Au (").fill("2027-01-29")
    await page.get_by_label("Lundi").fill("8h-19h")
    await page.keyboard.press("Enter")
    await page.get_by_text("La semaine la plus proche").wait_for()
    assert (await Axe().run(page, options=ALL)).violations_count == 0
    await page.goto(f"{url}/creches/bottines/today?day={MONDAY}")
    away = page.get_by_role("link", name="Ne vient pas : Enfant 0")
    box = await away.bounding_box()
    assert (box or {"height": 0})["height"] >= 44
    await away.click()
    await page.get_by_role("button", name="Déclarer l'absence").click()
    await page.get_by_role("link", name="Vient quand même").wait_for()
