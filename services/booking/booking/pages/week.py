"""The week of all rooms, for everybody; what was refused, for the teams of the house."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from ronde.web.signin import signed_in
from starlette.responses import Response

from booking import queries
from booking.doors import settings_of
from booking.week import DAYS, monday_of, span_of, timetables

router = APIRouter()


@router.get("/")
async def show_week(
    request: Request, week: Annotated[date | None, Query(ge=date(2000, 1, 3), lt=date(2100, 1, 1))] = None
) -> Response:
    """`week` is any day of it."""
    service = service_of(request)
    today = now().astimezone(service.house.timezone).date()
    monday = monday_of(week or today)
    async with service.db.reading() as session:
        reservations = await queries.reservations(session, service.house, span_of(service.house, monday))
    return render(
        request,
        "week.html",
        days=timetables(service.house, monday, reservations, language(request), signed_in(request)),
        monday=monday,
        this_week=monday == monday_of(today),
        previous=monday - timedelta(days=DAYS),
        next=monday + timedelta(days=DAYS),
    )


@router.get("/refused")
async def show_refused(request: Request, _: Staff) -> Response:
    since = now() - timedelta(days=settings_of(request).refusals_days)
    async with service_of(request).db.reading() as session:
        refused = await queries.refused_lately(session, since=since)
    return render(request, "refused.html", refused=refused, at=datetime.fromisoformat)
