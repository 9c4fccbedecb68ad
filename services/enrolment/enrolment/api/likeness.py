"""Files that look like one family: shown to staff, who merge them or tell them apart."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals

from enrolment.queries import people
from enrolment.refusals import PartyUnknown
from enrolment.shapes.people import LikenessShown, OtherBody, PartyShown
from enrolment.use_cases.merge_parties import (
    BothApplied,
    BothEnrolled,
    MergeParties,
    OtherKind,
    SameFamily,
    merge_parties,
)
from enrolment.use_cases.tell_apart import TellApart, tell_apart

router = APIRouter(tags=["families"])


@router.get("/likenesses", summary="Files that may be of one family", responses=refusals(*KEY))
async def list_likenesses(_organisation: Organisation, request: Request) -> list[LikenessShown]:
    async with service_of(request).db.reading() as session:
        return [LikenessShown.of(one) for one in await people.likenesses(session)]


@router.post(
    "/parties/{id}/merge",
    summary="Merge another file into this one; its enrolments, links and id go on working",
    responses=refusals(*KEY, PartyUnknown, SameFamily, OtherKind, BothEnrolled, BothApplied),
)
async def post_merge(id: UUID, body: OtherBody, organisation: Organisation, request: Request) -> PartyShown:
    async with service_of(request).db.transaction() as tx:
        return PartyShown.of(await merge_parties(tx, MergeParties(kept=id, gone=body.other, by=organisation)))


@router.post(
    "/parties/{id}/apart",
    summary="Say that the two are two families",
    status_code=204,
    responses=refusals(*KEY, PartyUnknown),
)
async def post_apart(id: UUID, body: OtherBody, organisation: Organisation, request: Request) -> None:
    async with service_of(request).db.transaction() as tx:
        await tell_apart(tx, TellApart(one=id, other=body.other, by=organisation))
