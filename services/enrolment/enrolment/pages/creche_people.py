"""A crèche's children and team, as its staff write them down: contracts, adaptations, absences, shifts."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.house import Creche
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from enrolment import creche_forms as forms
from enrolment.doors import terms_of
from enrolment.forms import Wrong
from enrolment.nursery import NotInCreche, their_creche
from enrolment.pages.common import SHOWN, private, spoken, typed_in
from enrolment.queries import creche_people as people
from enrolment.queries.creche_people import Known
from enrolment.tables import CrecheContract, CrecheShift
from enrolment.use_cases.declare_absence import DeclareAbsence, declare_absence
from enrolment.use_cases.keep_adaptation import KeepAdaptation, keep_adaptation
from enrolment.use_cases.keep_contract import KeepContract, keep_contract
from enrolment.use_cases.keep_creche_child import KeepCrecheChild, keep_creche_child
from enrolment.use_cases.plan_shift import PlanShift, plan_shift
from enrolment.use_cases.take_out_of_creche import TakeOut, What, take_out

router = APIRouter(prefix="/creches/{id}")
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
Typed = Mapping[str, str]
NOTHING: Typed = {}


@router.api_route("/people", methods=SHOWN)
async def show_people(id: Slug, staff: Staff, request: Request) -> Response:
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    async with service_of(request).db.reading() as session:
        children = await people.children(session, creche)
        shifts = await people.shifts(session, creche, _today(request))
    return private(
        render(
            request,
            "creche-people.html",
            creche=creche,
            children=children,
            shifts=shifts,
            spoken=spoken(request, terms_of(request)),
        )
    )


@router.api_route("/children/{child}", methods=SHOWN)
async def show_child(id: Slug, child: UUID, staff: Staff, request: Request) -> Response:
    """An id that nobody has yet is a new child's: said twice is said once."""
    creche = their_creche(terms_of(request), id, staff)
    known = await _known(request, creche, child)
    row = known.child if known else None
    typed = {} if row is None else {
        "first_name": row.first_name, "born_on": f"{row.born_on}", "walks_from": f"{row.walks_from or ''}",
        "insertion": "yes" if row.place == "insertion" else "",
    }  # fmt: skip
    return _page(request, "creche-child.html", creche, typed, child=child, known=known)


@router.post("/children/{child}")
async def post_child(id: Slug, child: UUID, staff: Staff, request: Request) -> Response:
    creche, typed = their_creche(terms_of(request), id, staff), await typed_in(request)
    try:
        body = forms.child(typed, language(request))
    except Wrong as wrong:
        known = await _known(request, creche, child)
        return _page(request, "creche-child.html", creche, typed, wrong.errors, child=child, known=known)
    async with service_of(request).db.transaction() as tx:
        await keep_creche_child(tx, creche, KeepCrecheChild(id=child, **body.model_dump()))
    return _to(creche, f"/children/{child}")


@router.api_route("/children/{child}/contracts/{contract}", methods=SHOWN)
async def show_contract(id: Slug, child: UUID, contract: UUID, staff: Staff, request: Request) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    known = await _must_know(request, creche, child)
    row = next((one for one in known.contracts if one.id == contract), None)
    return _page(request, "creche-grid.html", creche, _weekly(row), known=known, row=row)


@router.post("/children/{child}/contracts/{contract}")
async def post_contract(id: Slug, child: UUID, contract: UUID, staff: Staff, request: Request) -> Response:
    creche, typed = their_creche(terms_of(request), id, staff), await typed_in(request)
    try:
        body = forms.contract(typed, str(child), language(request))
    except Wrong as wrong:
        known = await _must_know(request, creche, child)
        return _page(request, "creche-grid.html", creche, typed, wrong.errors, known=known, row=None)
    async with service_of(request).db.transaction() as tx:
        await keep_contract(tx, creche, KeepContract(id=contract, **body.model_dump()))
    return _to(creche, f"/children/{child}")


@router.api_route("/children/{child}/adaptations/{adaptation}", methods=SHOWN)
async def show_adaptation(id: Slug, child: UUID, adaptation: UUID, staff: Staff, request: Request) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    known = await _must_know(request, creche, child)
    row = next((one for one in known.adaptations if one.id == adaptation), None)
    typed = {} if row is None else {
        "starts_on": f"{row.starts_on}", "ends_on": f"{row.ends_on}", **forms.as_typed([], row.days)
    }  # fmt: skip
    return _page(request, "creche-adaptation.html", creche, typed, known=known, row=row)


@router.post("/children/{child}/adaptations/{adaptation}")
async def post_adaptation(id: Slug, child: UUID, adaptation: UUID, staff: Staff, request: Request) -> Response:
    creche, typed = their_creche(terms_of(request), id, staff), await typed_in(request)
    try:
        body = forms.adaptation(typed, str(child), language(request))
    except Wrong as wrong:
        known = await _must_know(request, creche, child)
        return _page(request, "creche-adaptation.html", creche, typed, wrong.errors, known=known, row=None)
    async with service_of(request).db.transaction() as tx:
        await keep_adaptation(tx, creche, KeepAdaptation(id=adaptation, **body.model_dump()))
    return _to(creche, f"/children/{child}")


@router.api_route("/children/{child}/absence", methods=SHOWN)
async def show_absence(id: Slug, child: UUID, staff: Staff, request: Request, day: Day = None) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    known, when = await _must_know(request, creche, child), f"{day or _today(request)}"
    return _page(request, "creche-absence.html", creche, {"starts_on": when, "ends_on": when}, known=known)


@router.post("/children/{child}/absence")
async def post_absence(id: Slug, child: UUID, staff: Staff, request: Request) -> Response:
    """Under the id that the form was given: a double click declares it once."""
    creche, typed = their_creche(terms_of(request), id, staff), await typed_in(request)
    try:
        body = forms.absence(typed, str(child), language(request))
        cmd = DeclareAbsence(id=_key(typed), **body.model_dump())
    except Wrong as wrong:
        known = await _must_know(request, creche, child)
        return _page(request, "creche-absence.html", creche, typed, wrong.errors, known=known)
    async with service_of(request).db.transaction() as tx:
        await declare_absence(tx, terms_of(request), creche, cmd)
    return _to(creche, f"/today?day={body.starts_on}")


@router.api_route("/shifts/{shift}", methods=SHOWN)
async def show_shift(id: Slug, shift: UUID, staff: Staff, request: Request) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    async with service_of(request).db.reading() as session:
        row = await people.one_shift(session, creche, shift)
    return _page(request, "creche-grid.html", creche, _weekly(row), known=None, row=row)


@router.post("/shifts/{shift}")
async def post_shift(id: Slug, shift: UUID, staff: Staff, request: Request) -> Response:
    creche, typed = their_creche(terms_of(request), id, staff), await typed_in(request)
    try:
        body = forms.shift(typed, language(request))
    except Wrong as wrong:
        return _page(request, "creche-grid.html", creche, typed, wrong.errors, known=None, row=None)
    async with service_of(request).db.transaction() as tx:
        await plan_shift(tx, creche, PlanShift(id=shift, **body.model_dump()))
    return _to(creche, "/people")


@router.api_route("/remove/{what}/{_row}", methods=SHOWN)
async def show_remove(id: Slug, what: What, _row: UUID, staff: Staff, request: Request) -> Response:
    """Asks once."""
    creche = their_creche(terms_of(request), id, staff)
    return private(render(request, "creche-remove.html", creche=creche, what=what))


@router.post("/remove/{what}/{row}")
async def post_remove(id: Slug, what: What, row: UUID, staff: Staff, request: Request) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    async with service_of(request).db.transaction() as tx:
        await take_out(tx, terms_of(request), creche, TakeOut(what=what, id=row))
    return _to(creche, "/today" if what == "absences" else "/people")


async def _known(request: Request, creche: Creche, child: UUID) -> Known | None:
    async with service_of(request).db.reading() as session:
        return await people.one_child(session, creche, child, _today(request))


async def _must_know(request: Request, creche: Creche, child: UUID) -> Known:
    """Raises NotInCreche."""
    known = await _known(request, creche, child)
    if known is None:
        raise NotInCreche
    return known


def _weekly(row: CrecheContract | CrecheShift | None) -> dict[str, str]:
    if row is None:
        return {}
    first = {"first_category": "yes"} if isinstance(row, CrecheShift) and row.first_category else {}
    lasting = {"starts_on": f"{row.starts_on}", "ends_on": f"{row.ends_on or ''}"}
    return {**lasting, **first, **forms.as_typed(row.week, row.exceptions)}


def _key(typed: Typed) -> UUID:
    """Raises NotInCreche when the form has lost its key."""
    try:
        return UUID(typed.get("idempotency_key", ""))
    except ValueError:
        raise NotInCreche from None


def _today(request: Request) -> date:
    return now().astimezone(terms_of(request).timezone).date()


def _to(creche: Creche, where: str) -> Response:
    return private(RedirectResponse(f"/creches/{creche.id}{where}", 303))


def _page(
    request: Request, template: str, creche: Creche, typed: Typed, errors: Typed = NOTHING, **more: Any
) -> Response:
    status = 422 if errors else 200
    values = {"creche": creche, "typed": typed, "errors": errors, "spoken": spoken(request, terms_of(request)), **more}
    return private(render(request, template, status=status, **values))
