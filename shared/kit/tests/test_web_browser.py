"""In a real browser: a page shows what is new without a reload, keeps what was open, and has no fault axe can see."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect
from ronde.catcher.box import Message
from ronde.catcher.serve import Running, running

pytestmark = pytest.mark.browser
NUMBER = "+33639980001"


@pytest.fixture
async def catcher() -> AsyncIterator[Running]:
    async with running() as catcher:
        yield catcher


@pytest.fixture
async def page(catcher: Running, browser: Browser) -> AsyncIterator[Page]:
    """The catcher's page with a mail and an SMS, on a phone."""
    catcher.box.add(Message(kind="mail", to="f@example.org", sender="Ronde", subject="Votre place", text="Bonjour"))
    catcher.box.add(Message(kind="sms", to=NUMBER, sender="Ronde", text="premier"))
    page = await browser.new_page(viewport={"width": 360, "height": 740}, locale="fr-FR")
    await page.goto(catcher.url)
    yield page
    await page.close()


async def test_what_is_new_shows_without_a_reload_and_what_was_open_stays_open(catcher: Running, page: Page) -> None:
    await page.evaluate("window.notReloaded = true")
    await page.get_by_text("Votre place").click()
    catcher.box.add(Message(kind="sms", to=NUMBER, sender="Ronde", text="second"))
    await expect(page.get_by_text("second")).to_be_visible()
    await expect(page.get_by_text("Bonjour")).to_be_visible()
    assert await page.evaluate("window.notReloaded")


async def test_a_page_cut_off_says_so_and_goes_on_when_the_house_is_back(page: Page) -> None:
    notice = page.get_by_text("Connexion perdue")
    await expect(notice).to_be_hidden()
    await page.context.set_offline(True)
    await expect(notice).to_be_visible()
    await page.context.set_offline(False)
    await expect(notice).to_be_hidden()


async def test_without_script_everything_is_there_and_a_link_refreshes(catcher: Running, page: Page) -> None:
    assert page.context.browser
    context = await page.context.browser.new_context(java_script_enabled=False, locale="fr-FR")
    plain = await context.new_page()
    await plain.goto(catcher.url)
    await expect(plain.get_by_text("premier")).to_be_visible()
    await expect(plain.get_by_text("toute seule")).to_be_hidden()
    catcher.box.add(Message(kind="sms", to=NUMBER, sender="Ronde", text="second"))
    await plain.get_by_text("Actualiser").click()
    await expect(plain.get_by_text("second")).to_be_visible()


async def test_axe_finds_nothing_and_nothing_overflows_in_light_and_dark(catcher: Running, page: Page) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme, path in product(schemes, ("/", "/sign-in", "/nowhere")):
        await page.emulate_media(color_scheme=scheme)
        await page.goto(catcher.url + path)
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_a_wrong_key_brings_the_focus_to_the_summary(page: Page, catcher: Running) -> None:
    await page.goto(f"{catcher.url}/sign-in")
    await page.get_by_label("Clé").fill("wrong")
    await page.keyboard.press("Enter")  # and so the browser's own form passes the check of its origin
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Clé")).to_be_focused()
