"""Families forgotten: at the word of staff, and who has said that they forgot them too."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals

from enrolment.doors import settings_of, terms_of
from enrolment.queries import erasures
from enrolment.refusals import PartyUnknown
from enrolment.shapes.erasures import ErasureShown
from enrolment.shapes.people import PartyShown
from enrolment.use_cases.erase_family import EraseFamily, erase_family

router = APIRouter(tags=["families"])


@router.post(
    "/parties/{id}/erase",
    summary="Erase a family that asks for it on the telephone: it cannot be undone",
    status_code=204,
    responses=refusals(*KEY, PartyUnknown),
)
async def post_erase(id: UUID, organisation: Organisation, request: Request) -> None:
    async with service_of(request).db.transaction() as tx:
        await erase_family(tx, terms_of(request), EraseFamily(party_id=id, asked_by=organisation))


@router.get("/erasures", summary="Who has forgotten whom; who has not", responses=refusals(*KEY))
async def list_erasures(_organisation: Organisation, request: Request) -> list[ErasureShown]:
    settings = settings_of(request)
    within = timedelta(days=settings.erasure_days)
    async with service_of(request).db.reading() as session:
        found = await erasures.erasures(session, settings.erasure_from, within)
    return [ErasureShown.of(one) for one in found]


@router.get(
    "/parties/to-forget", summary="Families that will be forgotten soon, quiet for so long", responses=refusals(*KEY)
)
async def list_to_forget(_organisation: Organisation, request: Request) -> list[PartyShown]:
    settings = settings_of(request)
    after, notice = timedelta(days=settings.forget_after_days), timedelta(days=settings.forget_notice_days)
    async with service_of(request).db.reading() as session:
        return [PartyShown.of(one) for one in await erasures.to_forget(session, after, notice)]
