"""A crèche's own staff, or its own software: who comes when, who works when, and whether a week fits."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from ronde.house import Creche
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment.creche.book import Child
from enrolment.creche.fitting import fits, nearest
from enrolment.creche.hours import grid
from enrolment.creche.occupation import monday_of
from enrolment.creche.picture import week
from enrolment.doors import terms_of
from enrolment.nursery import CrecheUnknown, NotInCreche, NotTheirCreche, their_creche
from enrolment.nursery.book import occupation
from enrolment.shapes.creche import (
    AbsenceBody,
    AdaptationBody,
    AskedBody,
    ContractBody,
    CrecheChildBody,
    DayShown,
    FitShown,
    ShiftBody,
    WeekShown,
)
from enrolment.use_cases.declare_absence import DeclareAbsence, declare_absence
from enrolment.use_cases.keep_adaptation import KeepAdaptation, keep_adaptation
from enrolment.use_cases.keep_contract import KeepContract, keep_contract
from enrolment.use_cases.keep_creche_child import KeepCrecheChild, keep_creche_child
from enrolment.use_cases.plan_shift import PlanShift, plan_shift
from enrolment.use_cases.take_out_of_creche import TakeOut, What, take_out

REFUSALS = refusals(*KEY, CrecheUnknown, NotTheirCreche, NotInCreche)
router = APIRouter(prefix="/creches/{creche}", tags=["crèche"])


def _own(creche: Slug, organisation: Organisation, request: Request) -> Creche:
    return their_creche(terms_of(request), creche, organisation)


Own = Annotated[Creche, Depends(_own)]
AnyDay = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


@router.put("/children/{id}", summary="Write down a child, without a surname", status_code=204, responses=REFUSALS)
async def put_child(id: UUID, body: CrecheChildBody, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await keep_creche_child(tx, creche, KeepCrecheChild(id=id, **body.model_dump()))
    return Response(status_code=204)


@router.put("/contracts/{id}", summary="Write down a child's contract", status_code=204, responses=REFUSALS)
async def put_contract(id: UUID, body: ContractBody, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await keep_contract(tx, creche, KeepContract(id=id, **body.model_dump()))
    return Response(status_code=204)


@router.put(
    "/adaptations/{id}", summary="Write down how a child gets used to it", status_code=204, responses=REFUSALS
)  # fmt: skip
async def put_adaptation(id: UUID, body: AdaptationBody, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await keep_adaptation(tx, creche, KeepAdaptation(id=id, **body.model_dump()))
    return Response(status_code=204)


@router.put("/absences/{id}", summary="Declare that a child does not come", status_code=204, responses=REFUSALS)
async def put_absence(id: UUID, body: AbsenceBody, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await declare_absence(tx, terms_of(request), creche, DeclareAbsence(id=id, **body.model_dump()))
    return Response(status_code=204)


@router.put("/shifts/{id}", summary="Plan one professional's weeks", status_code=204, responses=REFUSALS)
async def put_shift(id: UUID, body: ShiftBody, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await plan_shift(tx, creche, PlanShift(id=id, **body.model_dump()))
    return Response(status_code=204)


@router.delete(
    "/{what}/{id}", summary="Take out what does not hold any more", status_code=204, responses=REFUSALS
)  # fmt: skip
async def delete_one(what: What, id: UUID, creche: Own, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await take_out(tx, terms_of(request), creche, TakeOut(what=what, id=id))
    return Response(status_code=204)


@router.post("/fits", summary="Does this week fit, and which is the nearest that does", responses=REFUSALS)
async def post_fits(body: AskedBody, creche: Own, request: Request) -> FitShown:
    """Changes nothing. Hours on days on which the crèche is closed ask for nothing."""
    start, end, asked = body.starts_on, body.ends_on, grid(*body.week)
    async with service_of(request).db.reading() as session:
        full = await occupation(session, creche, start, end)
    child = Child(id="asked", born_on=body.born_on, walks_from=body.walks_from, place=body.place)
    no = fits(full, child, asked, start, end)
    return FitShown.of(creche, no, asked if no is None else nearest(full, child, asked, start, end))


@router.get("/occupation", summary="A week by the quarter-hour", responses=REFUSALS)
async def get_occupation(creche: Own, request: Request, day: AnyDay) -> WeekShown:
    """The week with that day: its children, team, who may still come, and the rule that binds."""
    monday = monday_of(day)
    async with service_of(request).db.reading() as session:
        full = await occupation(session, creche, monday, monday)
    used, most = full.week(0)
    return WeekShown(quarter_hours=used, at_most=most, days=[DayShown.of(one) for one in week(full, monday)])
