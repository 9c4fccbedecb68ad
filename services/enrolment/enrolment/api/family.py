"""What a family takes away of itself, behind its own link."""

from typing import ClassVar

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web.schema import refusals
from starlette.responses import JSONResponse, Response

from enrolment.doors import terms_of
from enrolment.queries.exports import holding
from enrolment.shapes.exports import FamilyExport

router = APIRouter(tags=["families"])


class NoVisit(Refused):
    """The link was given to nobody, or the visit is over."""

    code, status = "no-visit", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette page de famille n'est pas ouverte : demandez un nouveau code.",
        "en": "This family's page is not open: ask for a new code.",
    }


@router.get(
    "/f/{token}/export.json",
    summary="All that the house holds about a family, for one of its guardians",
    response_model=FamilyExport,
    responses=refusals(NoVisit),
)
async def get_export(token: str, request: Request) -> Response:
    async with service_of(request).db.reading() as session:
        held = await holding(session, token)
        if held is None:
            raise NoVisit
        shown = FamilyExport.of(held, terms_of(request).timezone)
    name = 'attachment; filename="ronde.json"'
    return JSONResponse(shown.model_dump(mode="json"), headers={"Content-Disposition": name})
