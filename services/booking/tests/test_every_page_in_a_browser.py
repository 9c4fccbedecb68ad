"""Every page in a real browser, in one language or the other: axe finds nothing, nothing overflows, a small menu."""

import re
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from booking import pages
from booking.rules import Span
from booking.series.finding import Which
from booking.testing import Desk, OpenDay
from booking.use_cases.adopt_charter import follow_the_charter
from booking.use_cases.hold_room import HoldRoom, hold_room
from fastapi.routing import APIRoute
from playwright.async_api import Browser, Page, expect
from ronde.ids import new_id
from starlette.routing import Match

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.timeout(240)]
Scheme = Literal["light", "dark"]
PHONE, DESK = (360, 740), (1280, 900)
WAYS: list[tuple[str, tuple[int, int], Scheme]] = [("fr-FR", PHONE, "dark"), ("en-GB", DESK, "light")]
SUBMIT = """([path, fields]) => {
    const form = document.createElement('form');
    form.method = 'post'; form.action = path;
    for (const [name, value] of Object.entries(fields)) {
        const field = document.createElement('input');
        field.name = name; field.value = value; form.append(field);
    }
    document.body.append(form); form.submit();
}"""


class Walk:
    """One reader: a language, a screen, light or dark."""

    def __init__(self, page: Page, url: str, size: tuple[int, int], seen: set[str]) -> None:
        self.page, self.url, self.size, self.seen = page, url, size, seen

    async def open(self, path: str) -> None:
        answer = await self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == 200, path
        self.seen.add(path.partition("?")[0])
        await self.look(path)

    async def post(self, path: str, **fields: str) -> None:
        """As its form would, with what it answers to look at."""
        async with self.page.expect_navigation():
            await self.page.evaluate(SUBMIT, [path, {"idempotency_key": str(new_id()), **fields}])
        await self.look(f"POST {path}")

    async def bring(self, file: Path) -> None:
        await self.page.goto(f"{self.url}/import")
        await self.page.locator("#calendar").set_input_files(file)
        await self.page.locator("main form button").click()
        await self.look("POST /import")

    async def look(self, what: str) -> None:
        found = await Axe().run(self.page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{what} {self.size}: {found.generate_report()}"
        assert await self.page.evaluate("document.documentElement.scrollWidth") == self.size[0], what
        menu = await self.page.locator("header nav").bounding_box()
        assert menu is not None
        assert menu["height"] <= 2 * 48, f"{what}: the menu takes {menu['height']} px"


async def signed_in(browser: Browser, url: str, locale: str, size: tuple[int, int], scheme: Scheme) -> Page:
    viewport: Any = {"width": size[0], "height": size[1]}
    context = await browser.new_context(viewport=viewport, locale=locale, color_scheme=scheme)
    page = await context.new_page()
    await page.goto(f"{url}/sign-in?next=/refused")
    await page.locator("#key").fill("key-of-bottines")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}/refused")
    return page


async def test_every_page(browser: Browser, url: str, desk: Desk, day: OpenDay, planning: Path) -> None:
    """A French phone in the dark and an English desk by day take turns: one template serves both."""
    house, seen = desk.settings.house, set[str]()
    assert house.charter is not None
    changed = house.model_copy(update={"charter": house.charter.model_copy(update={"objection_days": 9})})
    for one in (changed, house):  # a new charter is proposed
        async with desk.db.transaction() as tx:
            await follow_the_charter(tx, one)
    mine = await desk.reserve("cuisine", day.at("9:00", "11:00"), title={"fr": "Confitures", "en": "Jam"})
    await desk.reserve("salle-reunion", day.at("9:00", "11:00"), organisation="relais")
    series = (await desk.reserve_series("FREQ=WEEKLY;COUNT=3", day.date, starts="14:00", ends="15:00")).series
    await desk.cancel_series(series.id, Which.THIS, day.date + timedelta(days=7))
    far = day.date + timedelta(days=541)
    while house.opening(far) is None or far.weekday() == 5:
        far += timedelta(days=1)
    beyond = day.at("9:00", "10:00")
    ahead = timedelta(days=(far - day.date).days)
    await desk.reserve("salle-atelier", Span(beyond.starts_at + ahead, beyond.ends_at + ahead))
    async with desk.db.transaction() as tx:
        cmd = HoldRoom(organisation="bottines", span=day.at("12:00", "13:00"), people=4, room="cuisine")
        held = await hold_room(tx, desk.settings, cmd)
    last = str(day.date + timedelta(days=14))
    wish = {"room": "salle-reunion", "day": str(day.date), "from": "09:00", "to": "11:00", "people": "4", "title": ""}
    walks = [Walk(await signed_in(browser, url, *way), url, way[1], seen) for way in WAYS]
    phone, at_desk = walks
    turns = cycle(walks)
    for path in (
        f"/?week={day.date}", "/refused", "/reserve", f"/reserve/cuisine/{day.date}/09:00", f"/r/{mine.id}",
        f"/r/{mine.id}/move", f"/r/{mine.id}/cancel", f"/r/{held.id}", "/repeat", f"/s/{series.id}",
        f"/s/{series.id}/cancel", f"/s/{series.id}/change?day={day.date}", "/calendars",
        "/calendars/renew?kind=room&about=cuisine", f"/statement?month={day.date:%Y-%m}", "/import",
        "/the-charter", "/asked", f"/ledger?until={day.date}",
    ):  # fmt: skip
        await next(turns).open(path)
    await at_desk.post("/reserve", **wish)
    await phone.post("/repeat", **wish, every="week", until=last)
    change = {**wish, "which": "all", "on": str(day.date)}
    await phone.post(f"/s/{series.id}/change", **change)
    await at_desk.bring(planning)
    for walk in walks:
        await walk.page.locator("header summary").click()
        await walk.look("the menu, open")
        await walk.page.context.close()
    shown = [route for route in pages.router.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())]
    unseen = {route.path for route in shown if not any(_matches(route, path) for path in seen)}
    assert unseen <= {"/statement.csv"}, unseen


async def test_a_full_week_prints_on_two_readable_a4_pages(
    browser: Browser, url: str, desk: Desk, day: OpenDay
) -> None:
    monday = day.date - timedelta(days=day.date.weekday())
    for n in range(6):
        moved = timedelta(days=n - day.date.weekday())
        span = day.at("10:00", "11:00")
        if desk.settings.house.opening(monday + timedelta(days=n)):
            await desk.reserve("cuisine", Span(span.starts_at + moved, span.ends_at + moved))
    page = await signed_in(browser, url, "fr-FR", DESK, "dark")
    await page.goto(f"{url}/?week={monday}")
    printed = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    assert re.search(rb"/MediaBox\s*\[0 0 841\.\d+ 594\.\d+\]", printed)  # A4, landscape
    await page.emulate_media(media="print")
    assert await page.locator(".week .block strong, .week .block a").first.is_visible()
    for gone in ("header nav", ".actions", ".live-note"):
        await expect(page.locator(gone).first).to_be_hidden()
    size = await page.locator(".week .block a").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert round(size * 72 / 96, 2) >= 7  # points
    colour = await page.locator("body").evaluate("one => getComputedStyle(one).color")
    assert colour == "rgb(0, 0, 0)"


def _matches(route: APIRoute, path: str) -> bool:
    found, _ = route.matches({"type": "http", "method": "GET", "path": path, "root_path": ""})
    return found is Match.FULL
