"""A family's own enrolment, behind its link.

It is shown by GET and changed by POST only: mail scanners and browsers follow every link they see.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from starlette.responses import RedirectResponse, Response

from enrolment import queries
from enrolment.doors import terms_of
from enrolment.pages.common import SHOWN, began, private
from enrolment.queries import Seen
from enrolment.use_cases.accept_offer import AcceptOffer, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, decline_offer
from enrolment.use_cases.withdraw import Withdraw, withdraw

router = APIRouter()


@router.api_route("/e/{token}", methods=SHOWN)
async def show_enrolment(token: str, request: Request) -> Response:
    seen = await _by_link(request, token)
    return _family_page(request, token, seen)


@router.api_route("/e/{token}/withdraw", methods=SHOWN)
async def ask_withdraw(token: str, request: Request) -> Response:
    """What cannot be undone asks once."""
    return await _ask(request, token, "withdraw", ("waiting", "offered", "confirmed"))


@router.api_route("/e/{token}/decline", methods=SHOWN)
async def ask_decline(token: str, request: Request) -> Response:
    return await _ask(request, token, "decline", ("offered",))


@router.post("/e/{token}/withdraw")
async def post_withdraw(token: str, request: Request) -> Response:
    async def act(tx: Tx, id: UUID) -> None:
        await withdraw(tx, terms_of(request), Withdraw(enrolment_id=id))

    return await _act(request, token, act)


@router.post("/e/{token}/accept")
async def post_accept(token: str, request: Request) -> Response:
    async def act(tx: Tx, id: UUID) -> None:
        await accept_offer(tx, AcceptOffer(enrolment_id=id))

    return await _act(request, token, act)


@router.post("/e/{token}/decline")
async def post_decline(token: str, request: Request) -> Response:
    async def act(tx: Tx, id: UUID) -> None:
        await decline_offer(tx, terms_of(request), DeclineOffer(enrolment_id=id))

    return await _act(request, token, act)


async def _by_link(request: Request, token: str) -> Seen | None:
    async with service_of(request).db.reading() as session:
        return await queries.by_link(session, token)


async def _ask(request: Request, token: str, action: str, when: tuple[str, ...]) -> Response:
    seen = await _by_link(request, token)
    if seen is None or seen.ended or seen.enrolment.state not in when or began(seen.session):
        return _family_page(request, token, seen)
    return private(render(request, "ask.html", token=token, action=action, seen=seen))


async def _act(request: Request, token: str, act: Callable[[Tx, UUID], Awaitable[None]]) -> Response:
    """Do it and show what came of it; a refusal is shown on the page, in words, with how things stand."""
    seen = await _by_link(request, token)
    if seen is None or seen.ended:
        return _family_page(request, token, seen)
    try:
        async with service_of(request).db.transaction() as tx:
            await act(tx, seen.enrolment.id)
    except Refused as refusal:
        return _family_page(request, token, await _by_link(request, token), refusal)
    return private(RedirectResponse(f"/e/{token}", 303))


def _family_page(request: Request, token: str, seen: Seen | None, refusal: Refused | None = None) -> Response:
    """404 for a link that nobody was given, 410 for one that is over."""
    if seen is None or seen.ended:
        return private(render(request, "no-link.html", status=410 if seen else 404, ended=seen is not None))
    offer_stands = seen.enrolment.deadline is not None and seen.enrolment.deadline > now()
    page = render(
        request,
        "enrolment.html",
        status=refusal.status if refusal else 200,
        token=token,
        seen=seen,
        refusal=refusal,
        began=began(seen.session),
        offer_stands=offer_stands,
    )
    return private(page)
