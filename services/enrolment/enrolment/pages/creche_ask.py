"""Does this week fit? Asked by a crèche's staff on a page, answered by the engine: yes, or why not and the nearest."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment import creche_forms as forms
from enrolment.creche.book import Child
from enrolment.creche.fitting import fits, nearest
from enrolment.creche.hours import grid, written
from enrolment.creche.words import MISSING, RULES
from enrolment.doors import terms_of
from enrolment.forms import Wrong
from enrolment.nursery import their_creche
from enrolment.nursery.book import occupation
from enrolment.pages.common import SHOWN, private, spoken, typed_in, wall_clock

router = APIRouter(prefix="/creches/{id}")


@router.api_route("/ask", methods=SHOWN)
async def show_ask(id: Slug, staff: Staff, request: Request) -> Response:
    return _page(request, id, staff, {})


@router.post("/ask")
async def post_ask(id: Slug, staff: Staff, request: Request) -> Response:
    """A POST that changes nothing: a birth date is not written into addresses."""
    creche, typed = their_creche(terms_of(request), id, staff), await typed_in(request)
    try:
        body = forms.asked(typed, language(request))
    except Wrong as wrong:
        return _page(request, id, staff, typed, errors=wrong.errors)
    start, end, asked = body.starts_on, body.ends_on, grid(*body.week)
    async with service_of(request).db.reading() as session:
        full = await occupation(session, creche, start, end)
    child = Child(id="asked", born_on=body.born_on, walks_from=body.walks_from, place=body.place)
    no = fits(full, child, asked, start, end)
    near = nearest(full, child, asked, start, end) if no else None
    return _page(request, id, staff, typed, answered=True, no=no, near=[written(day) for day in near or ()])


def _page(request: Request, id: str, staff: str, typed: Mapping[str, str], **more: Any) -> Response:
    terms = terms_of(request)
    values = {"errors": {}, "answered": False, "no": None, "near": [], **more}
    page = render(
        request, "creche-ask.html", status=422 if values["errors"] else 200, creche=their_creche(terms, id, staff),
        typed=typed, at=wall_clock(terms), spoken=spoken(request, terms), rules=RULES, missing=MISSING, **values,
    )  # fmt: skip
    return private(page)
