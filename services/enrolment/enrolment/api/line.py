"""The line of a session: what staff do by hand, and why everything in it is as it is."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug

from enrolment import queries
from enrolment.doors import terms_of
from enrolment.line import theirs
from enrolment.queries.line import attention, line_for, line_of
from enrolment.refusals import EnrolmentUnknown, NoTimeToAnswer, NotTheirSession, SessionBegan, SessionUnknown
from enrolment.shapes.enrolments import EnrolmentShown
from enrolment.shapes.line import ChangeShown, ExtendBody, LineShown, OfferBody, PlaceShown
from enrolment.use_cases.extend_offer import DeadlineImpossible, ExtendOffer, NothingToExtend, extend_offer
from enrolment.use_cases.offer_by_hand import NoPlaceFree, NotWaiting, OfferByHand, offer_by_hand

router = APIRouter(tags=["the line"])
NO = (EnrolmentUnknown, NotTheirSession)


@router.get(
    "/sessions/{organiser}/{session_id}/line",
    summary="All that happened in a session's line, and what its team has to look after",
    responses=refusals(*KEY, SessionUnknown, NotTheirSession),
)
async def show_line(organiser: Slug, session_id: UUID, organisation: Organisation, request: Request) -> LineShown:
    terms = terms_of(request)
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        theirs(found, organisation)
        changes = [ChangeShown.of(one, terms.timezone) for one in await line_of(session, found)]
        return LineShown.of(await attention(session, found, terms), changes)


@router.get(
    "/enrolments/{id}/line",
    summary="A family's own place in line, and why",
    responses=refusals(*KEY, *NO),
)
async def show_place(id: UUID, organisation: Organisation, request: Request) -> PlaceShown:
    zone = terms_of(request).timezone
    async with service_of(request).db.reading() as session:
        seen = await queries.enrolment(session, id)
        theirs(seen.session, organisation)
        changes = [ChangeShown.of(one, zone) for one in await line_for(session, seen.enrolment)]
        return PlaceShown.of(seen, changes)


@router.post(
    "/enrolments/{id}/offer",
    summary="Offer by hand: at once when there is a place, else the next one is theirs; again changes nothing",
    responses=refusals(*KEY, *NO, NotWaiting, NoPlaceFree, NoTimeToAnswer, SessionBegan),
)
async def post_offer(id: UUID, body: OfferBody, organisation: Organisation, request: Request) -> EnrolmentShown:
    cmd = OfferByHand(enrolment_id=id, by=organisation, reason=body.reason, said_yes=body.said_yes)
    async with service_of(request).db.transaction() as tx:
        await offer_by_hand(tx, terms_of(request), cmd)
        return EnrolmentShown.of(await queries.enrolment(tx.session, id))


@router.post(
    "/enrolments/{id}/deadline",
    summary="Give more time to answer an offer",
    responses=refusals(*KEY, *NO, NothingToExtend, DeadlineImpossible),
)
async def post_deadline(id: UUID, body: ExtendBody, organisation: Organisation, request: Request) -> EnrolmentShown:
    async with service_of(request).db.transaction() as tx:
        await extend_offer(tx, terms_of(request), ExtendOffer(enrolment_id=id, by=organisation, until=body.until))
        return EnrolmentShown.of(await queries.enrolment(tx.session, id))
