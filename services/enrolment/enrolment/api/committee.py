"""A commission's run, its decision and the places offered, for the teams that it names."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug

from enrolment.doors import terms_of
from enrolment.nursery.applying import ApplicationUnknown
from enrolment.nursery.awarding import OfferUnknown
from enrolment.nursery.commissions import CommissionUnknown, NotTheirCommission, their_commission
from enrolment.nursery.committee import MoreThanThereIs, NotProposed, latest
from enrolment.queries.committee import line
from enrolment.shapes.places import DepartureBody, InRunShown, LineShown, PlaceShown, RunShown, SeedBody
from enrolment.use_cases.accept_place import AcceptPlace, PlaceOver, accept_place
from enrolment.use_cases.decide_places import DecidePlaces, decide_places
from enrolment.use_cases.decline_place import DeclinePlace, NoPlaceOffered, decline_place
from enrolment.use_cases.depart_from_proposal import DepartFromProposal, ReasonMissing, depart_from_proposal
from enrolment.use_cases.propose_places import (
    CountedByPattern,
    DecidedAlready,
    NotDrawnYet,
    NothingToPropose,
    ProposePlaces,
    propose_places,
)

THEIRS = (*KEY, CommissionUnknown, NotTheirCommission)
router = APIRouter(tags=["crèche places"])


@router.get("/commissions/{commission}/line", summary="The line of its run", responses=refusals(*THEIRS))
async def show_line(commission: Slug, organisation: Organisation, request: Request) -> LineShown:
    their_commission(terms_of(request), commission, organisation)
    async with service_of(request).db.reading() as session:
        run = await latest(session, commission)
        rows = await line(session, run) if run else []
        return LineShown(run=RunShown.of(run) if run else None, line=[InRunShown.of(one) for one in rows])


@router.post(
    "/commissions/{commission}/runs",
    summary="Compute who is proposed which place",
    status_code=201,
    responses=refusals(*THEIRS, CountedByPattern, NotDrawnYet, DecidedAlready, NothingToPropose),
)
async def post_run(commission: Slug, body: SeedBody, organisation: Organisation, request: Request) -> RunShown:
    """Nobody is told anything. Computed again with the same, it has the same result."""
    async with service_of(request).db.transaction() as tx:
        cmd = ProposePlaces(commission=commission, seed=body.seed, by=organisation)
        return RunShown.of(await propose_places(tx, terms_of(request), cmd))


@router.put(
    "/commissions/{commission}/line/{application}",
    summary="Decide otherwise than proposed, with a reason",
    status_code=204,
    responses=refusals(*THEIRS, NotProposed, ReasonMissing),
)
async def put_departure(
    commission: Slug, application: UUID, body: DepartureBody, organisation: Organisation, request: Request
) -> None:
    cmd = DepartFromProposal(
        commission=commission, application_id=application, to=body.to, reason=body.reason, by=organisation
    )
    async with service_of(request).db.transaction() as tx:
        await depart_from_proposal(tx, terms_of(request), cmd)


@router.post(
    "/commissions/{commission}/decision",
    summary="Decide: families are told, and the admitted are offered their week",
    responses=refusals(*THEIRS, NotProposed, MoreThanThereIs),
)
async def post_decision(commission: Slug, organisation: Organisation, request: Request) -> RunShown:
    async with service_of(request).db.transaction() as tx:
        cmd = DecidePlaces(commission=commission, by=organisation)
        return RunShown.of(await decide_places(tx, terms_of(request), cmd))


@router.post(
    "/place-offers/{id}/accept",
    summary="The family says yes on the telephone",
    responses=refusals(*THEIRS, OfferUnknown, ApplicationUnknown, PlaceOver),
)
async def post_accept(id: UUID, organisation: Organisation, request: Request) -> PlaceShown:
    async with service_of(request).db.transaction() as tx:
        return PlaceShown.of(await accept_place(tx, terms_of(request), AcceptPlace(offer_id=id, by=organisation)))


@router.post(
    "/place-offers/{id}/decline",
    summary="The family says no on the telephone",
    responses=refusals(*THEIRS, OfferUnknown, ApplicationUnknown, NoPlaceOffered),
)
async def post_decline(id: UUID, organisation: Organisation, request: Request) -> PlaceShown:
    async with service_of(request).db.transaction() as tx:
        return PlaceShown.of(await decline_place(tx, terms_of(request), DeclinePlace(offer_id=id, by=organisation)))
