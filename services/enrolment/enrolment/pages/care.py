"""Hours of occasional care that a family is offered, behind the link in its message: GET shows, POST acts."""

from typing import Literal

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from starlette.responses import RedirectResponse, Response

from enrolment.doors import terms_of
from enrolment.pages.common import SHOWN, private
from enrolment.queries.care import CareSeen, care_by_link
from enrolment.use_cases.accept_care import AcceptCare, accept_care
from enrolment.use_cases.decline_care import DeclineCare, decline_care
from enrolment.use_cases.leave_care import LeaveCare, leave_care

router = APIRouter(prefix="/o/{token}")
Action = Literal["accept", "decline", "withdraw"]


@router.api_route("", methods=SHOWN)
async def show_care(token: str, request: Request) -> Response:
    return await _page(request, token)


@router.api_route("/withdraw", methods=SHOWN)
async def ask_withdraw(token: str, request: Request) -> Response:
    """What cannot be undone asks once."""
    seen = await _find(request, token)
    if seen is None or seen.ended or seen.offer.state != "booked" or seen.began:
        return await _page(request, token)
    return private(render(request, "care-ask.html", seen=seen, link=f"/o/{token}", creche=_creche(request, seen)))


@router.post("/{action}")
async def post_action(token: str, action: Action, request: Request) -> Response:
    """Do it and show what came of it."""
    seen = await _find(request, token)
    if seen is None or seen.ended:
        return await _page(request, token)
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
        return await _page(request, token, refusal)
    return private(RedirectResponse(f"/o/{token}", 303))


async def _find(request: Request, token: str) -> CareSeen | None:
    async with service_of(request).db.reading() as session:
        return await care_by_link(session, terms_of(request), token)


async def _page(request: Request, token: str, refusal: Refused | None = None) -> Response:
    """404 for a link that nobody was given, 410 for one that is over. A refusal is told with how things stand.

    To who was second, how things stand is said kindly and is no error.
    """
    seen = await _find(request, token)
    if seen is None or seen.ended:
        return private(render(request, "no-link.html", status=410 if seen else 404, ended=seen is not None))
    if seen.offer.why == "taken":
        refusal = None
    page = render(
        request, "care.html", status=refusal.status if refusal else 200, seen=seen, link=f"/o/{token}",
        creche=_creche(request, seen), refusal=refusal,
    )  # fmt: skip
    return private(page)


def _creche(request: Request, seen: CareSeen) -> dict[str, str]:
    """Its name, also when the house file has it no more."""
    found = next((one for one in terms_of(request).creches if one.id == seen.offer.creche), None)
    return dict(found.name) if found else {"fr": seen.offer.creche}
