"""A crèche's week for its team, by the quarter-hour: who is there, who is needed, who may come, what binds."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.service import service_of
from ronde.web import Staff, render
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment.creche.occupation import monday_of
from enrolment.creche.picture import week
from enrolment.creche.words import RULES
from enrolment.doors import terms_of
from enrolment.nursery import their_creche
from enrolment.nursery.book import occupation
from enrolment.pages.common import SHOWN, private, wall_clock

router = APIRouter(prefix="/creches/{id}")
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


@router.api_route("/week", methods=SHOWN)
async def show_week(id: Slug, staff: Staff, request: Request, day: Day = None) -> Response:
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    monday = monday_of(day or now().astimezone(terms.timezone).date())
    async with service_of(request).db.reading() as session:
        full = await occupation(session, creche, monday, monday)
    used, most = full.week(0)
    page = render(
        request, "creche-week.html", creche=creche, monday=monday, days=week(full, monday), at=wall_clock(terms),
        rules=RULES, used=used / 4, most=most / 4, before=monday - timedelta(days=7), after=monday + timedelta(days=7),
    )  # fmt: skip
    return private(page)
