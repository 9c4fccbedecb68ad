"""Enrol in several sessions of a series at once, for a family that phones."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from ronde_contracts.event import Slug
from starlette.responses import JSONResponse, Response

from enrolment.doors import terms_of
from enrolment.refusals import PartyUnknown, SessionUnknown
from enrolment.shapes.series import AnswerShown, SeriesEnrolmentBody
from enrolment.use_cases.enrol_in_series import EnrolInSeries, enrol_in_series

router = APIRouter(tags=["enrolment"])


@router.post(
    "/series/{organiser}/{series_id}/enrolments",
    summary="Enrol in one, several or all sessions of a series; each answers by itself",
    response_model=list[AnswerShown],
    responses=refusals(*KEY, *ONCE, SessionUnknown, PartyUnknown),
)
async def post_enrolments(
    organiser: Slug,
    series_id: UUID,
    body: SeriesEnrolmentBody,
    organisation: Organisation,
    attempt: Once,
    request: Request,
) -> Response:
    """Always 200: look at each answer. A session that is full is no refusal: `waiting`, and the position."""
    cmd = EnrolInSeries(
        organiser=organiser,
        series_id=series_id,
        session_ids=tuple(body.session_ids) if body.session_ids else None,
        party_id=body.party_id,
        child_ids=tuple(body.child_ids),
        adults=body.adults,
        agrees_to=body.agrees_to,
        by=organisation,
    )
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            answers = await enrol_in_series(tx, terms_of(request), cmd)
            return JSONResponse([AnswerShown.of(one).model_dump(mode="json") for one in answers])

        return await attempt.once(tx, organisation, action)
