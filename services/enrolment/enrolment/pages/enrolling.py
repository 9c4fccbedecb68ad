"""Enrol from a family's page: choose who comes and to which dates; then the answer, or the place in line for it.

The button only keeps the request. However many press it at once, everybody is answered in the order of arrival.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from ronde.clock import now
from ronde.service import service_of
from ronde.web import render
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from enrolment import queries
from enrolment.doors import reception_of, terms_of
from enrolment.pages.common import SHOWN, private
from enrolment.pages.visit import Visiting, VisitOver, visiting
from enrolment.queries import enrolling
from enrolment.use_cases.note_arrivals import NewArrival

router = APIRouter()
Ids = Annotated[list[UUID], Form()]


@router.api_route("/f/{token}/enrol/{organiser}/{session_id}", methods=SHOWN)
async def show_choice(token: str, organiser: Slug, session_id: UUID, visitor: Visiting, request: Request) -> Response:
    return await _choice(token, organiser, session_id, visitor, request)


@router.post("/f/{token}/enrol/{organiser}/{session_id}")
async def post_choice(
    token: str,
    organiser: Slug,
    session_id: UUID,
    request: Request,
    child: Ids = [],  # noqa: B006 (FastAPI copies it)
    date: Ids = [],  # noqa: B006
    adults: Annotated[int, Form(ge=0, le=12)] = 1,
    agrees_to: Annotated[str | None, Form(max_length=80)] = None,
) -> Response:
    """`date`: which sessions of the series; the one in the address, when there is no series.

    Who it is is looked up with the request itself: in a rush there is no connection for each.
    """
    if not child:
        visitor = await visiting(token, request)
        return await _choice(token, organiser, session_id, visitor, request, wrong="child")
    came = [
        NewArrival(
            organiser=organiser,
            session_id=one,
            token=token,
            child_ids=tuple(child),
            adults=adults,
            agrees_to=agrees_to,
            arrived_at=now(),
        )
        for one in date or [session_id]
    ]
    ids = await reception_of(request).arrive(*came)
    if None in ids:
        raise VisitOver
    asked = "&".join(f"to={id}" for id in ids)
    return private(RedirectResponse(f"/f/{token}/answers?{asked}", 303))


@router.api_route("/f/{token}/answers", methods=SHOWN)
async def show_answers(token: str, request: Request, to: Annotated[list[UUID], Query(max_length=60)]) -> Response:
    """What became of these requests; those that wait for their answer say how many came before."""
    async with service_of(request).db.reading() as session:
        found = await queries.arrivals(session, token, to)
    if found is None:
        raise VisitOver
    waiting = [one for one in found if one.before is not None]
    return private(
        render(request, "answers.html", token=token, query=request.url.query, answers=found, waiting=waiting)
    )


async def _choice(
    token: str, organiser: str, session_id: UUID, visitor: queries.Visitor, request: Request, wrong: str = ""
) -> Response:
    async with service_of(request).db.reading() as session:
        seen = await enrolling.choice(session, terms_of(request), visitor.party_id, organiser, session_id)
    return private(render(request, "enrol.html", status=422 if wrong else 200, token=token, seen=seen, wrong=wrong))
