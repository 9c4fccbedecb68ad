"""Calendars to subscribe to: their addresses by key, their feeds for whoever has the address."""

import json
from asyncio import to_thread
from datetime import UTC, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from ronde.clock import now
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.language import language
from ronde.web.schema import KEY, ONCE, refusals
from ronde_contracts.event import Slug
from starlette.responses import JSONResponse, Response

from booking import addresses, calendars
from booking.calendars import CalendarEnded, NoSuchCalendar, Window
from booking.doors import settings_of
from booking.refusals import UnknownRoom
from booking.shapes import ID
from booking.tables import CalendarKind
from booking.use_cases.renew_calendar import RenewCalendar, UnknownOrganisation, renew_calendar
from booking.writing import written

router = APIRouter(tags=["calendars"])
MEDIA_TYPE = "text/calendar; charset=utf-8"


class NewCalendar(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kind": "room", "about": "salle-atelier"}]}
    )

    kind: CalendarKind
    about: Slug | None = Field(None, description="the room or the organisation; none for the whole house")


class CalendarShown(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "kind": "room",
                    "about": "salle-atelier",
                    "address": "https://salles.example/calendars/k3v…q2a.ics",
                }
            ]
        }
    )

    id: UUID
    kind: CalendarKind
    about: Slug
    address: str = Field(description="whoever has it can read the calendar: give it to those who may")


@router.post(
    "/calendars",
    summary="A new address for a calendar; the one before it ends",
    status_code=201,
    response_model=CalendarShown,
    responses=refusals(*KEY, *ONCE, UnknownRoom, UnknownOrganisation),
)
async def post_calendar(body: NewCalendar, organisation: Organisation, attempt: Once, request: Request) -> Response:
    settings = settings_of(request)
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            made = await renew_calendar(
                tx, settings, RenewCalendar(organisation=organisation, kind=body.kind, about=body.about)
            )
            return JSONResponse({"id": str(made.id), "kind": made.kind, "about": made.about}, 201)

        kept = await attempt.once(tx, organisation, action)
    # The address is put in last: the answer that is kept for a repeated request must not hold it.
    made = json.loads(bytes(kept.body))
    replayed = {name: kept.headers[name] for name in ("idempotency-replayed",) if name in kept.headers}
    return JSONResponse({**made, "address": addresses.address(settings, UUID(made["id"]))}, kept.status_code, replayed)


@router.head("/calendars/{token}.ics", include_in_schema=False)
@router.get(
    "/calendars/{token}.ics",
    summary="A calendar to subscribe to (iCalendar)",
    operation_id="read_calendar",
    responses={200: {"content": {"text/calendar": {}}}, **refusals(NoSuchCalendar, CalendarEnded)},
    response_class=Response,
)
async def read_calendar(token: str, request: Request) -> Response:
    """Three months back to eighteen ahead; what was cancelled lately, as cancelled. 304 when nothing changed."""
    settings, lang = settings_of(request), language(request)
    house = settings.house
    async with service_of(request).db.reading() as session:
        calendar = await calendars.at_address(session, house, token)
        window = Window.at(now(), settings)
        print_ = await calendars.fingerprint(session, house, calendar, window, lang)
        headers = {
            "ETag": f'"{print_.tag}"',
            # a second that is not over may bring more: whoever reads in it is asked to look once more
            "Last-Modified": format_datetime(
                min(print_.changed_at, now() - timedelta(seconds=1)).astimezone(UTC), True
            ),
            "Cache-Control": "private, no-cache",
            "Content-Language": lang,
            "Vary": "Accept-Language, Cookie",
            "X-Robots-Tag": "noindex, nofollow",
        }
        if _same(request, headers):
            return Response(status_code=304, headers=headers)
        found = await calendars.reservations(session, house, calendar, window)
    body = await to_thread(
        written, house, calendars.name(house, calendar, lang), found,
        lang=lang, public_url=settings.public_url, whose=calendar.kind != CalendarKind.ORGANISATION,
    )  # fmt: skip
    headers["Content-Disposition"] = f'inline; filename="{calendar.about}.ics"'
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


def _same(request: Request, headers: dict[str, str]) -> bool:
    """Whether the reader's copy is still good: by its tag, or by its date when it has no tag."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return headers["ETag"] in [tag.strip().removeprefix("W/") for tag in tags.split(",")] or tags.strip() == "*"
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    changed = parsedate_to_datetime(headers["Last-Modified"])
    return (since if since.tzinfo else since.replace(tzinfo=UTC)) >= changed
