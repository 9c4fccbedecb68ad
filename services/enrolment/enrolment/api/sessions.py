"""The programme."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.service import service_of
from ronde_contracts.event import Slug

from enrolment import queries
from enrolment.queries import since_this_morning
from enrolment.shapes.sessions import SessionShown

router = APIRouter(prefix="/sessions", tags=["enrolment"])


@router.get("", summary="The programme, with its places")
async def list_sessions(
    request: Request, organiser: Annotated[Slug | None, Query(description="of one member only")] = None
) -> list[SessionShown]:
    async with service_of(request).db.reading() as session:
        found = await queries.programme(session, since_this_morning(now()), organiser)
    return [SessionShown.of(one) for one in found]
