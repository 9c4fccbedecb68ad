"""Families and childminders, registered by staff."""

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from starlette.responses import JSONResponse, Response

from enrolment.shapes.people import PartyBody, PartyShown
from enrolment.use_cases.register_party import register_party

router = APIRouter(prefix="/parties", tags=["enrolment"])


@router.post(
    "",
    summary="Register a family or a childminder",
    status_code=201,
    response_model=PartyShown,
    responses=refusals(*KEY, *ONCE),
)
async def post_party(body: PartyBody, organisation: Organisation, attempt: Once, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            party = await register_party(tx, body.command(organisation))
            return JSONResponse(PartyShown.of(party).model_dump(mode="json"), 201)

        return await attempt.once(tx, organisation, action)
