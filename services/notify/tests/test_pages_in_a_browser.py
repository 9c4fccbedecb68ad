"""What was sent, whom to tell, search and preferences in a real browser: by keyboard, without JavaScript, with axe."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from notify.providers import Letter, Outcome, Rejected, Taken
from notify.sending import Sender
from notify.testing import Enrolment, Family, Postbox, Workshop, doors_app, guardian
from playwright.async_api import Browser, Page, expect
from ronde.database import Database
from ronde.web.testing import listening
from sqlalchemy import text

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.timeout(120)]
PHONE, DESK = (360, 740), (1280, 900)
REFUSES = "+33639980013"


@pytest.fixture
async def told(enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox) -> Family:
    """A family whose one guardian was told, and the other could not be."""
    family = Family(guardians=(guardian("+33639980012", "une@example.org"), guardian(REFUSES)))
    workshop = Workshop()

    def answer(letter: Letter) -> Outcome:
        return Rejected("refused-by-provider") if letter.to == REFUSES else Taken("p")

    phones.answer = mailboxes.answer = answer
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    for sender in (sms, email):
        await sender.send()
    return family


@pytest.fixture
async def url(db: Database, house_file: Path, tmp_path: Path) -> AsyncIterator[str]:
    """The doors, listening where a browser finds them."""
    async with listening(doors_app(db, house_file, tmp_path), lifespan="off") as address:
        yield address


async def open_page(browser: Browser, size: tuple[int, int], *, script: bool) -> Page:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", java_script_enabled=script
    )
    return await context.new_page()


async def sign_in(page: Page, url: str, path: str) -> None:
    await page.goto(f"{url}/sign-in?next={path}")
    await page.get_by_label("Clé").fill("key-of-relais")
    await page.keyboard.press("Enter")
    await page.wait_for_url(url + path)


async def secrets(db: Database) -> tuple[str, str]:
    """(the token of the guardian who was told, the id of the news)."""
    async with db.reading() as session:
        token = (await session.execute(text("SELECT token FROM recipients WHERE email IS NOT NULL"))).scalar_one()
        news = (await session.execute(text("SELECT id FROM news"))).scalar_one()
    return str(token), str(news)


@pytest.mark.usefixtures("told")
async def test_axe_finds_nothing_and_nothing_overflows(browser: Browser, db: Database, url: str) -> None:
    token, news = await secrets(db)
    paths = (
        "/",
        "/tasks",
        "/search",
        "/previews",
        "/previews/session-moved",
        f"/news/{news}",
        f"/preferences/{token}",
        f"/unsubscribe/{token}",
    )
    looks: list[tuple[tuple[int, int], Literal["light", "dark"]]] = [(PHONE, "light"), (DESK, "dark")]
    for turn, (size, scheme) in enumerate(looks):  # in turns: one template serves both
        page = await open_page(browser, size, script=True)
        await page.emulate_media(color_scheme=scheme)
        await sign_in(page, url, "/tasks")
        for path in paths[turn::2]:
            await page.goto(url + path)
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path} {size} {scheme}: {found.generate_report()}"
            assert await page.evaluate("document.documentElement.scrollWidth") == size[0], f"{path} {size}"
        await page.context.close()


async def test_by_keyboard_and_without_script(browser: Browser, db: Database, url: str, told: Family) -> None:
    token, _news = await secrets(db)
    page = await open_page(browser, PHONE, script=False)
    await sign_in(page, url, "/search")
    await page.get_by_label("Téléphone, e‑mail, référence ou nom d'une structure").fill("06 39 98 00 12")
    await page.keyboard.press("Enter")
    main = page.locator("main")
    await expect(main).to_contain_text("1 personne trouvée")
    await expect(main).to_contain_text("Inscription confirmée")
    assert page.url == f"{url}/search", "no address in an address"
    shown = await page.content()
    for secret in (told.guardians[0].email, REFUSES, told.link):
        assert str(secret) not in shown
    await page.get_by_role("link", name="Inscription confirmée").first.press("Enter")
    for step in ("Annoncé par les inscriptions", "Entendu ici", "À envoyer", "Pris par le prestataire"):
        await expect(page.locator("main")).to_contain_text(step)
    await expect(page.locator("main")).to_contain_text("Une personne doit prévenir : l'adresse est refusée")

    await page.goto(f"{url}/tasks")
    await page.get_by_role("button", name="C'est fait").press("Enter")
    await expect(page.locator("main")).to_contain_text("Personne à prévenir")
    await expect(page.locator("main")).to_contain_text("Faits récemment")

    await page.goto(f"{url}/preferences/{token}")
    await page.get_by_label("par SMS", exact=True).press("Space")
    await page.get_by_role("button", name="Garder ces choix").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("C'est noté")
    await expect(page.get_by_label("par SMS", exact=True)).not_to_be_checked()
    await expect(page.get_by_label("par e‑mail", exact=True)).to_be_checked()
    await page.goto(f"{url}/unsubscribe/{token}?lang=en")
    await page.get_by_role("button", name="Send me no more e‑mail").press("Enter")
    await expect(page.locator("main")).to_contain_text("You receive no more e‑mail from us")
    await page.goto(f"{url}/preferences/{token}?lang=fr")
    await expect(page.get_by_label("par e‑mail", exact=True)).not_to_be_checked()
