"""One session: its counts for everybody, its list for staff."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import render
from ronde.web.signin import signed_in
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment import queries, rules
from enrolment.pages.common import SHOWN, began

router = APIRouter()


@router.api_route("/sessions/{organiser}/{session_id}", methods=SHOWN)
async def show_session(organiser: Slug, session_id: UUID, request: Request) -> Response:
    """Counts for everybody; the list, without any name, for the staff of those who hold the session."""
    organisation = signed_in(request)
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        theirs = found.held_by(organisation)
        refused = await queries.room_refused(session, found) if theirs else None
        people = await queries.participants(session, found) if theirs else []
    return render(
        request,
        "session.html",
        session=found,
        theirs=theirs,
        over=rules.beyond(found),
        refused=refused,
        people=people,
        began=began(found),
        at=datetime.fromisoformat,
    )
