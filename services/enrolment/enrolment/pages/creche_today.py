"""Today at a crèche, for the tablet at its door: who comes, when, and who does not."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.service import service_of
from ronde.web import Staff, render
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment.doors import terms_of
from enrolment.nursery import their_creche
from enrolment.pages.common import SHOWN, private, wall_clock
from enrolment.queries.creche_today import at_the_door

router = APIRouter(prefix="/creches/{id}")
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


@router.api_route("/today", methods=SHOWN)
async def show_today(id: Slug, staff: Staff, request: Request, day: Day = None) -> Response:
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    today = now().astimezone(terms.timezone).date()
    shown = day or today
    async with service_of(request).db.reading() as session:
        children = await at_the_door(session, creche, shown)
    one_day = timedelta(days=1)
    page = render(
        request, "creche-today.html", creche=creche, children=children, shown=shown, today=today,
        before=shown - one_day, after=shown + one_day, at=wall_clock(terms),
    )  # fmt: skip
    return private(page)
