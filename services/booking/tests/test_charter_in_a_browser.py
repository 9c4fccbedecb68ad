"""The charter, what is asked and the ledger in a real browser: by keyboard, without JavaScript, on phones and desks."""

from datetime import datetime, timedelta
from typing import Literal

import pytest
from booking.rules import Span
from booking.testing import Desk, OpenDay
from booking.use_cases.adopt_charter import follow_the_charter
from playwright.async_api import Browser, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.database,
]
PHONE, DESK = (360, 740), (1280, 900)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(autouse=True)
async def proposed(desk: Desk) -> None:
    """A new charter is proposed. In force: 9 days to object; the house file has 5."""
    house = desk.settings.house
    assert house.charter is not None
    new = house.model_copy(update={"charter": house.charter.model_copy(update={"objection_days": 9})})
    for one in (new, house):
        async with desk.db.transaction() as tx:
            await follow_the_charter(tx, one)


async def signed_in(browser: Browser, url: str, size: tuple[int, int], *, script: bool) -> Page:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", java_script_enabled=script
    )
    page = await context.new_page()
    await page.goto(f"{url}/sign-in?next=/asked")
    await page.get_by_label("Clé").fill("key-of-relais")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}/asked")
    return page


async def ask(desk: Desk, day: OpenDay) -> None:
    """For something beyond the horizon."""
    house, ahead = desk.settings.house, day.date + timedelta(days=541)
    while house.opening(ahead) is None or ahead.weekday() == 5:
        ahead += timedelta(days=1)
    starts = datetime.fromisoformat(f"{ahead}T18:00").replace(tzinfo=house.timezone)
    await desk.reserve("cuisine", Span(starts, starts + timedelta(hours=1)))


async def test_an_objection_by_keyboard_without_script(browser: Browser, url: str, desk: Desk, day: OpenDay) -> None:
    await ask(desk, day)
    page = await signed_in(browser, url, PHONE, script=False)
    await page.get_by_label("S'opposer, en disant pourquoi").fill("  .")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Donnez votre raison")
    await page.get_by_label("S'opposer, en disant pourquoi").fill("Nous ne savons pas encore.")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("Nous ne savons pas encore.")
    assert [type for type, _, _ in await desk.said()][-2:] == ["consent.refused", "reservation.refused"]


async def test_a_founder_consents_to_a_new_charter(browser: Browser, url: str) -> None:
    page = await signed_in(browser, url, PHONE, script=False)
    await page.goto(f"{url}/the-charter")
    await page.get_by_role("button", name="Consentir à cette charte").press("Enter")
    await expect(page.locator("#proposed")).to_contain_text("consent")
    assert await page.get_by_role("button", name="Consentir à cette charte").count() == 0
