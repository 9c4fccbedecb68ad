"""The committee's page, the families' and the public's: from the proposal to an accepted place, as people do it."""

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from axe_playwright_python.async_playwright import Axe
from enrolment.creche.commissions import load_all
from enrolment.doorkeys import open_page
from enrolment.main import build
from enrolment.settings import Entry, Settings
from enrolment.tables import Guardian
from enrolment.testing import Desk, Running, running
from enrolment.testing.commission import MEETS, OPEN, SEED, Commission
from httpx import AsyncClient, Response
from playwright.async_api import Browser, Page, ViewportSize
from ronde.house import load
from ronde.web.testing import listening
from sqlalchemy import select

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}
HERE = "/places/villeurbanne-2027-03"
MONDAY = ("08:00-17:00",)


def visible(answer: Response) -> str:
    main = answer.text.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " ")
    return said.replace("&#39;", "'")


@pytest.fixture
async def commission(desk: Desk, house_file: Path) -> Commission:
    """The house's own, with a team for five children who do not walk."""
    house = load(house_file)
    [creche], [criteria] = house.creches, load_all(house_file.parent / "commissions", house)
    one = Commission(desk, creche, criteria)
    await one.team(2)
    return one


@pytest.fixture
async def at_the_committee(settings: Settings, house_file: Path) -> AsyncIterator[Running]:
    with time_machine.travel(MEETS):
        async with running(settings.model_copy(update={"house_file": house_file})) as service:
            yield service


async def link(one: Commission, application: UUID) -> str:
    """The newest link that its family got."""
    told = await one.desk.told("page.issued.v1")
    offer = next(str(o.id) for o in reversed(await one.offers()) if o.application_id == application)
    url: str = next(one["data"]["url"] for one in told if one["data"]["about_id"] == offer)
    return url.removeprefix("http://127.0.0.1:8701")


async def visit(one: Commission, application: UUID) -> str:
    """The token of the family's page, as after a code."""
    party = (await one.applications())[application].party_id
    async with one.desk.db.transaction() as tx:
        guardian = await tx.session.scalar(select(Guardian).where(Guardian.party_id == party))
        assert guardian is not None
        return open_page(tx, Entry(), guardian)


async def sign_in(staff: AsyncClient, organisation: str = "bottines") -> None:
    await staff.post("/sign-in", data={"key": f"key-of-{organisation}"})


async def test_from_the_proposal_to_an_accepted_place(commission: Commission, at_the_committee: Running) -> None:
    first = await commission.asks(MONDAY, shown=("commune", "fratrie"))
    second = await commission.asks(MONDAY, shown=("commune",))
    ten = [await commission.asks(MONDAY, shown=("jumeaux", "commune", "fratrie")) for _ in range(9)]
    late = await commission.asks(("16:30-18:00",), shown=(), born=date(2025, 9, 1), flexible=True)
    async with at_the_committee.visitor(**HTML) as staff, at_the_committee.visitor(**HTML) as family:
        assert (await staff.get(f"{HERE}/committee")).status_code == 401
        await sign_in(staff)
        assert "Calculer la proposition" in visible(await staff.get(f"{HERE}/committee"))
        assert "Écrivez le nombre" in visible(await staff.post(f"{HERE}/committee/run", data={"seed": " "}))
        assert (await staff.post(f"{HERE}/committee/run", data={"seed": SEED})).status_code == 303
        page = visible(await staff.get(f"{HERE}/committee"))
        assert "Une proposition à décider" in page
        assert "11. Lou, né·e le mardi 1er décembre" in page
        assert "Souhait 1 : Les places sont allées à des demandes de 120 points ou plus." in page
        assert "lundi : 17 h – 18 h 30 au lieu de lundi : 16 h 30 – 18 h" in page
        assert await commission.offers() == [], "nobody is told anything yet"

        reason = {"to": "0", "reason": "Le frère est déjà accueilli"}
        assert (await staff.post(f"{HERE}/committee/{second}", data={"to": "0", "reason": " "})).status_code == 422
        assert (await staff.post(f"{HERE}/committee/{second}", data=reason)).status_code == 303
        too_many = await staff.post(f"{HERE}/committee/decide")
        assert too_many.status_code == 409
        assert "Dites aussi quelle demande laisse la sienne" in visible(too_many)
        assert (
            await staff.post(f"{HERE}/committee/{ten[0]}", data={"to": "", "reason": "Ils ont déménagé"})
        ).status_code == 303
        week = await staff.get(f"{HERE}/committee/week")
        assert "de 8 h à 17 h 0 10 dont 0 qui marchent les petits 10" in visible(week)
        assert "de 17 h à 18 h 30 0 1 dont 1 qui marchent les grands 1" in visible(week), "at the hours that are given"
        assert len(week.text) < 60_000
        assert "Vous ne pourrez pas revenir en arrière" in visible(await staff.get(f"{HERE}/committee/decide"))
        assert (await staff.post(f"{HERE}/committee/decide")).status_code == 303
        page = visible(await staff.get(f"{HERE}/committee"))
        assert "Décidé" in page
        assert "Le frère est déjà accueilli" in page

        own = await link(commission, second)
        shown = visible(await family.get(own))
        assert "Réservée pour vous" in shown
        assert "jeudi 1er avril, 18 h" in shown
        assert (
            "La commission a décidé autrement que la proposition, pour cette raison : Le frère est déjà accueilli"
            in shown
        )
        assert "L.311-3-1" in shown
        assert "Vos points : 100. Votre place : 11 sur 11 demandes" in shown
        assert [one.state for one in await commission.offers()] == ["offered"] * 11, (
            "a link that is followed does nothing"
        )
        assert (await family.post(f"{own}/accept")).status_code == 303
        assert "C'est votre place" in visible(await family.get(own))

        assert "décalés d'une heure au plus : vous aviez demandé lundi : 16 h 30 – 18 h, ou à peu près" in visible(
            await family.get(await link(commission, late))
        )
        other = await link(commission, first)
        assert "Laisser la place proposée ?" in visible(await family.get(f"{other}/decline"))
        assert (await family.post(f"{other}/decline")).status_code == 303
        assert "Vous ne l'avez pas prise" in visible(await family.get(other))
        await_next = (await commission.offers("offered"))[-1]
        assert await_next.application_id == ten[0], "the next by the same rule"
        assert "Libérée par un refus" in visible(await staff.get(f"{HERE}/committee/{ten[0]}"))

        taken = (await family.get(f"/f/{await visit(commission, second)}/export.json")).json()["places"]
        assert [(one["points"], one["offers"][0]["state"]) for one in taken] == [(100, "accepted")]
        assert "L.311-3-1" in " ".join(taken[0]["account"]["en"])

        everybody = visible(await family.get(HERE))
        assert "les petits 11 10 100" in everybody
        assert "les moyens moins de 5 moins de 5 –" in everybody
        assert "Lou" not in everybody


async def test_the_public_page_before_and_another_team(at_the_committee: Running) -> None:
    async with at_the_committee.visitor(**HTML) as anybody:
        page = visible(await anybody.get(HERE))
        assert "Les cinq numéros du Loto" in page
        assert "La famille habite la commune 100" in page
        assert "Le résultat" not in page
        await sign_in(anybody, "relais")
        assert (await anybody.get(f"{HERE}/committee")).status_code == 403
        assert (await anybody.get("/places/nowhere")).status_code == 404


@pytest.mark.browser
async def test_on_a_phone_axe_finds_nothing_and_a_family_accepts_without_javascript(
    browser: Browser, commission: Commission, settings: Settings, house_file: Path
) -> None:
    first, second = [await commission.asks(MONDAY, shown=shown) for shown in (("commune",), ("fratrie",))]
    with time_machine.travel(MEETS):
        await commission.propose()
        async with listening(build(settings.model_copy(update={"house_file": house_file}))) as url:
            page = await on_a_phone(browser, script=True)
            await page.goto(f"{url}/sign-in?next={HERE}/committee")
            await page.get_by_label("Clé").fill("key-of-bottines")
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"{url}{HERE}/committee")
            await page.locator("table a").last.click()
            await page.get_by_label("Pas de place pour le moment").check()
            await page.get_by_label("Pourquoi ?").fill("La famille a déménagé")
            await page.get_by_role("button", name="Noter cette décision").click()
            for each in ("", "/committee", f"/committee/{second}", "/committee/week", "/committee/decide"):
                await looked_at(page, f"{url}{HERE}{each}")
                if each == "/committee/week":
                    await the_ages_are_painted(page)
            await page.get_by_role("button", name="Oui, c'est décidé").click()
            await looked_at(page, f"{url}{HERE}/committee")
            own = f"{url}{await link(commission, first)}"
            await looked_at(page, own)
            await looked_at(page, f"{own}/decline")
            family = await on_a_phone(browser, script=False)
            await family.goto(own)
            await family.get_by_role("button", name="Oui, nous prenons la place").click()
            assert "C'est votre place" in await family.locator("main").inner_text()
            await looked_at(page, f"{url}{HERE}")


async def on_a_phone(browser: Browser, *, script: bool) -> Page:
    size: ViewportSize = {"width": 360, "height": 740}
    context = await browser.new_context(viewport=size, locale="fr-FR", java_script_enabled=script)
    context.set_default_timeout(10_000)
    return await context.new_page()


async def looked_at(page: Page, address: str) -> None:
    answer = await page.goto(address)
    assert answer is not None
    assert answer.ok, address
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360, address


async def the_ages_are_painted(page: Page) -> None:
    """Each group has a pattern that the browser finds, and its name beside it; the picture's text is its table."""
    names = ["d'un autre âge", "les grands", "les moyens", "les petits"]
    assert await page.locator(".key li").all_inner_texts() == names
    used = await page.eval_on_selector_all(".age", "all => all.map(one => one.getAttribute('fill').slice(5, -1))")
    assert "age-0" in used
    found = await page.eval_on_selector_all("pattern", "all => all.map(one => one.id)")
    assert set(used) <= set(found)
    table = await page.locator("svg.crowd").last.get_attribute("aria-describedby")
    assert await page.locator(f"table#{table}").is_visible()


async def test_the_same_in_json_for_a_team_s_own_program(commission: Commission, at_the_committee: Running) -> None:
    one, other = [await commission.asks(MONDAY, shown=shown) for shown in (("commune",), ("fratrie",))]
    line = "/commissions/villeurbanne-2027-03/line"
    async with at_the_committee.visitor("bottines") as program, at_the_committee.visitor("relais") as relais:
        assert (await program.get(line)).json() == {"run": None, "line": []}
        computed = [await program.post(line.replace("line", "runs"), json={"seed": SEED}) for _ in range(2)]
        assert [answer.status_code for answer in computed] == [201, 201]
        assert len({answer.json()["result"] for answer in computed}) == 1, "the same again"
        reason = {"to": None, "reason": "La famille a déménagé"}
        assert (await relais.put(f"{line}/{other}", json=reason)).status_code == 403
        assert (await program.put(f"{line}/{other}", json=reason)).status_code == 204
        assert (await program.post(line.replace("line", "decision"))).status_code == 200
        first, second = (await program.get(line)).json()["line"]
        assert (first["application_id"], first["state"], first["offers"][0]["state"]) == (
            str(one),
            "offered",
            "offered",
        )
        assert (second["state"], second["decided"], second["departures"][0]["by"]) == ("waiting", None, "bottines")
        offer = f"/place-offers/{first['offers'][0]['id']}"
        assert (await relais.post(f"{offer}/accept")).status_code == 403
        assert (await program.post(f"{offer}/accept")).json()["state"] == "accepted"
        assert (await program.post(f"{offer}/decline")).json()["code"] == "no-place-offered"


async def test_places_by_pattern_are_not_computed_here_and_it_says_why(
    desk: Desk, settings: Settings, house_file: Path, tmp_path: Path
) -> None:
    """Nor does the form promise that hours may be shifted, or the public page that the crèche judges each week."""
    text = (house_file.parent / "commissions/2027-03.toml").read_text(encoding="utf-8")
    folder = tmp_path / "by-pattern"
    folder.mkdir()
    (folder / "one.toml").write_text(text.replace('counted_by = "half-day"', 'counted_by = "pattern"'))
    party, _ = await desk.family()
    house = settings.model_copy(update={"house_file": house_file, "commissions": folder})
    with time_machine.travel(MEETS):
        async with running(house) as service, service.visitor(**HTML) as staff, service.visitor("bottines") as program:
            refused = await program.post("/commissions/villeurbanne-2027-03/runs", json={"seed": SEED})
            assert (refused.status_code, refused.json()["code"]) == (409, "counted-by-pattern")
            await sign_in(staff)
            page = await staff.get(f"{HERE}/committee")
            assert "comptées par semaine type" in visible(page)
            assert "publiez, avant la clôture, une version du fichier avec counted_by" in visible(page)
            assert f"{HERE}/committee/run" not in page.text, "what is refused is not offered"
            assert "quart d'heure par quart d'heure" not in visible(await staff.get(HERE))
    with time_machine.travel(OPEN):
        async with running(house) as service, service.visitor(**HTML) as staff:
            await sign_in(staff)
            form = await staff.get(f"/families/{party}{HERE}/new")
            assert "hours_0_1" in form.text
            assert "flexible_0" not in form.text
