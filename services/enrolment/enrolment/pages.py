"""Pages: the programme for everybody, a session's list for staff, a family's own enrolment behind its link.

A family's page is shown by GET and changed by POST only: mail scanners and browsers follow every link they see.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from ronde.web.signin import signed_in
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from enrolment import queries
from enrolment.doors import terms_of
from enrolment.queries import Seen, since_this_morning
from enrolment.tables import Session
from enrolment.use_cases.accept_offer import AcceptOffer, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, decline_offer
from enrolment.use_cases.withdraw import Withdraw, withdraw

router = APIRouter(include_in_schema=False)
SHOWN = ["GET", "HEAD"]
NOINDEX = "noindex, nofollow"


@router.api_route("/", methods=SHOWN)
async def show_programme(request: Request) -> Response:
    """Staff also see what has no room yet."""
    async with service_of(request).db.reading() as session:
        found = await queries.programme(session, since_this_morning(now()))
    staff = signed_in(request) is not None
    return render(
        request, "programme.html", sessions=[one for one in found if staff or one.state in ("open", "called-off")]
    )


@router.api_route("/sessions/{organiser}/{session_id}", methods=SHOWN)
async def show_session(organiser: Slug, session_id: UUID, request: Request) -> Response:
    """Counts for everybody; the list, without any name, for who is signed in."""
    staff = signed_in(request) is not None
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        refused = await queries.room_refused(session, found) if staff else None
        people = await queries.participants(session, found) if staff else []
    return render(
        request,
        "session.html",
        session=found,
        refused=refused,
        people=people,
        began=began(found),
        at=datetime.fromisoformat,
    )


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


def began(session: Session) -> bool:
    return session.starts_at is not None and session.starts_at <= now()


async def _by_link(request: Request, token: str) -> Seen | None:
    async with service_of(request).db.reading() as session:
        return await queries.by_link(session, token)


async def _ask(request: Request, token: str, action: str, when: tuple[str, ...]) -> Response:
    seen = await _by_link(request, token)
    if seen is None or seen.ended or seen.enrolment.state not in when or began(seen.session):
        return _family_page(request, token, seen)
    return _private(render(request, "ask.html", token=token, action=action, seen=seen))


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
    return _private(RedirectResponse(f"/e/{token}", 303))


def _family_page(request: Request, token: str, seen: Seen | None, refusal: Refused | None = None) -> Response:
    """404 for a link that nobody was given, 410 for one that is over."""
    if seen is None or seen.ended:
        return _private(render(request, "no-link.html", status=410 if seen else 404, ended=seen is not None))
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
    return _private(page)


def _private(response: Response) -> Response:
    """The address is the key: no search engine, no cache (the door says no-store)."""
    response.headers["X-Robots-Tag"] = NOINDEX
    return response
