"""Enrol, and all that a family may then do, for a family that phones."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from ronde_contracts.event import Slug
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
from enrolment.placing import AlreadyEnrolled
from enrolment.queries import Seen
from enrolment.refusals import EnrolmentUnknown, NotTheirSession, PartyUnknown, SessionBegan, SessionUnknown
from enrolment.shapes.enrolments import EnrolmentBody, EnrolmentShown
from enrolment.use_cases.accept_offer import AcceptOffer, OfferOver, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, NothingOffered, decline_offer
from enrolment.use_cases.enrol import Enrol, enrol
from enrolment.use_cases.withdraw import NothingToWithdraw, Withdraw, withdraw

router = APIRouter(tags=["enrolment"])
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


@router.get("/enrolments/{id}", summary="One enrolment", responses=refusals(*KEY, EnrolmentUnknown))
async def show_enrolment(id: UUID, _organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.reading() as session:
        return EnrolmentShown.of(await queries.enrolment(session, id))


@router.post(
    "/enrolments/{id}/withdraw",
    summary="Withdraw for a family that phones; again changes nothing",
    responses=refusals(*KEY, EnrolmentUnknown, NothingToWithdraw, SessionBegan),
)
async def post_withdraw(id: UUID, _organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.transaction() as tx:
        await withdraw(tx, terms_of(request), Withdraw(enrolment_id=id))
        return EnrolmentShown.of(await queries.enrolment(tx.session, id))


@router.post(
    "/enrolments/{id}/accept",
    summary="Accept the offered place for a family that phones; again changes nothing",
    responses=refusals(*KEY, EnrolmentUnknown, OfferOver),
)
async def post_accept(id: UUID, _organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.transaction() as tx:
        await accept_offer(tx, AcceptOffer(enrolment_id=id))
        return EnrolmentShown.of(await queries.enrolment(tx.session, id))


@router.post(
    "/enrolments/{id}/decline",
    summary="Decline the offered place for a family that phones; again changes nothing",
    responses=refusals(*KEY, EnrolmentUnknown, NothingOffered),
)
async def post_decline(id: UUID, _organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.transaction() as tx:
        await decline_offer(tx, terms_of(request), DeclineOffer(enrolment_id=id))
        return EnrolmentShown.of(await queries.enrolment(tx.session, id))
