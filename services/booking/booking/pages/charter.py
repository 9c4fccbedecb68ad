"""The charter for people: what it says, what is asked of the founders, and who used the rooms how long."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from ronde.clock import now
from ronde.house.model import Hours
from ronde.service import service_of
from ronde.web import Staff, dates, render
from ronde.web.language import language, pick
from starlette.responses import RedirectResponse, Response

from booking import asking, drawing
from booking.ledger import FAMILIES, FOR_FAMILIES, WEEKS, ledger, span_of
from booking.use_cases.adopt_charter import ConsentToCharter, consent_to_charter
from booking.use_cases.answer_consent import AnswerConsent, answer_consent
from booking.week import monday_of

router = APIRouter()
LATELY = timedelta(days=30)
TOO_SHORT = {
    "fr": "Donnez votre raison, en quelques mots (200 lettres au plus) : la structure qui demande la lira.",
    "en": "Give your reason, in a few words (200 letters at most): the organisation that asks will read it.",
}


@router.get("/the-charter")
async def show_charter(request: Request) -> Response:
    async with service_of(request).db.reading() as session:
        in_force, proposed = await asking.versions(session)
    house = service_of(request).house
    lang, today = language(request), now().astimezone(house.timezone).date()

    def between(hours: Hours) -> str:
        opens, closes = (datetime.combine(today, at, house.timezone) for at in hours)
        return dates.hours(opens, closes, lang, house.timezone)

    return render(
        request,
        "charter.html",
        in_force=in_force,
        proposed=proposed,
        founders=house.founders,
        organisations=[one.id for one in house.organisations],
        rooms={room.id: room.name for room in house.rooms},
        between=between,
    )


@router.post("/the-charter/{version}/consent")
async def post_charter_consent(version: int, request: Request, staff: Staff) -> Response:
    service = service_of(request)
    async with service.db.transaction() as tx:
        await consent_to_charter(tx, service.house, ConsentToCharter(version=version, organisation=staff))
    return RedirectResponse("/the-charter", 303)


@router.get("/asked")
async def show_asked(request: Request, staff: Staff) -> Response:
    return await _asked(request, staff)


@router.post("/asked/{id}/consent")
async def post_consent(id: UUID, request: Request, staff: Staff) -> Response:
    async with service_of(request).db.transaction() as tx:
        await answer_consent(tx, service_of(request).house, AnswerConsent(consent_id=id, organisation=staff))
    return RedirectResponse("/asked", 303)


@router.post("/asked/{id}/object")
async def post_objection(id: UUID, request: Request, staff: Staff, reason: Annotated[str, Form()] = "") -> Response:
    reason = reason.strip()
    if not 3 <= len(reason) <= 200:
        return await _asked(request, staff, {f"reason-{id}": TOO_SHORT[language(request)]}, status=422)
    async with service_of(request).db.transaction() as tx:
        cmd = AnswerConsent(consent_id=id, organisation=staff, objection=reason)
        await answer_consent(tx, service_of(request).house, cmd)
    return RedirectResponse("/asked", 303)


@router.get("/ledger")
async def show_ledger(
    request: Request, until: Annotated[date | None, Query(ge=date(2001, 1, 1), lt=date(2100, 1, 1))] = None
) -> Response:
    """Twelve weeks, up to the one of `until`: this week when it is not said."""
    house = service_of(request).house
    last = monday_of(until or now().astimezone(house.timezone).date())
    first = last - timedelta(days=7 * (WEEKS - 1))
    async with service_of(request).db.reading() as session:
        used = await asking.used(session, span_of(house, first))
    found = ledger(house, first, used)
    return render(
        request,
        "ledger.html",
        ledger=found,
        names={**{one.id: one.name for one in house.organisations}, FAMILIES: pick(FOR_FAMILIES, language(request))},
        families=FAMILIES,
        colours={one.id: one.colour for one in house.organisations},
        founders=len(house.founders),
        columns=drawing.columns,
        scale=drawing.scale,
        first=first,
        last=last + timedelta(days=6),
        previous=first - timedelta(days=1),
        next=last + timedelta(days=7 * WEEKS),
    )


async def _asked(request: Request, staff: str, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    async with service_of(request).db.reading() as session:
        asked, settled = await asking.asked_now(session), await asking.settled_lately(session, since=now() - LATELY)
    return render(
        request, "asked.html", status=status, asked=asked, settled=settled, staff_id=staff, errors=errors or {},
        at=datetime.fromisoformat,
    )  # fmt: skip
