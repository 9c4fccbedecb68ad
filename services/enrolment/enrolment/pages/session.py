"""One session: its counts for everybody, its list for staff."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from ronde.ids import reference
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.signin import signed_in
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from enrolment import queries, rules
from enrolment.doors import terms_of
from enrolment.explaining import said
from enrolment.pages.common import SHOWN, Token, began, private
from enrolment.queries.line import attention, line_of
from enrolment.shapes.rooms import ChoiceBody
from enrolment.use_cases.choose_room import ChooseRoom, choose_room

router = APIRouter()
Picked = Annotated[ChoiceBody, Form()]


@router.api_route("/sessions/{organiser}/{session_id}", methods=SHOWN)
async def show_session(organiser: Slug, session_id: UUID, request: Request, f: Token = None) -> Response:
    """Counts for everybody; the list, without any name, for the staff of those who hold the session."""
    page = await session_page(request, organiser, session_id, token=f)
    return private(page) if f else page


@router.post("/sessions/{organiser}/{session_id}/pick")
async def post_room(organiser: Slug, session_id: UUID, staff: Staff, request: Request, pick: Picked) -> Response:
    cmd = ChooseRoom(organiser=organiser, session_id=session_id, by=staff, **pick.model_dump())
    try:
        async with service_of(request).db.transaction() as tx:
            await choose_room(tx, cmd)
    except Refused as refusal:
        return await session_page(request, organiser, session_id, refusal=refusal)
    return RedirectResponse(f"/sessions/{organiser}/{session_id}", 303)


async def session_page(
    request: Request, organiser: str, session_id: UUID, *, token: str | None = None, refusal: Refused | None = None
) -> Response:
    terms = terms_of(request)
    organisation = signed_in(request)
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        theirs = found.held_by(organisation)
        refused = await queries.room_refused(session, found) if theirs else None
        people = await queries.participants(session, found) if theirs else []
        log = await line_of(session, found) if theirs else []
        to_ring = (await attention(session, found, terms)).to_ring if theirs else []
    return render(
        request,
        "session.html",
        status=refusal.status if refusal else 200,
        token=token,
        refusal=refusal,
        log=[(one, said(one, terms.timezone)) for one in log],
        to_ring=to_ring,
        reference=reference,
        session=found,
        theirs=theirs,
        over=rules.beyond(found),
        refused=refused,
        people=people,
        began=began(found),
        at=datetime.fromisoformat,
    )
