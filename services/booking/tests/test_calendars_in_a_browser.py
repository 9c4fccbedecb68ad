"""Subscribing, the month's statement and an import in a real browser: by keyboard, without JavaScript, printed."""

import re
from pathlib import Path
from typing import Literal

import pytest
from booking.testing import Desk, OpenDay
from playwright.async_api import Browser, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.database,
]
PHONE, DESK = (360, 740), (1280, 900)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def signed_in(browser: Browser, url: str, size: tuple[int, int], *, script: bool) -> Page:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", java_script_enabled=script
    )
    page = await context.new_page()
    await page.goto(f"{url}/sign-in?next=/calendars")
    await page.get_by_label("Clé").fill("key-of-bottines")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}/calendars")
    return page


async def test_subscribed_and_renewed_by_keyboard_without_script(browser: Browser, url: str) -> None:
    page = await signed_in(browser, url, PHONE, script=False)
    await page.get_by_role("button", name="Obtenir une adresse : Salle de réunion").press("Enter")
    card = page.locator("#room-salle-reunion")
    first = await card.get_by_label("Adresse de l'agenda").input_value()
    href = await card.get_by_role("link", name="S'abonner").get_attribute("href")
    assert href == first.replace("http://", "webcal://")
    await card.get_by_role("link", name="Changer l'adresse").press("Enter")
    await page.get_by_role("button", name="Changer l'adresse").press("Enter")
    assert await card.get_by_label("Adresse de l'agenda").input_value() != first


async def test_a_planning_is_imported_by_keyboard_without_script(
    browser: Browser, url: str, desk: Desk, planning: Path
) -> None:
    page = await signed_in(browser, url, PHONE, script=False)
    await page.get_by_role("link", name="Importer un planning").press("Enter")
    await page.get_by_label("Fichier .ics").set_input_files(planning)
    await page.get_by_label("Personnes, à chaque fois").fill("4")
    await page.get_by_role("button", name="Voir ce que cela donnerait").press("Enter")
    await expect(page.locator("#taken")).to_contain_text("Confitures")
    await expect(page.locator("#refused")).to_contain_text("La maison est ouverte")
    assert await desk.said() == []
    await page.get_by_role("button", name="Importer").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Le planning est importé")
    assert [type for type, _, _ in await desk.said()] == ["reservation.confirmed"]


async def test_the_statement_prints_on_one_a4(browser: Browser, url: str, desk: Desk, day: OpenDay) -> None:
    for room in desk.settings.house.rooms:
        if not room.parts:
            await desk.reserve(room.id, day.at("9:00", "11:00"))
    page = await signed_in(browser, url, DESK, script=True)
    await page.goto(f"{url}/statement?month={day.date:%Y-%m}")
    printed = await page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    await page.emulate_media(media="print")
    await expect(page.get_by_role("table")).to_be_visible()
    await expect(page.get_by_role("button", name="Montrer")).to_be_hidden()
