"""Every test of the workspace finds the kit's fixtures, and one real browser."""

import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

pytest_plugins = ["ronde.testing", "ronde.rig"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_TOOLBAR = "--disable-features=TabSearch,WebUIOmniboxPopup,WebUIOmniboxAimPopup"
"""Each window would render pages of its own for a toolbar that nobody sees: twice the CPU of a navigation."""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real one, started once, and where it listens; without it the test is skipped, and says so."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    profile = tmp_path_factory.mktemp("chromium")
    told = profile / "DevToolsActivePort"
    flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-port=0", NO_TOOLBAR, "about:blank"]
    with subprocess.Popen([CHROMIUM, f"--user-data-dir={profile}", *flags], stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while not (told.exists() and len(told.read_text().splitlines()) == 2):
            assert time.monotonic() < deadline, "Chromium does not listen"
            time.sleep(0.05)
        port, path = told.read_text().splitlines()
        yield f"ws://127.0.0.1:{port}{path}"
        process.terminate()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """That one, for this test: each makes its own contexts, with their own cookies."""
    async with async_playwright() as play:
        browser = await play.chromium.connect_over_cdp(chromium)
        yield browser
        await browser.close()
