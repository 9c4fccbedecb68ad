"""Asking for a crèche place, and following what was asked: for families, by a code or by the link of a message."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from ronde.web.language import language
from ronde.web.signin import signed_in
from ronde_contracts.event import Slug
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from enrolment import place_forms
from enrolment.doors import terms_of
from enrolment.forms import Wrong
from enrolment.nursery.commissions import commission, open_now, today
from enrolment.pages import application
from enrolment.pages.application import Action, OwnApplication
from enrolment.pages.common import SHOWN, Token, private
from enrolment.pages.visit import Visiting
from enrolment.queries import Visitor, applications
from enrolment.queries.applications import Followed
from enrolment.use_cases.apply_for_place import ApplyForPlace, AskedAlready, apply_for_place

router = APIRouter()


@router.api_route("/places", methods=SHOWN)
async def show_places(request: Request, f: Token = None) -> Response:
    """How one asks for a place, and until when."""
    terms, staff = terms_of(request), signed_in(request)
    shown = [one for one in terms.commissions if one.closes >= today(terms) or staff in one.applications.teams]
    past = [one for one in reversed(terms.commissions) if one not in shown]
    return render(request, "places.html", token=f, shown=shown, past=past, open=open_now(terms), today=today(terms))


@router.api_route("/f/{token}/places", methods=SHOWN)
async def show_applications(token: str, visitor: Visiting, request: Request) -> Response:
    async with service_of(request).db.reading() as session:
        found = await applications.of_family(session, visitor.party_id)
    terms = terms_of(request)
    return private(render(request, "applications.html", token=token, found=found, open=open_now(terms)))


@router.api_route("/f/{token}/places/{id}/new", methods=SHOWN)
async def show_form(token: str, id: Slug, visitor: Visiting, request: Request) -> Response:
    return await _form(request, token, id, visitor, {}, {}, None)


@router.post("/f/{token}/places/{id}/new")
async def post_form(token: str, id: Slug, visitor: Visiting, request: Request) -> Response:
    typed = {name: str(value) for name, value in (await request.form()).items()}
    terms = terms_of(request)
    try:
        asked = place_forms.asked(typed, language(request), commission(terms, id))
        async with service_of(request).db.transaction() as tx:
            cmd = ApplyForPlace(commission=id, party_id=visitor.party_id, asked=asked)
            made = await apply_for_place(tx, terms, cmd)
    except Wrong as wrong:
        return await _form(request, token, id, visitor, typed, wrong.errors, None)
    except AskedAlready as refusal:  # pressed twice: what was kept is shown, with the words
        return await application.show(request, _visited(token, UUID(refusal.extra["application"]), visitor), refusal)
    except Refused as refusal:
        return await _form(request, token, id, visitor, typed, {}, refusal)
    return private(RedirectResponse(f"/f/{token}/a/{made.id}", 303))


@router.api_route("/f/{token}/a/{id}", methods=SHOWN)
async def show_visited(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await application.show(request, _visited(token, id, visitor))


@router.api_route("/f/{token}/a/{id}/withdraw", methods=SHOWN)
async def ask_visited(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await application.ask(request, _visited(token, id, visitor), "withdraw")


@router.api_route("/f/{token}/a/{id}/decline", methods=SHOWN)
async def ask_decline_visited(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await application.ask(request, _visited(token, id, visitor), "decline")


@router.api_route("/f/{token}/a/{id}/change", methods=[*SHOWN, "POST"])
async def change_visited(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await application.change(request, _visited(token, id, visitor))


@router.post("/f/{token}/a/{id}/born")
async def post_birth_visited(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await application.note_birth(request, _visited(token, id, visitor))


@router.post("/f/{token}/a/{id}/{action}")
async def act_visited(token: str, id: UUID, action: Action, visitor: Visiting, request: Request) -> Response:
    return await application.act(request, _visited(token, id, visitor), action)


@router.api_route("/d/{token}", methods=SHOWN)
async def show_linked(token: str, request: Request) -> Response:
    return await application.show(request, _linked(token))


@router.api_route("/d/{token}/withdraw", methods=SHOWN)
async def ask_linked(token: str, request: Request) -> Response:
    return await application.ask(request, _linked(token), "withdraw")


@router.api_route("/d/{token}/decline", methods=SHOWN)
async def ask_decline_linked(token: str, request: Request) -> Response:
    return await application.ask(request, _linked(token), "decline")


@router.api_route("/d/{token}/change", methods=[*SHOWN, "POST"])
async def change_linked(token: str, request: Request) -> Response:
    return await application.change(request, _linked(token))


@router.post("/d/{token}/born")
async def post_birth_linked(token: str, request: Request) -> Response:
    return await application.note_birth(request, _linked(token))


@router.post("/d/{token}/{action}")
async def act_linked(token: str, action: Action, request: Request) -> Response:
    return await application.act(request, _linked(token), action)


def _linked(token: str) -> OwnApplication:
    return OwnApplication(path=f"/d/{token}", find=lambda session: applications.by_link(session, token))


def _visited(token: str, id: UUID, visitor: Visitor) -> OwnApplication:
    async def find(session: AsyncSession) -> Followed | None:
        found = await applications.application(session, id)
        return Followed(application=found) if found.party_id == visitor.party_id else None

    return OwnApplication(path=f"/f/{token}/a/{id}", find=find, back=f"/f/{token}/places")


async def _form(
    request: Request,
    token: str,
    id: str,
    visitor: Visitor,
    typed: dict[str, str],
    errors: dict[str, str],
    refusal: Refused | None,
) -> Response:
    criteria = commission(terms_of(request), id)
    async with service_of(request).db.reading() as session:
        others = await applications.of_family(session, visitor.party_id)
    action, back = f"/f/{token}/places/{id}/new", f"/f/{token}/places"
    return application.form(request, action, back, criteria, list(others), typed, errors, refusal)
