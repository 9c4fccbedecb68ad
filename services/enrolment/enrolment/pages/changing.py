"""A family's file changed by staff, as it is said on the telephone: who speaks for it, their addresses, children."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from starlette.responses import RedirectResponse, Response

from enrolment import forms
from enrolment.doors import asker, entry_of
from enrolment.pages.common import SHOWN, private
from enrolment.queries import people
from enrolment.refusals import GuardianUnknown
from enrolment.use_cases.add_child import AddChild, add_child
from enrolment.use_cases.add_guardian import AddGuardian, add_guardian
from enrolment.use_cases.change_guardian import change_guardian
from enrolment.use_cases.remove_child import RemoveChild, remove_child
from enrolment.use_cases.remove_guardian import RemoveGuardian, remove_guardian

router = APIRouter(prefix="/families/{id}")
Typed = dict[str, str]


@router.api_route("/change", methods=SHOWN)
async def show_change(id: UUID, _staff: Staff, request: Request) -> Response:
    return await _change(request, id)


@router.post("/children")
async def post_child(id: UUID, _staff: Staff, request: Request) -> Response:
    typed = await _typed(request)
    try:
        new = forms.child(typed, language(request)).new
        async with service_of(request).db.transaction() as tx:
            await add_child(tx, AddChild(party_id=id, child=new))
    except forms.Wrong as wrong:
        return await _change(request, id, typed, wrong.errors)
    except Refused as refusal:
        return await _change(request, id, typed, refusal=refusal)
    return _back(id)


@router.post("/children/{child_id}/remove")
async def post_remove_child(id: UUID, child_id: UUID, _staff: Staff, request: Request) -> Response:
    try:
        async with service_of(request).db.transaction() as tx:
            await remove_child(tx, RemoveChild(party_id=id, child_id=child_id))
    except Refused as refusal:
        return await _change(request, id, refusal=refusal)
    return _back(id)


@router.api_route("/guardians/new", methods=SHOWN)
async def show_new_guardian(id: UUID, _staff: Staff, request: Request) -> Response:
    return await _guardian(request, id, None)


@router.post("/guardians/new")
async def post_guardian(id: UUID, staff: Staff, request: Request) -> Response:
    typed = await _typed(request)
    try:
        new = forms.on_file(typed, language(request)).new(staff)
        async with service_of(request).db.transaction() as tx:
            cmd = AddGuardian(party_id=id, guardian=new, asked_by=asker(request))
            await add_guardian(tx, entry_of(request), cmd)
    except forms.Wrong as wrong:
        return await _guardian(request, id, None, typed, wrong.errors)
    except Refused as refusal:
        return await _guardian(request, id, None, typed, refusal=refusal)
    return _back(id)


@router.api_route("/guardians/{guardian_id}", methods=SHOWN)
async def show_guardian(id: UUID, guardian_id: UUID, _staff: Staff, request: Request) -> Response:
    return await _guardian(request, id, guardian_id)


@router.post("/guardians/{guardian_id}")
async def post_change(id: UUID, guardian_id: UUID, staff: Staff, request: Request) -> Response:
    typed = await _typed(request)
    try:
        cmd = forms.on_file(typed, language(request)).change(guardian_id, staff)
        async with service_of(request).db.transaction() as tx:
            await change_guardian(tx, cmd)
    except forms.Wrong as wrong:
        return await _guardian(request, id, guardian_id, typed, wrong.errors)
    except Refused as refusal:
        return await _guardian(request, id, guardian_id, typed, refusal=refusal)
    return _back(id)


@router.post("/guardians/{guardian_id}/remove")
async def post_remove_guardian(id: UUID, guardian_id: UUID, _staff: Staff, request: Request) -> Response:
    try:
        async with service_of(request).db.transaction() as tx:
            await remove_guardian(tx, RemoveGuardian(guardian_id=guardian_id))
    except Refused as refusal:
        return await _guardian(request, id, guardian_id, refusal=refusal)
    return _back(id)


def _back(id: UUID) -> Response:
    return private(RedirectResponse(f"/families/{id}/change", 303))


async def _change(
    request: Request, id: UUID, typed: Typed | None = None, errors: Typed | None = None, refusal: Refused | None = None
) -> Response:
    async with service_of(request).db.reading() as session:
        party = await people.one_party(session, id)
    given = {"party": party, "typed": typed or {}, "errors": errors or {}, "refusal": refusal}
    return private(render(request, "change.html", status=_status(errors, refusal), **given))


async def _guardian(
    request: Request,
    id: UUID,
    guardian_id: UUID | None,
    typed: Typed | None = None,
    errors: Typed | None = None,
    refusal: Refused | None = None,
) -> Response:
    async with service_of(request).db.reading() as session:
        party = await people.one_party(session, id)
    one = next((one for one in party.guardians if one.id == guardian_id), None)
    if one is None and guardian_id is not None:
        raise GuardianUnknown
    given = {"party": party, "one": one, "typed": typed, "errors": errors or {}, "refusal": refusal}
    return private(render(request, "guardian.html", status=_status(errors, refusal), **given))


def _status(errors: Typed | None, refusal: Refused | None) -> int:
    return refusal.status if refusal else 422 if errors else 200


async def _typed(request: Request) -> Typed:
    return {name: str(value) for name, value in (await request.form()).items()}
