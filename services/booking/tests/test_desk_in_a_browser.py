"""A room is booked, moved and given back in a real browser: a phone, the keyboard, no JavaScript; axe looks on."""

from datetime import timedelta
from typing import Literal

import pytest
from booking.testing import Desk, OpenDay
from playwright.async_api import Browser, Locator, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.database,
    pytest.mark.timeout(180),
]
PHONE, DESK = (360, 740), (1280, 900)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def signed_in(browser: Browser, url: str, path: str, size: tuple[int, int], *, script: bool) -> Page:
    """At `path`, after the sign-in that came before it, typed on the keyboard."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", java_script_enabled=script
    )
    page = await context.new_page()
    await page.goto(f"{url}/sign-in?next={path.replace('?', '%3F').replace('&', '%26')}")
    await to(page, page.get_by_label("Clé"))
    await page.keyboard.type("key-of-bottines")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}{path}")
    return page


async def to(page: Page, target: Locator) -> None:
    """There by the Tab key alone."""
    for _ in range(60):
        if await target.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{target} is out of the keyboard's reach")


async def press(page: Page, role: Literal["link", "button"], name: str) -> None:
    await to(page, page.locator("main").get_by_role(role, name=name).first)
    await page.keyboard.press("Enter")


async def fill(page: Page, **fields: str) -> None:
    """By their visible labels."""
    for label, value in fields.items():
        await page.get_by_label(label.replace("_", " "), exact=True).fill(value)


async def test_booked_moved_and_given_back_by_keyboard_without_script_on_a_phone(
    browser: Browser, url: str, desk: Desk, day: OpenDay
) -> None:
    await desk.reserve("cuisine", day.at("9:00", "11:00"), organisation="relais")
    page = await signed_in(browser, url, f"/?week={day.date}", PHONE, script=False)
    await to(page, page.locator(f'a.ask[href="/reserve?day={day.date}"]'))
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Jour")).to_have_value(str(day.date))
    await page.get_by_label("Espace").select_option("cuisine")
    await fill(page, De="10:00", À="09:30", Nombre_de_personnes="4")
    await press(page, "button", "Réserver")
    await expect(page.get_by_role("alert")).to_be_focused()
    await press(page, "link", "La fin vient après le début")
    await expect(page.get_by_label("À", exact=True)).to_be_focused()
    await fill(page, À="11:00")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("n'est pas libre")
    await expect(page.get_by_role("alert")).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    await press(page, "button", "Réserver")  # the first alternative
    await expect(page.get_by_role("status").last).to_contain_text("Réservé")
    await press(page, "link", "Déplacer")
    await fill(page, De="16:00", À="17:00")
    await press(page, "button", "Déplacer")
    await expect(page.locator("main")).to_contain_text("16")
    await press(page, "link", "Annuler")
    await press(page, "button", "Oui, annuler")
    await expect(page.locator("main")).to_contain_text("Annulé")
    assert [type for type, _, _ in await desk.said()][1:] == [
        "reservation.confirmed", "reservation.moved", "reservation.cancelled",
    ]  # fmt: skip


async def test_a_free_hour_of_the_grid_leads_to_the_form(browser: Browser, url: str, desk: Desk, day: OpenDay) -> None:
    await desk.reserve("cuisine", day.at("9:00", "11:00"))
    page = await signed_in(browser, url, f"/?week={day.date}", DESK, script=False)
    await page.locator(f'td > a[href="/reserve/salle-reunion/{day.date}/14:00"]').click()
    await expect(page.get_by_label("Espace")).to_have_value("salle-reunion")
    await expect(page.get_by_label("De", exact=True)).to_have_value("14:00")
    await expect(page.get_by_label("À", exact=True)).to_have_value("15:00")


async def test_a_series_is_seen_reserved_changed_and_given_back_by_keyboard_without_script_on_a_phone(
    browser: Browser, url: str, desk: Desk, day: OpenDay
) -> None:
    await desk.reserve("cuisine", day.at("9:00", "11:00"), organisation="relais")
    page = await signed_in(browser, url, "/repeat", PHONE, script=False)
    await page.get_by_label("Espace").select_option("cuisine")
    last = day.date + timedelta(days=14)
    await fill(page, Premier_jour=str(day.date), De="10:00", À="11:00", Dernier_jour=str(last), Nombre_de_personnes="4")
    await press(page, "button", "Voir chaque date")
    await expect(page.get_by_role("status").first).to_contain_text("sur 3")
    await press(page, "button", "Réserver ce qui est libre")
    await expect(page.get_by_role("status").first).to_contain_text("Réservé")
    await press(page, "link", "Changer toute la série")
    await fill(page, De="11:00", À="12:00")
    await press(page, "button", "Voir ce que cela donnerait")
    await expect(page.get_by_role("status").first).to_contain_text("2 dates possibles sur 2")
    await press(page, "button", "Changer toutes ces dates")
    await expect(page.locator(".dates")).to_contain_text("de 11 h à 12 h")
    await press(page, "link", "Rendre tout ce qui est à venir")
    await expect(page.locator("h1")).to_contain_text("Rendre ces dates")
    await press(page, "button", "Oui, rendre")
    await expect(page.locator("main")).to_contain_text("Annulé")
    assert [type for type, _, _ in await desk.said()][1:] == ["series.confirmed", "series.changed", "series.cancelled"]


async def test_a_room_is_held_and_confirmed_by_keyboard_without_script_on_a_phone(
    browser: Browser, url: str, desk: Desk, day: OpenDay
) -> None:
    page = await signed_in(browser, url, f"/reserve/cuisine/{day.date}/09:00", PHONE, script=False)
    await fill(page, Nombre_de_personnes="4")
    await press(page, "button", "Retenir 30 minutes")
    await expect(page.get_by_role("status").last).to_contain_text("À confirmer avant")
    await press(page, "button", "Confirmer")
    await expect(page.get_by_role("status").last).to_contain_text("Réservé")
    assert [type for type, _, _ in await desk.said()] == ["reservation.held", "reservation.confirmed"]


async def test_what_is_rarely_needed_is_in_the_menu_by_keyboard_without_script(browser: Browser, url: str) -> None:
    page = await signed_in(browser, url, "/reserve", PHONE, script=False)
    await expect(page.get_by_role("link", name="Agendas")).to_be_hidden()
    await to(page, page.locator("header summary"))
    await page.keyboard.press("Enter")
    await to(page, page.get_by_role("link", name="Agendas"))
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}/calendars")
