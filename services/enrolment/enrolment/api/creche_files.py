"""Files of a crèche, for programs with its organisation's key: what is free."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from ronde.house import Creche
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment.creche.sheets import places_sheet
from enrolment.doors import sheet, terms_of
from enrolment.nursery import CrecheUnknown, NotTheirCreche, their_creche
from enrolment.queries.creche_free import free_weeks

REFUSALS = refusals(*KEY, CrecheUnknown, NotTheirCreche)
FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "UTF-8, semicolons"}}
router = APIRouter(prefix="/creches/{creche}", tags=["crèche"])


def _own(creche: Slug, organisation: Organisation, request: Request) -> Creche:
    return their_creche(terms_of(request), creche, organisation)


Own = Annotated[Creche, Depends(_own)]


@router.get(
    "/places.csv",
    summary="What is free, by half-day and age group, this week and the next ones",
    response_class=Response,
    responses={**REFUSALS, **FILE},
)
async def get_places(creche: Own, request: Request) -> Response:
    """As it is now; fetch it daily. Columns: crèche, ISO week, day, from, until, age group, places."""
    async with service_of(request).db.reading() as session:
        weeks = await free_weeks(session, terms_of(request), creche)
    return sheet(places_sheet(creche, weeks), f"{creche.id}-places")
