"""Which families are an organisation's own: a crèche's sessions may be for the children it cares for."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from starlette.responses import Response

from enrolment.refusals import PartyUnknown
from enrolment.use_cases.own_family import SayOwnFamily, say_own_family

router = APIRouter(prefix="/parties/{id}/own", tags=["families"])


@router.put(
    "", summary="Say that your organisation cares for their children", status_code=204,
    responses=refusals(*KEY, PartyUnknown),
)  # fmt: skip
async def put_own(id: UUID, organisation: Organisation, request: Request) -> Response:
    return await _say(request, SayOwnFamily(party_id=id, organisation=organisation, own=True))


@router.delete("", summary="Say that it does no longer", status_code=204, responses=refusals(*KEY, PartyUnknown))
async def delete_own(id: UUID, organisation: Organisation, request: Request) -> Response:
    return await _say(request, SayOwnFamily(party_id=id, organisation=organisation, own=False))


async def _say(request: Request, cmd: SayOwnFamily) -> Response:
    async with service_of(request).db.transaction() as tx:
        await say_own_family(tx, cmd)
    return Response(status_code=204)
