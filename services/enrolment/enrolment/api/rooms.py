"""Booking's answer about a session's room, for who planned the session; and their pick."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug

from enrolment import queries
from enrolment.line import theirs
from enrolment.refusals import NotTheirSession, SessionUnknown
from enrolment.shapes.rooms import ChoiceBody, RoomAnswer
from enrolment.use_cases.choose_room import ChooseRoom, NothingToChoose, choose_room

router = APIRouter(prefix="/sessions/{organiser}/{session_id}/room", tags=["rooms"])


@router.get(
    "",
    summary="Why the room asked for was refused, and what was free; null when nothing was refused",
    responses=refusals(*KEY, SessionUnknown, NotTheirSession),
)
async def show_answer(
    organiser: Slug, session_id: UUID, organisation: Organisation, request: Request
) -> RoomAnswer | None:
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        theirs(found, organisation)
        refused = await queries.room_refused(session, found)
        return RoomAnswer.of(refused) if refused else None


@router.post(
    "",
    summary="Pick one of the alternatives; booking's answer follows. Again changes nothing",
    status_code=202,
    responses=refusals(*KEY, SessionUnknown, NotTheirSession, NothingToChoose),
)
async def post_choice(
    organiser: Slug, session_id: UUID, body: ChoiceBody, organisation: Organisation, request: Request
) -> RoomAnswer:
    cmd = ChooseRoom(organiser=organiser, session_id=session_id, by=organisation, **body.model_dump())
    async with service_of(request).db.transaction() as tx:
        return RoomAnswer.of(await choose_room(tx, cmd))
