"""Every macro renders clean HTML in both languages; pages are light, live and never kept."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from fastapi import APIRouter, FastAPI, Request
from httpx import AsyncClient
from jinja2 import UndefinedError
from ronde.web import dates, render
from ronde.web.testing import Settings, app_with, visitor
from ronde.web.timetable import Block, Timetable
from starlette.responses import Response

PARIS = ZoneInfo("Europe/Paris")
T = datetime(2027, 1, 12, 8, 30, tzinfo=UTC)
DAY = T.date()
NASTY = "<script>alert('Zoé')</script>"

EVERYTHING = """
{% extends "ronde/base.html" %}
{% block title %}{{ nasty }}{% endblock %}
{% block live %} data-live="3"{% endblock %}
{% block main %}
{% set errors = {"phone": nasty, "lang": "non"} %}
{{ ui.error_summary(errors) }}
<h1>{{ say(fr="Bonjour {who}", en="Hello {who}", who=nasty) }}</h1>
{% call ui.form("/act", class="narrow") %}
{{ ui.field("phone", "Tél", nasty, hint="dix chiffres", errors=errors, inputmode="tel", autocomplete="tel") }}
{{ ui.field("age", "Âge", 3, type="number", required=false, min=0) }}
{{ ui.text("why", "Pourquoi", nasty, hint="un mot", required=false) }}
{{ ui.choice("lang", "Langue", {"fr": "Français", "en": "English"}, "fr", errors=errors) }}
{{ ui.choice("room", "Espace", {1: "A", 2: "B", 3: "C"}, 2, many=2, hint="lequel") }}
{{ ui.tick("ok", "D'accord", checked=true) }}
{{ ui.button("Envoyer") }}{{ ui.button("Retirer", "danger", "do", "withdraw") }}{{ ui.link("Voir", "/", "second") }}
{% endcall %}
{{ ui.when(t) }} {{ ui.when(t, t) }} {{ day(t) }} {{ day_short(t) }} {{ clock(t) }} {{ moment(t) }} {{ hours(t, t) }}
{% for kind in ("good", "waiting", "stop", "quiet") %}{{ ui.status(kind, kind) }}{% endfor %}
{{ ui.organisation("relais") }} {{ ui.organisation("gone") }}
{{ ui.position(3, t, "Nous vous écrirons.") }}
{{ ui.filled(8, 8, count(4, fr=("attend", "attendent"), en=("waits", "wait"))) }}
{{ ui.empty("Rien encore", "Commencez ici.", "/new", "Commencer") }}
{{ ui.live_note() }}
{{ ui.week([week_day], "La semaine", "rien") }}
{% endblock %}
"""
router = APIRouter()


def a_day(blocks: Sequence[Block] = (), day: date = DAY) -> Timetable:
    return Timetable(day, {"a": "Salle A", "b": "Salle B"}, blocks, opens=time(8), closes=time(12), zone=PARIS)


def a_block(start: int, end: int, row: str = "a") -> Block:
    """A block on that morning, from and to in quarters of an hour after 8:00 in Paris."""
    day = T.replace(hour=7, minute=0)
    return Block(
        row=row,
        starts_at=day.replace(hour=7 + start // 4, minute=start % 4 * 15),
        ends_at=day.replace(hour=7 + end // 4, minute=end % 4 * 15),
        title=NASTY,
        organisation="relais",
        detail="8 / 8",
        href="/x",
    )


@router.get("/")
async def everything(request: Request) -> Response:
    return render(request, "everything.html", nasty=NASTY, t=T, week_day=a_day([a_block(6, 12)]))


@router.get("/forgotten")
async def forgotten(request: Request) -> Response:
    return render(request, "forgotten.html")


@router.get("/still")
async def still(request: Request) -> Response:
    return render(request, "still.html")


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    (tmp_path / "everything.html").write_text(EVERYTHING)
    (tmp_path / "forgotten.html").write_text("{{ never_given }}")
    (tmp_path / "still.html").write_text('{% extends "ronde/base.html" %}{% block title %}x{% endblock %}')
    return app_with(router, Settings(), templates=tmp_path)


class Sane(HTMLParser):
    """Closed tags, unique ids, labels and descriptions that point somewhere, nothing that the CSP would block."""

    VOID = frozenset({"meta", "link", "input", "br", "col", "circle", "hr", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wanted: list[str] = []
        self.inputs: list[str] = []
        self.labelled: list[str] = []
        self.feed(html)
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))
        assert set(self.wanted) <= set(self.ids)
        assert set(self.inputs) <= set(self.labelled)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), f"an attribute twice in {tag}"
        assert not [name for name in given if name == "style" or name.startswith("on")]
        if tag == "script":
            assert given.get("src")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.wanted += str(given.get("aria-describedby") or "").split()
        if tag == "label" and given.get("for"):
            self.wanted.append(str(given["for"]))
            self.labelled.append(str(given["for"]))
        if (tag in ("select", "textarea") or tag == "input") and given.get("type") not in (
            "hidden",
            "radio",
            "checkbox",
        ):
            self.inputs.append(str(given.get("id")))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


async def get(client: AsyncClient, path: str = "/", **headers: str) -> str:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_every_macro_renders_sane_html_with_nothing_unescaped(app: FastAPI, lang: str) -> None:
    async with visitor(app) as client:
        html = await get(client, **{"accept-language": lang})
    Sane(html)
    assert NASTY not in html
    assert f'<html lang="{lang}">' in html
    assert {"fr": "3ᵉ</strong> sur la liste", "en": "3rd</strong> on the list"}[lang] in html
    assert 'aria-describedby="phone-hint phone-error" aria-invalid="true" required' in html
    assert 'value="2" selected' in html


async def test_the_errors_summary_takes_the_focus_and_leads_to_the_fields(app: FastAPI) -> None:
    async with visitor(app) as client:
        html = await get(client)
    assert 'tabindex="-1" autofocus' in html
    assert '<a href="#phone">' in html


async def test_a_value_that_was_not_given_is_an_error(app: FastAPI) -> None:
    environment = app.state.pages._environment(app.state.service, "fr")
    with pytest.raises(UndefinedError, match="never_given"):
        environment.get_template("forgotten.html").render()


async def test_a_page_with_its_style_and_script_weighs_under_60_kb(app: FastAPI) -> None:
    async with visitor(app) as client:
        parts = [await get(client, path) for path in ("/", "/static/ronde.css", "/static/ronde.js", "/mark.svg")]
    assert sum(len(part.encode()) for part in parts) < 60_000
    assert len(parts[2].encode()) < 2048


async def test_the_language_is_switched_by_a_link_and_remembered(app: FastAPI) -> None:
    async with visitor(app) as client:
        assert 'href="/still?lang=en"' in await get(client, "/still")
        assert '<html lang="en">' in await get(client, "/still?lang=en")
        assert '<html lang="en">' in await get(client, "/still")
        assert '<html lang="en">' in await get(client, "/still?lang=zz")


async def test_the_same_page_again_is_304_and_is_never_kept(app: FastAPI) -> None:
    async with visitor(app) as client:
        first = await client.get("/still")
        again = await client.get("/still", headers={"if-none-match": first.headers["etag"]})
        other = await client.get("/still?lang=en", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert again.content == b""
    assert first.headers["cache-control"] == "no-store"


async def test_static_files_are_kept_a_year_by_their_hash(app: FastAPI) -> None:
    async with visitor(app) as client:
        html = await get(client, "/still")
        address = html.split('rel="stylesheet" href="')[1].split('"')[0]
        versioned, plain = await client.get(address), await client.get("/static/ronde.css")
        absent = [(await client.get(f"/static/{name}")).status_code for name in ("x.css", "..%2fpages.py", ".css")]
    assert "immutable" in versioned.headers["cache-control"]
    assert plain.headers["cache-control"] == "public, max-age=300"
    assert absent == [404, 404, 404]


async def test_the_mark_has_one_equal_dot_per_organisation(app: FastAPI) -> None:
    async with visitor(app) as client:
        svg = await get(client, "/mark.svg")
    assert svg.count("<circle") == 3
    assert len({part.split('"')[1] for part in svg.split(" r=")[1:] for part in [f"r={part}"]}) == 1


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (T, "mardi 12 janvier, 9 h 30", "Tuesday 12 January, 9:30 am"),
        (T.replace(month=7), "lundi 12 juillet, 10 h 30", "Monday 12 July, 10:30 am"),
        (T.replace(month=2, day=1, hour=13, minute=0), "lundi 1er février, 14 h", "Monday 1 February, 2 pm"),
        (T.replace(year=2028), "mercredi 12 janvier 2028, 9 h 30", "Wednesday 12 January 2028, 9:30 am"),
        (T.replace(hour=23, minute=5), "mercredi 13 janvier, 0 h 05", "Wednesday 13 January, 12:05 am"),
    ],
)
def test_dates_are_as_people_say_them(value: datetime, fr: str, en: str) -> None:
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC), tick=False):
        for lang, said in (("fr", fr), ("en", en)):
            assert dates.moment(value, lang, PARIS).replace(dates.NBSP, " ") == said


def test_a_time_from_to_is_said_once_for_its_day() -> None:
    with time_machine.travel(T, tick=False):
        said = [dates.span(T, T.replace(hour=end), lang, PARIS) for lang in ("fr", "en") for end in (10, 23)]
    assert [one.replace(dates.NBSP, " ") for one in said] == [
        "mardi 12 janvier, de 9 h 30 à 11 h 30",
        "du mardi 12 janvier, 9 h 30 au mercredi 13 janvier, 0 h 30",
        "Tuesday 12 January, 9:30 am to 11:30 am",
        "from Tuesday 12 January, 9:30 am to Wednesday 13 January, 12:30 am",
    ]


def test_places_in_a_list_are_said_in_both_languages() -> None:
    assert [dates.ordinal(n, "fr") for n in (1, 2, 3, 21)] == ["1ʳᵉ", "2ᵉ", "3ᵉ", "21ᵉ"]
    assert [dates.ordinal(n, "en") for n in (1, 2, 3, 11, 12, 21)] == ["1st", "2nd", "3rd", "11th", "12th", "21st"]


def test_each_row_of_the_week_adds_up_to_the_day_and_free_cells_end_with_the_hour() -> None:
    table = a_day([a_block(6, 9), a_block(9, 10), a_block(0, 16, "b"), a_block(0, 4, "elsewhere")])
    assert [[(cell.span, bool(cell.block)) for cell in row.cells] for row in table.rows] == [
        [(4, False), (2, False), (3, True), (1, True), (2, False), (4, False)],
        [(16, True)],
    ]
    assert [span for _at, span in table.hours] == [4, 4, 4, 4]


def test_what_lies_outside_the_hours_or_the_day_is_cut_or_left_out() -> None:
    early = Block(row="a", starts_at=T.replace(hour=5), ends_at=T.replace(hour=8, minute=5), title="x")
    other_day = Block(row="b", starts_at=T.replace(day=13), ends_at=T.replace(day=13, hour=10), title="x")
    table = a_day([early, other_day])
    first = table.rows[0].cells[0]
    assert (first.span, bool(first.block)) == (5, True)
    assert not table.rows[1].taken


def test_a_week_keeps_its_hours_across_the_clock_change() -> None:
    day = date(2027, 3, 28)  # at 2:00 it is 3:00 in Paris
    start, end = (datetime.combine(day, at, PARIS).astimezone(UTC) for at in (time(9), time(10)))
    block = Block(row="a", starts_at=start, ends_at=end, title="x")
    table = Timetable(day, {"a": "Salle A"}, [block], opens=time(0), closes=time(12), zone=PARIS)
    cells = table.rows[0].cells
    at = next(i for i, cell in enumerate(cells) if cell.block)
    assert (sum(cell.span for cell in cells[:at]), cells[at].span) == (9 * 4, 4)
