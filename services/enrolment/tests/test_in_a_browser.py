"""Families and staff in a real browser: a phone, the keyboard, with and without JavaScript; axe looks at every page."""

import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from enrolment.line import lock_session
from enrolment.main import build
from enrolment.settings import Settings
from enrolment.testing import MIGRATIONS, ORGANISER, Desk, in_days
from enrolment.testing.crowd import crowd
from enrolment.use_cases.withdraw import Withdraw, withdraw
from playwright.async_api import Browser, Page, async_playwright, expect
from ronde.clock import now
from ronde.local.addresses import Addresses
from ronde.local.databases import drop_database, ensure_database
from ronde.migrations import upgrade
from ronde.web.keys import digest
from ronde.web.testing import listening

PHONE, DESK = (360, 740), (1280, 900)
Scheme = Literal["light", "dark"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.database,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]


@dataclass(frozen=True)
class House:
    """One browser and one service for all tests here; each makes sessions and families of its own."""

    browser: Browser
    url: str
    desk: Desk

    @asynccontextmanager
    async def page(
        self, size: tuple[int, int] = PHONE, *, lang: str = "fr-FR", script: bool = True, staff: bool = False
    ) -> AsyncIterator[Page]:
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=lang, java_script_enabled=script
        )
        context.set_default_timeout(10_000)
        page = await context.new_page()
        if staff:
            await page.goto(f"{self.url}/sign-in")
            await page.locator("#key").fill("key-of-relais")
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"{self.url}/")
        yield page
        await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    chromium: str, stack: Addresses, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    name = f"test_{secrets.token_hex(6)}"
    ensure_database(stack.postgres, name, "tester", "tester")
    url = stack.database_url(name, "tester", "tester")
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    keys.write_text(json.dumps({"relais": digest("key-of-relais")}))
    settings = Settings(
        house_file=pytestconfig.rootpath / "deploy" / "house" / "villeurbanne.toml",
        database_url=url,
        amqp_url="amqp://enrolment:none@127.0.0.1:9/",
        keys_file=keys,
        secret="s" * 40,
    )
    await upgrade(url, MIGRATIONS)
    desk = Desk(url)
    async with listening(build(settings)) as address, async_playwright() as play:
        browser = await play.chromium.connect_over_cdp(chromium)
        yield House(browser, address, desk)
        await browser.close()
    await desk.db.close()
    drop_database(stack.postgres, name)


async def press(page: Page, role: Literal["link", "button"], name: str) -> None:
    """There by the Tab key alone, then Enter."""
    target = page.locator("main").get_by_role(role, name=name).first
    for _ in range(60):
        if await target.evaluate("one => one === document.activeElement"):
            await page.keyboard.press("Enter")
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{name} is out of the keyboard's reach")


async def fits(page: Page) -> None:
    width = page.viewport_size and page.viewport_size["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") == width, page.url


async def test_in_without_an_account_enrolled_and_withdrawn_by_keyboard_without_script_on_a_phone(
    house: House,
) -> None:
    session = await house.desk.open_session(places=3)
    async with house.page(script=False) as page:
        await page.goto(f"{house.url}/sessions/{ORGANISER}/{session}")
        await press(page, "link", "M'inscrire")
        await page.get_by_label("adresse e-mail ou votre numéro").fill("06 11 22 33 44")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/enter/"))
        code = (await house.desk.told("code.issued.v1"))[-1]["data"]["code"]
        await page.get_by_label("Code").fill(code)
        await page.keyboard.press("Enter")
        await page.get_by_label("Votre prénom et votre nom").fill("Camille Martin")
        await page.get_by_label("Prénom").nth(1).fill("Noé")
        await page.get_by_label("Date de naissance").first.fill((now() - timedelta(days=700)).date().isoformat())
        await fits(page)
        await press(page, "button", "M'enregistrer")
        await expect(page.get_by_label("Noé")).to_be_checked()
        await press(page, "button", "M'inscrire")
        await expect(page.locator("main")).to_contain_text("Vous avez une place")
        await press(page, "link", "Voir ma page")
        await press(page, "link", "Matinée d'éveil")
        await press(page, "link", "Je ne viens pas")
        await press(page, "button", "Oui, j'annule")
        await expect(page.locator("main")).to_contain_text("Inscription annulée")
        await fits(page)
    assert await house.desk.states(session) == ["withdrawn"]


async def test_the_page_of_a_request_that_waits_tells_the_answer_by_itself(house: House) -> None:
    session, visits = await house.desk.open_session(places=1), await crowd(house.desk.db, 2)
    async with house.page() as page:
        async with house.desk.db.transaction() as slow:  # somebody else has the session
            await lock_session(slow, ORGANISER, session)
            await page.goto(f"{house.url}/f/{visits[0].token}/enrol/{ORGANISER}/{session}")
            await page.get_by_role("button", name="M'inscrire").click()
            await expect(page.locator("main")).to_contain_text("Votre demande a le numéro")
            await fits(page)
        await expect(page.locator("main")).to_contain_text("Vous avez une place")


async def test_a_team_offers_by_hand_and_prints_its_list_on_a_phone_without_script(house: House) -> None:
    session = await house.desk.open_session(places=1, starts_at=in_days(2))
    for _ in range(2):
        await house.desk.enrol(session)
    async with house.page(script=False, staff=True) as page:
        await page.goto(f"{house.url}/sessions/{ORGANISER}/{session}")
        await fits(page)
        await press(page, "link", "Proposer")
        await page.get_by_label("Pourquoi cette famille").fill("x")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_be_focused()
        await page.get_by_label("Pourquoi cette famille").fill("Vient de loin")
        await press(page, "button", "Proposer la place")
        await page.get_by_text("Journal de la liste").click()
        await expect(page.locator("#log")).to_contain_text("Vient de loin")
        await press(page, "link", "Liste à imprimer")
        await page.emulate_media(media="print")
        await expect(page.get_by_text("Camille Martin")).to_be_visible()
        await expect(page.locator(".actions")).to_be_hidden()


async def test_axe_finds_nothing_on_any_page_in_either_language(house: House) -> None:
    """A French phone in the light and an English desk in the dark take turns: one template serves both."""
    family, staff = await every_page(house)
    looks: tuple[tuple[str, tuple[int, int], Scheme], ...] = (("fr-FR", PHONE, "light"), ("en-GB", DESK, "dark"))
    for turn, (lang, size, scheme) in enumerate(looks):
        for paths, signed in ((family[turn::2], False), (staff[turn::2], True)):
            async with house.page(size, lang=lang, staff=signed) as page:
                await page.emulate_media(color_scheme=scheme)
                for path in paths:
                    answer = await page.goto(house.url + path)
                    assert answer, path
                    assert answer.status == 200, path
                    assert await page.locator("html").get_attribute("lang") == lang[:2]
                    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                    found = await Axe().run(page)
                    assert found.violations_count == 0, f"{path} {lang}: {found.generate_report()}"
                    await fits(page)


async def every_page(house: House) -> tuple[list[str], list[str]]:
    """Addresses of all that families see, and of all that staff see, each with something on it."""
    desk = house.desk
    session, open_session, refused = await desk.open_session(places=1), await desk.open_session(), await desk.plan()
    await desk.refuse_room(refused)
    soon = await desk.open_session(starts_at=now() + timedelta(minutes=30))
    await desk.enrol(soon)
    (visit, other) = await crowd(desk.db, 2)
    first = await desk.enrol(session)
    offered = await desk.enrol(session, (visit.party_id, (visit.child_id,)))
    waiting = await desk.enrol(session, (other.party_id, (other.child_id,)))
    async with desk.db.transaction() as tx:
        await withdraw(tx, desk.terms, Withdraw(enrolment_id=first.enrolment.id))
    link = (await desk.told("link.issued.v1"))[-1]["data"]["url"].removeprefix(desk.terms.public_url)
    own, theirs = f"/f/{visit.token}", f"/f/{other.token}/e/{waiting.enrolment.id}"
    async with house.page() as page:
        await page.goto(f"{house.url}{own}/enrol/{ORGANISER}/{open_session}")
        await page.get_by_role("button", name="M'inscrire").click()
        await page.wait_for_url("**/answers?*")
        answers = page.url.removeprefix(house.url)
        await page.goto(f"{house.url}/enter")
        await page.locator("#where").fill(f"{secrets.token_hex(4)}@example.org")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/enter/"))
        code = page.url.removeprefix(house.url)
    letter = (await desk.told("code.issued.v1"))[-1]["data"]["url"].removeprefix(desk.terms.public_url)
    family = [
        "/", "/?age=12", f"/sessions/{ORGANISER}/{open_session}", "/enter", code, letter, own, answers, link,
        f"{own}/enrol/{ORGANISER}/{session}", f"{own}/e/{offered.enrolment.id}", theirs, f"{theirs}/withdraw",
        f"{own}/e/{offered.enrolment.id}/decline", f"{own}/export", f"{own}/erase",
        f"{own}/guardians",
    ]  # fmt: skip
    here = f"/sessions/{ORGANISER}/{session}"
    staff = [
        here, f"/sessions/{ORGANISER}/{refused}", f"/line/{waiting.enrolment.id}/offer",
        f"/line/{offered.enrolment.id}/deadline", f"/sessions/{ORGANISER}/{soon}/roll", f"{here}/list", "/phone-in",
        f"/families/{visit.party_id}?to={ORGANISER}/{open_session}", "/families/alike", "/families/forgotten",
        f"/families/alike/{visit.party_id}/{other.party_id}",
        *(f"/families/{visit.party_id}/{name}" for name in ("change", "guardians/new", "erase")),
    ]  # fmt: skip
    return family, staff
