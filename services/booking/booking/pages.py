"""The pages for people: the week of all rooms, for everybody; what was refused, for those who are signed in."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.web import render
from ronde.web.language import language
from ronde.web.signin import signed_in
from starlette.responses import Response

from booking import queries
from booking.api import service_of, settings_of
from booking.week import DAYS, monday_of, span_of, timetables

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show_week(
    request: Request, week: Annotated[date | None, Query(description="any day of the week to show")] = None
) -> Response:
    service, settings = service_of(request), settings_of(request)
    today = now().astimezone(service.house.timezone).date()
    monday = monday_of(week or today)
    async with service.db.reading() as session:
        reservations = await queries.reservations(session, service.house, span_of(service.house, monday))
        since = now() - timedelta(days=settings.refusals_days)
        refused = await queries.refused_lately(session, since=since) if signed_in(request) else []
    return render(
        request,
        "week.html",
        days=timetables(service.house, monday, reservations, language(request)),
        monday=monday,
        this_week=monday == monday_of(today),
        previous=monday - timedelta(days=DAYS),
        next=monday + timedelta(days=DAYS),
        refused=refused,
        at=datetime.fromisoformat,
    )
