"""Bringing an existing planning in, by its file: tried on a first page, followed from there. For the teams."""

import zlib
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Once, Staff, render
from ronde.web.language import language, pick
from starlette.responses import Response

from booking.doors import settings_of
from booking.importing.following import followed, tried, understood
from booking.importing.planning import LONGEST
from booking.importing.refusals import NotACalendar, TooManyOccurrences
from booking.importing.report import Outcome, Report

router = APIRouter()
People = Annotated[int, Form(ge=1, le=1000)]
Room = Annotated[str, Form(max_length=40)]


@router.get("/import")
async def ask_planning(request: Request, _: Staff) -> Response:
    return _form(request)


@router.post("/import")
async def try_planning(
    request: Request, staff: Staff, calendar: Annotated[UploadFile, File()], people: People, room: Room = ""
) -> Response:
    """Nothing is done yet; the file travels with the page, so that what is followed is what was seen."""
    settings = settings_of(request)
    try:
        text = _decoded(await calendar.read())
        cmd = await understood(settings, staff, text, room or None, people)
        report = await tried(service_of(request).db, settings, cmd)
    except Refused as refusal:
        return _form(request, {"calendar": pick(refusal.reason, language(request))}, room, people)
    return _report(request, report, planning=_packed(text), room=room, people=people)


@router.post("/import/follow")
async def follow_planning(
    request: Request, staff: Staff, attempt: Once, planning: Annotated[str, Form()], people: People, room: Room = ""
) -> Response:
    settings = settings_of(request)
    cmd = await understood(settings, staff, _unpacked(planning), room or None, people)
    db = service_of(request).db

    async def action() -> Response:
        return _report(request, await followed(db, settings, cmd))

    return await attempt.once_in_parts(db, staff, action)


def _form(request: Request, errors: dict[str, str] | None = None, room: str = "", people: int = 10) -> Response:
    rooms = {one.id: pick(one.name, language(request)) for one in settings_of(request).house.rooms}
    status = 422 if errors else 200
    return render(
        request, "import.html", status=status, rooms=rooms, errors=errors or {}, room=room, people=people
    )  # fmt: skip


def _report(request: Request, report: Report, planning: str = "", room: str = "", people: int = 0) -> Response:
    """`planning` when it was only tried."""
    rooms = {one.id: pick(one.name, language(request)) for one in settings_of(request).house.rooms}
    found = {one: [line for line in report.lines if line.outcome == one] for one in Outcome}
    return render(
        request, "imported.html", found=found, past=report.past, planning=planning, room=room, people=people,
        rooms=rooms, at=datetime.fromisoformat,
    )  # fmt: skip


def _decoded(raw: bytes) -> str:
    """Raises NotACalendar, TooManyOccurrences."""
    if len(raw) > LONGEST:
        raise TooManyOccurrences
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotACalendar from None


def _packed(text: str) -> str:
    """As a form carries it: the same bytes each time it is sent, well under what a request may have."""
    return b64encode(zlib.compress(text.encode(), 9)).decode()


def _unpacked(packed: str) -> str:
    """Raises NotACalendar for what was not packed here; never more than a file may have."""
    try:
        opened = zlib.decompressobj().decompress(b64decode(packed, validate=True), LONGEST)
        return opened.decode()
    except (ValueError, zlib.error):
        raise NotACalendar from None
