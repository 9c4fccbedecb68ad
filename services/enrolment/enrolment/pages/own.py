"""A family's own enrolment: shown by GET, changed by POST only, for mail scanners and browsers follow every link.

It has two addresses: the link in the message about it, and the family's page while a visit lasts.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from fastapi import Request
from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from enrolment.doors import terms_of
from enrolment.explaining import POINTS, said
from enrolment.pages.common import began, private
from enrolment.queries import Seen
from enrolment.queries.line import line_for
from enrolment.settings import Terms
from enrolment.use_cases.accept_offer import AcceptOffer, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, decline_offer
from enrolment.use_cases.withdraw import Withdraw, withdraw

Action = Literal["withdraw", "accept", "decline"]
ASKED: dict[Action, tuple[str, ...]] = {"withdraw": ("waiting", "offered", "confirmed"), "decline": ("offered",)}
"""What cannot be undone asks once, in these states."""


@dataclass(frozen=True, kw_only=True)
class Own:
    """One of the two addresses: its path, how the enrolment is found there, and the way back to the family's page."""

    path: str
    find: Callable[[AsyncSession], Awaitable[Seen | None]]
    back: str | None = None


async def show(request: Request, own: Own, refusal: Refused | None = None) -> Response:
    """404 for a link that nobody was given, 410 for one that is over. A refusal is told with how things stand."""
    terms = terms_of(request)
    async with service_of(request).db.reading() as session:
        seen = await own.find(session)
        changes = await line_for(session, seen.enrolment) if seen and not seen.ended else []
    if seen is None or seen.ended:
        return private(render(request, "no-link.html", status=410 if seen else 404, ended=seen is not None))
    deadline = seen.enrolment.deadline
    page = render(
        request,
        "enrolment.html",
        status=refusal.status if refusal else 200,
        own=own,
        seen=seen,
        refusal=refusal,
        began=began(seen.session),
        offer_stands=deadline is not None and deadline > now(),
        changes=[(one, said(one, terms.timezone)) for one in changes],
        rules=POINTS,
    )
    return private(page)


async def ask(request: Request, own: Own, action: Action) -> Response:
    async with service_of(request).db.reading() as session:
        seen = await own.find(session)
    if seen is None or seen.ended or seen.enrolment.state not in ASKED[action] or began(seen.session):
        return await show(request, own)
    return private(render(request, "ask.html", own=own, action=action, seen=seen))


async def act(request: Request, own: Own, action: Action) -> Response:
    """Do it and show what came of it."""
    async with service_of(request).db.reading() as session:
        seen = await own.find(session)
    if seen is None or seen.ended:
        return await show(request, own)
    try:
        async with service_of(request).db.transaction() as tx:
            await _do(tx, terms_of(request), action, seen.enrolment.id)
    except Refused as refusal:
        return await show(request, own, refusal)
    return private(RedirectResponse(own.path, 303))


async def _do(tx: Tx, terms: Terms, action: Action, id: UUID) -> None:
    if action == "accept":
        await accept_offer(tx, AcceptOffer(enrolment_id=id))
    elif action == "decline":
        await decline_offer(tx, terms, DeclineOffer(enrolment_id=id))
    else:
        await withdraw(tx, terms, Withdraw(enrolment_id=id))
