"""The crèche's week for its team: by the quarter-hour, in words and in a picture, on a phone and in a real browser."""

import re
import shutil
from collections.abc import AsyncIterator
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from enrolment.main import build
from enrolment.settings import Settings
from enrolment.testing import Running
from httpx import AsyncClient, Response
from playwright.async_api import async_playwright
from ronde.ids import new_id
from ronde.web.testing import listening

pytestmark = pytest.mark.database
MONDAY = "2027-01-11"
PAGE = f"/creches/bottines/week?day={MONDAY}"
HTML = {"Accept": "text/html", "Accept-Language": "fr"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
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
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        page = visible(await staff.get(f"/creches/bottines/today?day={MONDAY}"))
        assert "2 enfants viennent, 2 absences" in page
        assert page.index("Lou de 8 h à 12 h ✕ Absent·e de 14 h à 17 h") < page.index("Enfant 0 de 9 h à 12 h")
        assert page.index("Ne viennent pas") < page.index("Sam de 8 h 30 à 16 h")
        assert "Noé" not in page
        assert "Personne ne vient" in visible(await staff.get("/creches/bottines/today?day=2027-08-10"))


async def test_the_figures_of_some_weeks_add_up_on_the_page_and_in_the_file(doors: Running) -> None:
    async with doors.visitor("bottines") as program:
        await fill(program, babies=36)
    async with doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        asked = "first=2027-01-04&last=2027-01-17"
        page = visible(await staff.get(f"/creches/bottines/figures?{asked}"))
        # 36 babies for 3 hours on Mondays and 3 children for 9 h 15 on Tuesdays, of 30 places for 55 hours
        assert "lundi 11 janvier 135,75 h sur 1650 h 8,2 % 3 h 36" in page
        assert "En tout 271,5 h sur 3300 h" in page
        answer = await staff.get(f"/creches/bottines/figures.csv?{asked}")
    lines = answer.content.decode("utf-8-sig").splitlines()
    # two professionals, one of whom leaves at 11 on Tuesdays; 8 were needed on Monday, one is missing on Tuesday
    assert lines[1:] == [
        f"2027-W0{n};{day};135,75;1650,00;8,23;3,00;36;102,50;9,25;6" for n, day in ((1, "2027-01-04"), (2, MONDAY))
    ]


@pytest.fixture
async def url(settings: Settings) -> AsyncIterator[str]:
    """The service, listening where a browser finds it."""
    async with listening(build(settings)) as address:
        yield address


@pytest.mark.browser
async def test_axe_finds_nothing_and_nothing_overflows_on_a_phone(url: str) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    async with AsyncClient(base_url=url, headers={"Authorization": "Bearer key-of-bottines"}) as program:
        await fill(program, babies=2)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
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
        await browser.close()
