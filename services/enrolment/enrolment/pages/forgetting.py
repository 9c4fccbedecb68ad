"""Families forgotten and to be forgotten, for staff: who has not said so yet, who will be soon."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Staff, render
from starlette.responses import RedirectResponse, Response

from enrolment.doors import settings_of, terms_of
from enrolment.pages.common import SHOWN, private
from enrolment.queries import erasures, people
from enrolment.use_cases.erase_family import EraseFamily, erase_family
from enrolment.use_cases.keep_family import KeepFamily, keep_family

router = APIRouter(prefix="/families")


@router.api_route("/forgotten", methods=SHOWN)
async def show_forgotten(_staff: Staff, request: Request) -> Response:
    settings = settings_of(request)
    after, notice = timedelta(days=settings.forget_after_days), timedelta(days=settings.forget_notice_days)
    async with service_of(request).db.reading() as session:
        within = timedelta(days=settings.erasure_days)
        found = await erasures.erasures(session, settings.erasure_from, within)
        soon = await erasures.to_forget(session, after, notice)
    by_itself = settings.forget_by_itself
    return private(render(request, "forgotten.html", erasures=found, soon=soon, after=after, by_itself=by_itself))


@router.api_route("/{id}/erase", methods=SHOWN)
async def ask_erase(id: UUID, _staff: Staff, request: Request) -> Response:
    """What cannot be undone asks once."""
    async with service_of(request).db.reading() as session:
        party = await people.one_party(session, id)
    return private(render(request, "erase-family.html", party=party))


@router.post("/{id}/erase")
async def post_erase(id: UUID, staff: Staff, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await erase_family(tx, terms_of(request), EraseFamily(party_id=id, asked_by=staff))
    return private(RedirectResponse("/families/forgotten", 303))


@router.post("/{id}/keep")
async def post_keep(id: UUID, _staff: Staff, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await keep_family(tx, KeepFamily(party_id=id))
    return private(RedirectResponse("/families/forgotten", 303))
