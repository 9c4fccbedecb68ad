"""Applications for a crèche place, for the teams that their commission names."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from ronde_contracts.event import Slug
from starlette.responses import JSONResponse, Response

from enrolment.doors import terms_of
from enrolment.nursery import applying
from enrolment.nursery.commissions import CommissionUnknown, NotTheirCommission, their_commission
from enrolment.queries import applications
from enrolment.refusals import PartyUnknown
from enrolment.shapes.applications import (
    ApplicationBody,
    ApplicationShown,
    BirthBody,
    NewApplicationBody,
    ProofsBody,
)
from enrolment.use_cases.apply_for_place import ApplyForPlace, AskedAlready, apply_for_place
from enrolment.use_cases.change_application import ChangeApplication, NothingToChange, change_application
from enrolment.use_cases.examine_application import (
    ExamineApplication,
    NotExaminable,
    ShowCircumstancesAgain,
    examine_application,
)
from enrolment.use_cases.renew_application import NothingToRenew, RenewApplication, renew_application
from enrolment.use_cases.tell_birth import BirthIncomplete, NoBirthToTell, TellBirth, tell_birth
from enrolment.use_cases.withdraw_application import ApplicationOver, WithdrawApplication, withdraw_application

THEIRS = (*KEY, CommissionUnknown, NotTheirCommission)
ONE = (*THEIRS, applying.ApplicationUnknown)
ASKING = (
    applying.ApplicationsClosed,
    applying.TooOld,
    applying.WishNotPossible,
    applying.NotACriterion,
    applying.NotTogether,
)
router = APIRouter(tags=["crèche places"])


@router.get("/commissions/{commission}/applications", summary="All that it was asked", responses=refusals(*THEIRS))
async def list_applications(commission: Slug, organisation: Organisation, request: Request) -> list[ApplicationShown]:
    their_commission(terms_of(request), commission, organisation)
    async with service_of(request).db.reading() as session:
        return [ApplicationShown.of(one) for one in await applications.of_commission(session, commission)]


@router.post(
    "/commissions/{commission}/applications",
    summary="Write one down for a family that phones",
    status_code=201,
    response_model=ApplicationShown,
    responses=refusals(*ONE, *ONCE, *ASKING, AskedAlready, PartyUnknown),
)
async def post_application(
    commission: Slug, body: NewApplicationBody, organisation: Organisation, attempt: Once, request: Request
) -> Response:
    cmd = ApplyForPlace(commission=commission, party_id=body.party_id, asked=body.asked, by=organisation)
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            made = await apply_for_place(tx, terms_of(request), cmd)
            return JSONResponse(ApplicationShown.of(made).model_dump(mode="json"), 201)

        return await attempt.once(tx, organisation, action)


@router.get("/applications/{id}", summary="One application", responses=refusals(*ONE))
async def show_application(id: UUID, organisation: Organisation, request: Request) -> ApplicationShown:
    async with service_of(request).db.reading() as session:
        found = await applications.application(session, id)
        their_commission(terms_of(request), found.commission, organisation)
        return ApplicationShown.of(found)


@router.put(
    "/applications/{id}", summary="Correct what it asks for", responses=refusals(*ONE, *ASKING, NothingToChange)
)
async def put_application(
    id: UUID, body: ApplicationBody, organisation: Organisation, request: Request
) -> ApplicationShown:
    cmd = ChangeApplication(id=id, asked=body.asked, by=organisation)
    async with service_of(request).db.transaction() as tx:
        return ApplicationShown.of(await change_application(tx, terms_of(request), cmd))


@router.put(
    "/applications/{id}/proofs",
    summary="Say which proofs were seen, and which class of place it is for",
    responses=refusals(*ONE, NotExaminable, applying.NotACriterion, ShowCircumstancesAgain),
)
async def put_proofs(id: UUID, body: ProofsBody, organisation: Organisation, request: Request) -> ApplicationShown:
    cmd = ExamineApplication(
        id=id, shown=[one.claim for one in body.shown], seen_by=body.seen_by, by=organisation, place=body.place,
        keep_circumstances=body.keep_circumstances,
    )  # fmt: skip
    async with service_of(request).db.transaction() as tx:
        return ApplicationShown.of(await examine_application(tx, terms_of(request), cmd))


@router.post(
    "/applications/{id}/born", summary="The child is born", responses=refusals(*ONE, NoBirthToTell, BirthIncomplete)
)
async def post_birth(id: UUID, body: BirthBody, organisation: Organisation, request: Request) -> ApplicationShown:
    cmd = TellBirth(id=id, first_name=body.first_name, born_on=body.born_on, by=organisation)
    async with service_of(request).db.transaction() as tx:
        return ApplicationShown.of(await tell_birth(tx, terms_of(request), cmd))


@router.post("/applications/{id}/renew", summary="The family still wishes", responses=refusals(*ONE, NothingToRenew))
async def post_renew(id: UUID, organisation: Organisation, request: Request) -> ApplicationShown:
    async with service_of(request).db.transaction() as tx:
        done = await renew_application(tx, terms_of(request), RenewApplication(id=id, by=organisation))
        return ApplicationShown.of(done)


@router.post(
    "/applications/{id}/withdraw", summary="The family wishes no more", responses=refusals(*ONE, ApplicationOver)
)
async def post_withdraw(id: UUID, organisation: Organisation, request: Request) -> ApplicationShown:
    async with service_of(request).db.transaction() as tx:
        done = await withdraw_application(tx, terms_of(request), WithdrawApplication(id=id, by=organisation))
        return ApplicationShown.of(done)
