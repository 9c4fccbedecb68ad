"""What a crèche has free in the coming weeks, for its team, and the file that tells it to monenfant.fr."""

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Staff, render
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment.creche.sheets import places_sheet
from enrolment.doors import sheet, terms_of
from enrolment.nursery import their_creche
from enrolment.pages.common import SHOWN, private, wall_clock
from enrolment.queries.creche_free import free_weeks

router = APIRouter(prefix="/creches/{id}")


@router.api_route("/free", methods=SHOWN)
async def show_free(id: Slug, staff: Staff, request: Request) -> Response:
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    async with service_of(request).db.reading() as session:
        weeks = await free_weeks(session, terms, creche)
    page = render(request, "creche-free.html", creche=creche, weeks=weeks, at=wall_clock(terms))
    return private(page)


@router.get("/free.csv")
async def get_free(id: Slug, staff: Staff, request: Request) -> Response:
    """The file of `/creches/{id}/places.csv`, for who is signed in."""
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    async with service_of(request).db.reading() as session:
        weeks = await free_weeks(session, terms, creche)
    return sheet(places_sheet(creche, weeks), f"{creche.id}-places")
