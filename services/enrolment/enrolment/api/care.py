"""Occasional care, for a crèche's own staff or its software: who wishes, which hours are offered, who comes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from ronde.clock import now
from ronde.house import Creche
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment.doors import terms_of
from enrolment.nursery import CrecheUnknown, NotInCreche, NotTheirCreche, their_creche
from enrolment.queries.care import offers_of, one_care, wishes_of
from enrolment.refusals import PartyUnknown
from enrolment.shapes.care import CareShown, GapBody, LeaveBody, OccasionalShown, WishBody, WishShown
from enrolment.use_cases.accept_care import AcceptCare, CareOver, CareTaken, accept_care
from enrolment.use_cases.decline_care import DeclineCare, NoCareOffered, decline_care
from enrolment.use_cases.end_wish import EndWish, end_wish
from enrolment.use_cases.keep_wish import KeepWish, WishesAlready, keep_wish
from enrolment.use_cases.leave_care import CareBegan, LeaveCare, NothingHeld, leave_care
from enrolment.use_cases.offer_gap import OfferGap, offer_gap

NO = (*KEY, CrecheUnknown, NotTheirCreche, NotInCreche)
REFUSALS = refusals(*NO)
router = APIRouter(prefix="/creches/{creche}", tags=["occasional care"])


def _own(creche: Slug, organisation: Organisation, request: Request) -> Creche:
    return their_creche(terms_of(request), creche, organisation)


Own = Annotated[Creche, Depends(_own)]


@router.get("/care", summary="Who wishes for occasional care, and what is offered", responses=REFUSALS)
async def get_care(creche: Own, request: Request) -> OccasionalShown:
    terms = terms_of(request)
    async with service_of(request).db.reading() as session:
        wishes = [WishShown.of(wish) for wish, _ in await wishes_of(session, creche)]
        offers = await offers_of(session, terms, creche, now().astimezone(terms.timezone).date())
    return OccasionalShown(wishes=wishes, offers=[CareShown.of(one) for one in offers])


@router.put(
    "/wishes/{id}", summary="Register a family for occasional care", status_code=204,
    responses=refusals(*NO, PartyUnknown, WishesAlready),
)  # fmt: skip
async def put_wish(id: UUID, body: WishBody, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await keep_wish(tx, terms_of(request), creche, KeepWish(id=id, **body.model_dump()))
    return Response(status_code=204)


@router.delete("/wishes/{id}", summary="They wish no more", status_code=204, responses=REFUSALS)
async def delete_wish(id: UUID, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await end_wish(tx, terms_of(request), creche, EndWish(id=id))
    return Response(status_code=204)


@router.put("/gaps/{id}", summary="Offer these hours of a day", status_code=204, responses=REFUSALS)
async def put_gap(id: UUID, body: GapBody, creche: Own, request: Request) -> Response:
    """In turn, while the rules of capacity are kept. An absence needs none: it frees its hours."""
    async with service_of(request).db.transaction() as tx:
        await offer_gap(tx, terms_of(request), creche, OfferGap(id=id, day=body.day, hours=body.hours))
    return Response(status_code=204)


@router.delete("/gaps/{id}", summary="Offer them no more", status_code=204, responses=REFUSALS)
async def delete_gap(id: UUID, creche: Own, request: Request) -> Response:
    """What is booked stays while the rules are kept."""
    async with service_of(request).db.transaction() as tx:
        await offer_gap(tx, terms_of(request), creche, OfferGap(id=id, hours=""))
    return Response(status_code=204)


@router.post("/care/{id}/accept", summary="Yes, by telephone", responses=refusals(*NO, CareOver, CareTaken))
async def post_accept(id: UUID, creche: Own, request: Request) -> CareShown:
    async with service_of(request).db.transaction() as tx:
        await accept_care(tx, terms_of(request), AcceptCare(offer_id=id, by=creche.organisation))
        return CareShown.of(await one_care(tx.session, terms_of(request), id))


@router.post("/care/{id}/decline", summary="No, by telephone", responses=refusals(*NO, NoCareOffered))
async def post_decline(id: UUID, creche: Own, request: Request) -> CareShown:
    async with service_of(request).db.transaction() as tx:
        await decline_care(tx, terms_of(request), DeclineCare(offer_id=id, by=creche.organisation))
        return CareShown.of(await one_care(tx.session, terms_of(request), id))


@router.post(
    "/care/{id}/withdraw", summary="They do not come, or the crèche cannot take them",
    responses=refusals(*NO, NothingHeld, CareBegan),
)  # fmt: skip
async def post_withdraw(id: UUID, body: LeaveBody, creche: Own, request: Request) -> CareShown:
    async with service_of(request).db.transaction() as tx:
        await leave_care(tx, terms_of(request), LeaveCare(offer_id=id, why=body.why, by=creche.organisation))
        return CareShown.of(await one_care(tx.session, terms_of(request), id))
