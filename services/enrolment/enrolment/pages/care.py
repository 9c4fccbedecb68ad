"""Hours of occasional care that a family is offered or has booked: GET shows, POST acts.

They have two addresses: the link in the message about them, and the family's page while a visit lasts. On that page the
family leaves the list, too.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from enrolment.doors import terms_of
from enrolment.pages.common import SHOWN, private
from enrolment.pages.visit import Visiting
from enrolment.queries import Visitor
from enrolment.queries.care import CareSeen, WishSeen, care_by_link, care_of_family, care_of_their_own
from enrolment.use_cases.accept_care import AcceptCare, accept_care
from enrolment.use_cases.decline_care import DeclineCare, decline_care
from enrolment.use_cases.end_wish import EndWish, end_wish
from enrolment.use_cases.leave_care import LeaveCare, leave_care

router = APIRouter()
Action = Literal["accept", "decline", "withdraw"]


@dataclass(frozen=True, kw_only=True)
class OwnCare:
    """One of the two addresses: its path, how the hours are found there, and the way back to the family's page."""

    path: str
    find: Callable[[AsyncSession], Awaitable[CareSeen | None]]
    back: str | None = None


@router.api_route("/o/{token}", methods=SHOWN)
async def show_linked(token: str, request: Request) -> Response:
    return await _show(request, _linked(request, token))


@router.api_route("/o/{token}/withdraw", methods=SHOWN)
async def ask_linked(token: str, request: Request) -> Response:
    return await _ask(request, _linked(request, token))


@router.post("/o/{token}/{action}")
async def post_linked(token: str, action: Action, request: Request) -> Response:
    return await _act(request, _linked(request, token), action)


@router.api_route("/f/{token}/o/{id}", methods=SHOWN)
async def show_visited(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await _show(request, _visited(request, token, id, visitor))


@router.api_route("/f/{token}/o/{id}/withdraw", methods=SHOWN)
async def ask_visited(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    return await _ask(request, _visited(request, token, id, visitor))


@router.post("/f/{token}/o/{id}/{action}")
async def post_visited(token: str, id: UUID, action: Action, visitor: Visiting, request: Request) -> Response:
    return await _act(request, _visited(request, token, id, visitor), action)


@router.api_route("/f/{token}/wishes/{id}/end", methods=SHOWN)
async def ask_end_wish(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    wish = await _wish(request, id, visitor)
    if wish is None:
        return private(RedirectResponse(f"/f/{token}", 303))
    return private(render(request, "care-leave.html", token=token, one=wish))


@router.post("/f/{token}/wishes/{id}/end")
async def post_end_wish(token: str, id: UUID, visitor: Visiting, request: Request) -> Response:
    """Also pressed twice."""
    terms, found = terms_of(request), await _wish(request, id, visitor)
    creche = terms.creche(found.wish.creche) if found else None
    if creche is not None:
        async with service_of(request).db.transaction() as tx:
            await end_wish(tx, terms, creche, EndWish(id=id, party_id=visitor.party_id))
    return private(RedirectResponse(f"/f/{token}", 303))


def _linked(request: Request, token: str) -> OwnCare:
    return OwnCare(path=f"/o/{token}", find=lambda session: care_by_link(session, terms_of(request), token))


def _visited(request: Request, token: str, id: UUID, visitor: Visitor) -> OwnCare:
    return OwnCare(
        path=f"/f/{token}/o/{id}",
        find=lambda session: care_of_their_own(session, terms_of(request), visitor.party_id, id),
        back=f"/f/{token}",
    )


async def _wish(request: Request, id: UUID, visitor: Visitor) -> WishSeen | None:
    """None when they are not on that list."""
    async with service_of(request).db.reading() as session:
        care = await care_of_family(session, terms_of(request), visitor.party_id)
    return next((one for one in care.wishes if one.wish.id == id), None)


async def _find(request: Request, own: OwnCare) -> CareSeen | None:
    async with service_of(request).db.reading() as session:
        return await own.find(session)


async def _show(request: Request, own: OwnCare, refusal: Refused | None = None) -> Response:
    """404 for a link that nobody was given, 410 for one that is over. A refusal is told with how things stand.

    To who was second, how things stand is said kindly and is no error.
    """
    seen = await _find(request, own)
    if seen is None or seen.ended:
        return private(render(request, "no-link.html", status=410 if seen else 404, ended=seen is not None))
    if seen.offer.why == "taken":
        refusal = None
    status = refusal.status if refusal else 200
    return private(render(request, "care.html", status=status, seen=seen, own=own, refusal=refusal))


async def _ask(request: Request, own: OwnCare) -> Response:
    """What cannot be undone asks once."""
    seen = await _find(request, own)
    if seen is None or seen.ended or seen.offer.state != "booked" or seen.began:
        return await _show(request, own)
    return private(render(request, "care-ask.html", seen=seen, own=own))


async def _act(request: Request, own: OwnCare, action: Action) -> Response:
    """Do it and show what came of it."""
    seen = await _find(request, own)
    if seen is None or seen.ended:
        return await _show(request, own)
    terms, id = terms_of(request), seen.offer.id
    try:
        async with service_of(request).db.transaction() as tx:
            if action == "accept":
                await accept_care(tx, terms, AcceptCare(offer_id=id))
            elif action == "decline":
                await decline_care(tx, terms, DeclineCare(offer_id=id))
            else:
                await leave_care(tx, terms, LeaveCare(offer_id=id))
    except Refused as refusal:
        return await _show(request, own, refusal)
    return private(RedirectResponse(own.path, 303))
