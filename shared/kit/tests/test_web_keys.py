"""Who may come in: a key for programs, a signed cookie for the pages."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from fastapi import APIRouter, FastAPI
from httpx import AsyncClient
from ronde.web import Organisation, Staff
from ronde.web.keys import digest
from ronde.web.testing import KEYS, Settings, app_with, keys_file, visitor

router = APIRouter()
START = datetime(2027, 1, 12, 8, tzinfo=UTC)


@router.get("/api")
async def api(organisation: Organisation) -> str:
    return organisation


@router.get("/page")
async def page(staff: Staff) -> str:
    return staff


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(keys_file=keys_file(tmp_path))


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return app_with(router, settings)


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def test_a_key_says_for_whom_one_acts(app: FastAPI) -> None:
    async with visitor(app) as client:
        assert (await client.get("/api", headers=bearer(KEYS["relais"]))).json() == "relais"


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), bearer(""), {"authorization": "Basic cmVsYWlz"}, bearer("é")])
async def test_no_key_or_a_wrong_one_is_401(app: FastAPI, headers: dict[str, str]) -> None:
    async with visitor(app) as client:
        answer = await client.get("/api", headers=[(k.encode(), v.encode()) for k, v in headers.items()])
    assert (answer.status_code, answer.json()["code"]) == (401, "key-needed")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_key_of_an_organisation_that_left_is_403(app: FastAPI) -> None:
    async with visitor(app) as client:
        answer = await client.get("/api", headers=bearer(KEYS["gone"]))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-of-the-house")


async def test_the_digest_itself_opens_nothing(app: FastAPI) -> None:
    async with visitor(app) as client:
        assert (await client.get("/api", headers=bearer(digest(KEYS["relais"])))).status_code == 401


async def test_without_a_keys_file_nobody_comes_in(tmp_path: Path) -> None:
    for path in (None, tmp_path / "absent.json"):
        async with visitor(app_with(router, Settings(keys_file=path))) as client:
            assert (await client.get("/api", headers=bearer(KEYS["relais"]))).status_code == 401


async def test_a_key_is_replaced_without_a_restart(app: FastAPI, settings: Settings) -> None:
    async with visitor(app) as client:
        assert (await client.get("/api", headers=bearer("the new one"))).status_code == 401
        assert settings.keys_file
        settings.keys_file.write_text(json.dumps({"relais": [digest(KEYS["relais"]), digest("the new one")]}))
        assert (await client.get("/api", headers=bearer("the new one"))).json() == "relais"
        assert (await client.get("/api", headers=bearer(KEYS["relais"]))).json() == "relais"


async def sign_in(client: AsyncClient, key: str = KEYS["relais"], next: str = "/page") -> None:
    answer = await client.post("/sign-in", data={"key": f" {key}\n", "next": next})
    assert answer.status_code == 303


async def test_staff_see_the_form_first_and_come_back_to_their_page(app: FastAPI) -> None:
    async with visitor(app) as client:
        first = await client.get("/page?week=2")
        assert first.status_code == 401
        assert 'value="/page?week=2"' in first.text
        answer = await client.post("/sign-in", data={"key": KEYS["relais"], "next": "/page?week=2"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/page?week=2")
        assert (await client.get("/page")).json() == "relais"
        await client.post("/sign-out")
        assert (await client.get("/page")).status_code == 401


async def test_the_cookie_is_shut_to_scripts_and_other_sites(settings: Settings) -> None:
    for public, secure in (("http://house.test", False), ("https://house.test", True)):
        app = app_with(router, Settings(keys_file=settings.keys_file, public_url=public))
        async with visitor(app) as client:
            answer = await client.post("/sign-in", data={"key": KEYS["relais"]})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("ronde-booking=")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Max-Age=43200" in cookie
        assert ("Secure" in cookie) is secure


async def test_a_wrong_key_comes_back_with_the_error_beside_the_field(app: FastAPI) -> None:
    async with visitor(app) as client:
        answer = await client.post("/sign-in", data={"key": "not-a-key-xyz", "next": "//evil.test/"})
    assert answer.status_code == 401
    assert 'aria-invalid="true"' in answer.text
    assert "not-a-key-xyz" not in answer.text
    assert "evil.test" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("next", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", ""])
async def test_signing_in_never_leads_elsewhere(app: FastAPI, next: str) -> None:
    async with visitor(app) as client:
        answer = await client.post("/sign-in", data={"key": KEYS["relais"], "next": next})
    assert answer.headers["location"] == "/"


async def test_a_sign_in_ends_after_twelve_hours(app: FastAPI) -> None:
    with time_machine.travel(START, tick=False) as clock:
        async with visitor(app) as client:
            await sign_in(client)
            cookie = client.cookies["ronde-booking"]
            for hours, status in ((11.9, 200), (12.1, 401)):
                clock.move_to(START + timedelta(hours=hours))
                answer = await client.get("/page", headers={"cookie": f"ronde-booking={cookie}"})
                assert answer.status_code == status


async def test_taking_a_key_away_ends_its_sign_ins(app: FastAPI, settings: Settings) -> None:
    async with visitor(app) as client:
        await sign_in(client)
        assert settings.keys_file
        settings.keys_file.write_text("{}")
        assert (await client.get("/page")).status_code == 401


async def test_a_cookie_of_another_service_or_forged_is_nothing(app: FastAPI, settings: Settings) -> None:
    other = app_with(router, Settings(service="notify", keys_file=settings.keys_file))
    async with visitor(other) as client:
        await sign_in(client)
        cookie = client.cookies["ronde-notify"]
    async with visitor(app) as client:
        for forged in (cookie, cookie[:-2] + "xx", "nonsense"):
            assert (await client.get("/page", headers={"cookie": f"ronde-booking={forged}"})).status_code == 401


def test_a_short_secret_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        app_with(router, Settings(secret="short"))


async def test_who_is_signed_in_is_shown_with_a_way_out(app: FastAPI) -> None:
    async with visitor(app) as client:
        await sign_in(client)
        html = (await client.get("/sign-in")).text
    assert "Relais petite enfance" in html
    assert 'action="/sign-out"' in html
