"""Under a path of one origin, a service's pages and redirects stay inside it."""

import re
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from ronde.web import render
from ronde.web.testing import Settings, app_with, visitor
from starlette.responses import RedirectResponse, Response

router = APIRouter()
PAGE = """
{% extends "ronde/base.html" %}
{% block title %}Une page{% endblock %}
{% block main %}
<a href="/there?a=/b">là</a> <a href="https://elsewhere.test/">ailleurs</a> <a href="//elsewhere.test/">ailleurs</a>
<form action="/act"><button formaction="/other">ok</button></form>
<p>href="/not a link"</p>
{% endblock %}
"""


@router.get("/page")
async def page(request: Request) -> Response:
    return render(request, "page.html")


@router.post("/act")
async def act() -> Response:
    return RedirectResponse("/page", 303)


@router.post("/leave")
async def leave() -> Response:
    return RedirectResponse("https://elsewhere.test/", 303)


def app(tmp_path: Path, url: str) -> FastAPI:
    (tmp_path / "page.html").write_text(PAGE)
    return app_with(router, Settings(public_url=url), templates=tmp_path)


async def test_every_own_link_is_under_the_prefix(tmp_path: Path) -> None:
    async with visitor(app(tmp_path, "https://house.test/booking")) as client:
        html = (await client.get("/page")).text
    links = re.findall(r'(?:href|src|action)="([^"#]*)"', html)
    assert {"/booking/there?a=/b", "/booking/act", "/booking/other", "https://elsewhere.test/"} <= set(links)
    assert [link for link in links if link.startswith("/") and not link.startswith(("/booking/", "//"))] == []


async def test_a_redirect_stays_inside_and_one_to_elsewhere_leaves(tmp_path: Path) -> None:
    async with visitor(app(tmp_path, "https://house.test/booking/")) as client:
        assert (await client.post("/act")).headers["location"] == "/booking/page"
        assert (await client.post("/leave")).headers["location"] == "https://elsewhere.test/"


async def test_with_an_origin_of_its_own_nothing_is_changed(tmp_path: Path) -> None:
    async with visitor(app(tmp_path, "https://house.test")) as client:
        assert 'href="/there?a=/b"' in (await client.get("/page")).text
        assert (await client.post("/act")).headers["location"] == "/page"
