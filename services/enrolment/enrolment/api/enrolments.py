"""Enrol, and all that a family may then do, for a family that phones."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from ronde_contracts.event import Slug
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from enrolment import queries
from enrolment.admitting import (
    AgeOutOfRange,
    CharterToSign,
    ChildUnknown,
    EnrolmentsClosed,
    NotInvited,
    NotOpenYet,
    SessionNotOpen,
)
from enrolment.doors import reception_of, terms_of
from enrolment.line import theirs
from enrolment.placing import AlreadyEnrolled
from enrolment.queries import Seen
from enrolment.refusals import EnrolmentUnknown, NotTheirSession, PartyUnknown, SessionBegan, SessionUnknown
from enrolment.shapes.enrolments import EnrolmentBody, EnrolmentShown
from enrolment.use_cases.accept_offer import AcceptOffer, OfferOver, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, NothingOffered, decline_offer
from enrolment.use_cases.enrol import Enrol, enrol
from enrolment.use_cases.withdraw import NothingToWithdraw, Withdraw, withdraw

router = APIRouter(tags=["enrolment"])
THEIRS = (*KEY, EnrolmentUnknown, NotTheirSession)
NO = (
    SessionNotOpen,
    NotOpenYet,
    EnrolmentsClosed,
    SessionBegan,
    NotInvited,
    AgeOutOfRange,
    CharterToSign,
    AlreadyEnrolled,
    ChildUnknown,
)


@router.post(
    "/sessions/{organiser}/{session_id}/enrolments",
    summary="Enrol; when the session is full, join its waiting list",
    status_code=201,
    response_model=EnrolmentShown,
    responses=refusals(*KEY, *ONCE, SessionUnknown, NotTheirSession, PartyUnknown, *NO),
)
async def post_enrolment(
    organiser: Slug,
    session_id: UUID,
    body: EnrolmentBody,
    organisation: Organisation,
    attempt: Once,
    request: Request,
) -> Response:
    cmd = Enrol(
        organiser=organiser,
        session_id=session_id,
        party_id=body.party_id,
        child_ids=tuple(body.child_ids),
        adults=body.adults,
        agrees_to=body.agrees_to,
        by=organisation,
    )
    await reception_of(request).turn(organiser, session_id)
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            done = await enrol(tx, terms_of(request), cmd)
            shown = EnrolmentShown.of(Seen(enrolment=done.enrolment, session=done.session, position=done.position))
            headers = {"Location": f"/enrolments/{shown.enrolment_id}"}
            return JSONResponse(shown.model_dump(mode="json"), 201, headers)

        return await attempt.once(tx, organisation, action)


@router.get(
    "/sessions/{organiser}/{session_id}/enrolments",
    summary="The list of a session: who has a place, who waits, who left; in the order of arrival",
    responses=refusals(*KEY, SessionUnknown, NotTheirSession),
)
async def list_enrolments(
    organiser: Slug, session_id: UUID, organisation: Organisation, request: Request
) -> list[EnrolmentShown]:
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        theirs(found, organisation)
        return [EnrolmentShown.of(one) for one in await queries.participants(session, found)]


@router.get("/enrolments/{id}", summary="One enrolment", responses=refusals(*THEIRS))
async def show_enrolment(id: UUID, organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.reading() as session:
        return EnrolmentShown.of(await _theirs(session, id, organisation))


@router.post(
    "/enrolments/{id}/withdraw",
    summary="Withdraw for a family that phones; again changes nothing",
    responses=refusals(*THEIRS, NothingToWithdraw, SessionBegan),
)
async def post_withdraw(id: UUID, organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.transaction() as tx:
        await _theirs(tx.session, id, organisation)
        await withdraw(tx, terms_of(request), Withdraw(enrolment_id=id))
        return EnrolmentShown.of(await _theirs(tx.session, id, organisation))


@router.post(
    "/enrolments/{id}/accept",
    summary="Accept the offered place for a family that phones; again changes nothing",
    responses=refusals(*THEIRS, OfferOver),
)
async def post_accept(id: UUID, organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.transaction() as tx:
        await _theirs(tx.session, id, organisation)
        await accept_offer(tx, AcceptOffer(enrolment_id=id))
        return EnrolmentShown.of(await _theirs(tx.session, id, organisation))


@router.post(
    "/enrolments/{id}/decline",
    summary="Decline the offered place for a family that phones; again changes nothing",
    responses=refusals(*THEIRS, NothingOffered),
)
async def post_decline(id: UUID, organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.transaction() as tx:
        await _theirs(tx.session, id, organisation)
        await decline_offer(tx, terms_of(request), DeclineOffer(enrolment_id=id))
        return EnrolmentShown.of(await _theirs(tx.session, id, organisation))


async def _theirs(session: AsyncSession, id: UUID, organisation: str) -> Seen:
    """The enrolment, for the staff of those who hold its session. Raises EnrolmentUnknown, NotTheirSession."""
    seen = await queries.enrolment(session, id)
    theirs(seen.session, organisation)
    return seen
