"""Whether a family is one of the team's own: from its file, by a button."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from ronde.service import service_of
from ronde.web import Staff
from starlette.responses import RedirectResponse, Response

from enrolment.pages.common import private
from enrolment.use_cases.own_family import SayOwnFamily, say_own_family

router = APIRouter()


@router.post("/families/{id}/own")
async def post_own(id: UUID, staff: Staff, request: Request, own: Annotated[bool, Form()]) -> Response:
    async with service_of(request).db.transaction() as tx:
        await say_own_family(tx, SayOwnFamily(party_id=id, organisation=staff, own=own))
    return private(RedirectResponse(f"/families/{id}", 303))
