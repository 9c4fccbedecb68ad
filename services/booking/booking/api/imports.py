"""Bringing an existing planning in, over HTTP: tried first, then followed."""

from collections import Counter
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from ronde_contracts.event import Slot, Slug, Words
from starlette.responses import JSONResponse, Response

from booking.doors import settings_of
from booking.importing.following import followed, tried, understood
from booking.importing.planning import LONGEST
from booking.importing.refusals import NotACalendar, TooManyOccurrences
from booking.importing.report import Outcome, Report
from booking.refusals import UnknownRoom

router = APIRouter(tags=["imports"])
REFUSALS = (*KEY, NotACalendar, TooManyOccurrences, UnknownRoom)
EXAMPLE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//
BEGIN:VEVENT
UID:1@example
SUMMARY:Atelier peinture
LOCATION:Salle d'atelier
DTSTART;TZID=Europe/Paris:20270112T090000
DTEND;TZID=Europe/Paris:20270112T110000
RRULE:FREQ=WEEKLY;COUNT=10
END:VEVENT
END:VCALENDAR
"""


class NewImport(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"calendar": EXAMPLE, "people": 12}]})

    calendar: str = Field(max_length=LONGEST, description="the text of the .ics file")
    room: Slug | None = Field(None, description="for events that name no place")
    people: int = Field(ge=1, le=1000, description="for each event: a planning does not say how many")


class OccurrenceShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    outcome: Outcome
    uid: str | None
    recurrence: str = Field(description="the local day of its RECURRENCE-ID; empty for an event that does not recur")
    title: str | None
    room: Slug | None
    starts_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    reservation_id: UUID | None
    code: str | None = Field(description="why it was refused, or not understood")
    reason: Words | None
    alternatives: list[Slot]


class ImportShown(BaseModel):
    """Every event of the planning: one by one when it is to come, counted when it is past."""

    counts: dict[Outcome, int]
    past: int
    occurrences: list[OccurrenceShown]

    @classmethod
    def of(cls, report: Report) -> "ImportShown":
        counts = Counter(line.outcome for line in report.lines)
        lines = [OccurrenceShown.model_validate(line) for line in report.lines]
        return cls(counts={one: counts[one] for one in Outcome}, past=report.past, occurrences=lines)


@router.post("/imports/preview", summary="What an import would do; nothing is done", responses=refusals(*REFUSALS))
async def try_import(body: NewImport, organisation: Organisation, request: Request) -> ImportShown:
    cmd = await understood(settings_of(request), organisation, body.calendar, body.room, body.people)
    return ImportShown.of(await tried(service_of(request).db, settings_of(request), cmd))


@router.post(
    "/imports",
    summary="Reserve what a planning says, where it is free; again changes nothing",
    response_model=ImportShown,
    responses=refusals(*REFUSALS, *ONCE),
)
async def post_import(body: NewImport, organisation: Organisation, attempt: Once, request: Request) -> Response:
    """An event that has changed since its last import moves its reservation; one that is cancelled gives it back."""
    settings = settings_of(request)
    cmd = await understood(settings, organisation, body.calendar, body.room, body.people)
    db = service_of(request).db

    async def action() -> Response:
        return JSONResponse(ImportShown.of(await followed(db, settings, cmd)).model_dump(mode="json"))

    return await attempt.once_in_parts(db, organisation, action)
