"""Asking for a crèche place on an old phone, without JavaScript; axe looks at each of its pages, and at the team's."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from axe_playwright_python.async_playwright import Axe
from enrolment.main import build
from enrolment.settings import Settings
from enrolment.testing import Desk
from playwright.async_api import Browser, Page
from ronde.web.testing import listening

pytestmark = [pytest.mark.database, pytest.mark.browser]
OPEN = datetime(2027, 2, 1, 10, tzinfo=ZoneInfo("Europe/Paris"))
PLACES = "/places/villeurbanne-2027-03/applications"


@pytest.fixture
async def url(settings: Settings, house_file: Path) -> AsyncIterator[str]:
    """The service of a house with a commission, while that takes applications."""
    with time_machine.travel(OPEN):
        async with listening(build(settings.model_copy(update={"house_file": house_file}))) as address:
            yield address


async def on_a_phone(browser: Browser, *, script: bool) -> Page:
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, locale="fr-FR", java_script_enabled=script
    )
    context.set_default_timeout(10_000)
    return await context.new_page()


async def ask(page: Page, url: str, desk: Desk) -> str:
    """From the public page to an application, by its labels and buttons; gives the address of its page."""
    await page.goto(f"{url}/places")
    await page.get_by_role("link", name="Demander une place").click()
    await page.get_by_label("adresse e-mail").fill("camille@example.org")
    await page.get_by_role("button", name="Recevoir un code").click()
    [code] = await desk.told("code.issued.v1")
    await page.get_by_label("Code").fill(code["data"]["code"])
    await page.locator("main").get_by_role("button").first.click()
    await page.get_by_label("Votre prénom et votre nom").fill("Camille Martin")
    await page.get_by_role("button", name="M'enregistrer").click()
    await page.get_by_role("link", name="Demander une place").click()
    await page.get_by_label("attendu·e").check()
    await page.get_by_label("Date de naissance").fill("2027-05-04")
    await page.get_by_label("Premier jour souhaité").fill("2027-09-06")
    first = page.get_by_role("group", name="Souhait 1")
    await first.get_by_label("lundi").first.check()
    await first.get_by_label("mardi").first.check()
    await page.get_by_label("La famille habite la commune").check()
    await page.get_by_role("button", name="Envoyer ma demande").click()
    assert await page.locator(".summary a").all_inner_texts() == [
        "Écrivez des heures comme 8 h 30 et 17 h, en quarts d'heure, l'arrivée avant le départ."
    ]
    await first.get_by_label("Arrivée").fill("08:00")
    await first.get_by_label("Départ").fill("17:00")
    await page.get_by_role("button", name="Envoyer ma demande").click()
    assert "lundi, mardi" in await page.locator("main").inner_text()
    return page.url


async def test_without_javascript_on_a_phone_and_axe_finds_nothing(browser: Browser, url: str, desk: Desk) -> None:
    own = await ask(await on_a_phone(browser, script=False), url, desk)
    page = await on_a_phone(browser, script=True)
    await page.goto(f"{url}/sign-in?next={PLACES}")
    await page.get_by_label("Clé").fill("key-of-bottines")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}{PLACES}")
    examined = await page.locator("table a").first.get_attribute("href")
    for each in (f"{url}/places", own, f"{own}/change", f"{own}/withdraw", f"{url}{PLACES}", f"{url}{examined}"):
        answer = await page.goto(each)
        assert answer is not None
        assert len(await answer.body()) < 60_000
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, each
