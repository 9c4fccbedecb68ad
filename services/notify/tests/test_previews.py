"""What people reread before families do: on a page, and on a terminal."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from notify.pages.words import PURPOSES
from notify.purposes import Purpose
from notify.testing import doors, doors_app
from ronde.cli import app
from ronde.database import Database
from typer.testing import CliRunner


@pytest.fixture
async def client(db: Database, house_file: Path, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    """A colleague of the relay's, in a house that writes Arabic too."""
    app = doors_app(db, house_file, tmp_path)
    here = app.state.service
    here.house = here.house.model_copy(update={"languages": ("fr", "en", "ar")})
    async with AsyncClient(transport=ASGITransport(app), base_url="http://notify.test") as client:
        await client.post("/sign-in", data={"key": "key-of-relais"})
        yield client


async def test_every_message_is_shown_in_every_language_and_by_every_channel(client: AsyncClient) -> None:
    listed = (await client.get("/previews")).text
    for purpose in Purpose:
        assert f'href="/previews/{purpose}"' in listed
        page = await client.get(f"/previews/{purpose}")
        assert page.status_code == 200, purpose
        assert PURPOSES[purpose]["fr"].replace("'", "&#39;") in page.text
        for language in ("fr", "en", "ar"):
            assert f'src="/previews/{purpose}/{language}.html" sandbox=""' in page.text
            mail = await client.get(f"/previews/{purpose}/{language}.html")
            assert mail.status_code == 200
            assert f'lang="{language}"' in mail.text
            assert "default-src 'none'" in mail.headers["content-security-policy"]


async def test_an_sms_is_shown_with_what_it_costs(client: AsyncClient) -> None:
    page = (await client.get("/previews/enrolment-confirmed")).text
    assert "SMS facturés : 1" in page
    assert 'dir="rtl"' in page
    assert "SMS facturés : 2, alphabet long" in page
    assert "Et 9 autres dates de la série." in page


async def test_a_language_that_the_house_does_not_write_is_not_shown(client: AsyncClient) -> None:
    assert (await client.get("/previews/code/pt.html")).status_code == 404


async def test_previews_are_for_the_teams(db: Database, house_file: Path, tmp_path: Path) -> None:
    async with doors(db, house_file, tmp_path) as stranger:
        for path in ("/previews", "/previews/code", "/previews/code/fr.html"):
            assert (await stranger.get(path)).status_code == 401


def test_the_same_on_a_terminal(house_file: Path) -> None:
    def say(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["messages", "preview", *words, "--house", str(house_file)])
        return done.exit_code, done.output

    code, written = say("enrolment-offered", "--language", "ar", "--channel", "sms")
    assert code == 0
    assert "لكم مكان" in written
    assert "2 part(s), UCS-2" in written
    code, written = say("session-reminder", "--channel", "email")
    assert written.startswith("Rappel : Matinée d'éveil")
    assert say("code", "--language", "pt")[0] == 1
    assert say("consent-asked", "--channel", "sms")[0] == 2
