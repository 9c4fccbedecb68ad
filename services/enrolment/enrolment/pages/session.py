"""One session: its counts for everybody, its list for staff."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import render
from ronde.web.signin import signed_in
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment import queries
from enrolment.pages.common import SHOWN, began

router = APIRouter()


@router.api_route("/sessions/{organiser}/{session_id}", methods=SHOWN)
async def show_session(organiser: Slug, session_id: UUID, request: Request) -> Response:
    """Counts for everybody; the list, without any name, for who is signed in."""
    staff = signed_in(request) is not None
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        refused = await queries.room_refused(session, found) if staff else None
        people = await queries.participants(session, found) if staff else []
    return render(
        request,
        "session.html",
        session=found,
        refused=refused,
        people=people,
        began=began(found),
        at=datetime.fromisoformat,
    )
