"""The programme, for everybody."""

from fastapi import APIRouter, Request
from ronde.clock import now
from ronde.service import service_of
from ronde.web import render
from ronde.web.signin import signed_in
from starlette.responses import Response

from enrolment import queries
from enrolment.pages.common import SHOWN
from enrolment.queries import since_this_morning

router = APIRouter()


@router.api_route("/", methods=SHOWN)
async def show_programme(request: Request) -> Response:
    """Staff also see what has no room yet."""
    async with service_of(request).db.reading() as session:
        found = await queries.programme(session, since_this_morning(now()))
    staff = signed_in(request) is not None
    return render(
        request, "programme.html", sessions=[one for one in found if staff or one.state in ("open", "called-off")]
    )
