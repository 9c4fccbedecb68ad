"""A family's own page, open for one visit: enrolments, children, how they are reached, all that is held of them."""

from datetime import date
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import dates, render
from ronde.web.language import language
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from enrolment import forms, queries
from enrolment.creche.words import spoken
from enrolment.doors import asker, entry_of, terms_of
from enrolment.pages import own
from enrolment.pages.common import SHOWN, private
from enrolment.pages.visit import Visiting, VisitOver, family_page, visiting
from enrolment.queries import people
from enrolment.queries.care import care_of_family
from enrolment.queries.exports import holding
from enrolment.shapes.exports import FamilyExport
from enrolment.use_cases.add_child import AddChild, add_child
from enrolment.use_cases.change_contact import ChangeContact, change_contact
from enrolment.use_cases.forget_me import ForgetMe, forget_me
from enrolment.use_cases.remove_child import RemoveChild, remove_child

router = APIRouter(prefix="/f/{token}")


@router.api_route("", methods=SHOWN)
async def show_family(token: str, request: Request) -> Response:
    return await _page(request, token)


@router.api_route("/e/{id}", methods=SHOWN)
async def show_enrolment(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await own.show(request, _own(token, id, visitor))


@router.api_route("/e/{id}/withdraw", methods=SHOWN)
async def ask_withdraw(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await own.ask(request, _own(token, id, visitor), "withdraw")


@router.api_route("/e/{id}/decline", methods=SHOWN)
async def ask_decline(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await own.ask(request, _own(token, id, visitor), "decline")


@router.post("/e/{id}/{action}")
async def post_action(token: str, id: UUID, action: own.Action, visitor: Visiting, request: Request) -> Response:
    return await own.act(request, _own(token, id, visitor), action)


@router.post("/contact")
async def post_contact(token: str, visitor: Visiting, request: Request) -> Response:
    """The new address counts when the code comes back from there."""
    typed = await _typed(request)
    try:
        to = forms.address(typed.get("where", ""), language(request))
        async with service_of(request).db.transaction() as tx:
            cmd = ChangeContact(guardian_id=visitor.guardian_id, to=to, asked_by=asker(request))
            code = await change_contact(tx, entry_of(request), cmd)
    except forms.Wrong as wrong:
        return await _page(request, token, typed, wrong.errors)
    except Refused as refusal:
        return await _page(request, token, typed, refusal=refusal)
    return private(RedirectResponse(f"/enter/{code.id}?by={code.channel}&to=", 303))


@router.post("/children")
async def post_child(token: str, visitor: Visiting, request: Request) -> Response:
    typed = await _typed(request)
    try:
        new = forms.child(typed, language(request)).new
        async with service_of(request).db.transaction() as tx:
            await add_child(tx, AddChild(party_id=visitor.party_id, child=new))
    except forms.Wrong as wrong:
        return await _page(request, token, typed, wrong.errors)
    except Refused as refusal:
        return await _page(request, token, typed, refusal=refusal)
    return private(RedirectResponse(f"/f/{token}", 303))


@router.post("/children/{id}/remove")
async def post_remove_child(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    try:
        async with service_of(request).db.transaction() as tx:
            await remove_child(tx, RemoveChild(party_id=visitor.party_id, child_id=id))
    except Refused as refusal:
        return await _page(request, token, refusal=refusal)
    return private(RedirectResponse(f"/f/{token}", 303))


@router.api_route("/export", methods=SHOWN)
async def show_export(token: str, request: Request) -> Response:
    """All that is held about them, to read or to print; the same as JSON is one link away."""
    async with service_of(request).db.reading() as session:
        held = await holding(session, token)
        if held is None:
            raise VisitOver
        shown = FamilyExport.of(held, terms_of(request).timezone)
    return private(render(request, "export.html", token=token, held=shown, born=partial(_born, request)))


@router.api_route("/erase", methods=SHOWN)
async def ask_erase(token: str, request: Request) -> Response:
    async with service_of(request).db.reading() as session:
        seen = await people.family(session, token)
    if seen is None:
        raise VisitOver
    return private(render(request, "erase.html", token=token, alone=not any(one.told for one in seen.others)))


@router.post("/erase")
async def post_erase(visitor: Visiting, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        forgotten = await forget_me(tx, terms_of(request), ForgetMe(guardian_id=visitor.guardian_id))
    return private(render(request, "erased.html", forgotten=forgotten))


async def _page(
    request: Request,
    token: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> Response:
    """With the family's occasional care. Raises VisitOver."""
    visitor = await visiting(token, request)
    async with service_of(request).db.reading() as session:
        care = await care_of_family(session, terms_of(request), visitor.party_id)
    return await family_page(request, "family.html", token, typed, errors, refusal, care=care, spoken=spoken)


def _own(token: str, id: UUID, visitor: queries.Visitor) -> own.Own:
    async def find(session: AsyncSession) -> queries.Seen | None:
        seen = await queries.enrolment(session, id)
        return seen if seen.enrolment.party_id == visitor.party_id else None

    return own.Own(path=f"/f/{token}/e/{id}", find=find, back=f"/f/{token}")


def _born(request: Request, day: str) -> str:
    """As people say it; the month in figures when no more is known."""
    if len(day) == len("2024-03"):
        return f"{day[5:]}/{day[:4]}"
    return dates.day(date.fromisoformat(day), language(request), service_of(request).house.timezone)


async def _typed(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}
