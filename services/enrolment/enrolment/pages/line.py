"""What the team of a session does by hand in its line: offer out of the order, with a reason; give more time."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from starlette.responses import RedirectResponse, Response

from enrolment import queries
from enrolment.doors import terms_of
from enrolment.line import theirs
from enrolment.pages.common import SHOWN, private
from enrolment.shapes.line import OfferBody
from enrolment.use_cases.extend_offer import ExtendOffer, extend_offer
from enrolment.use_cases.offer_by_hand import OfferByHand, offer_by_hand

router = APIRouter(prefix="/line/{id}")
TOO_SHORT = {
    "fr": "Écrivez la raison, en quelques mots (200 lettres au plus) : la famille la lira.",
    "en": "Write the reason, in a few words (200 letters at most): the family will read it.",
}
NO_DATE = {"fr": "Choisissez un jour et une heure.", "en": "Choose a day and a time."}


@router.api_route("/offer", methods=SHOWN)
async def ask_offer(id: UUID, staff: Staff, request: Request) -> Response:
    return await _page(request, "offer.html", staff, id)


@router.post("/offer")
async def post_offer(
    id: UUID,
    staff: Staff,
    request: Request,
    reason: Annotated[str, Form(max_length=400)] = "",
    said_yes: Annotated[str, Form()] = "",
) -> Response:
    try:
        body = OfferBody(reason=reason, said_yes=bool(said_yes))
        async with service_of(request).db.transaction() as tx:
            cmd = OfferByHand(enrolment_id=id, by=staff, reason=body.reason, said_yes=body.said_yes)
            done = await offer_by_hand(tx, terms_of(request), cmd)
    except ValidationError:
        return await _page(request, "offer.html", staff, id, errors={"reason": TOO_SHORT[language(request)]})
    except Refused as refusal:
        return await _page(request, "offer.html", staff, id, typed=reason, refusal=refusal)
    return RedirectResponse(f"/sessions/{done.organiser}/{done.session_id}", 303)


@router.api_route("/deadline", methods=SHOWN)
async def ask_deadline(id: UUID, staff: Staff, request: Request) -> Response:
    return await _page(request, "deadline.html", staff, id)


@router.post("/deadline")
async def post_deadline(
    id: UUID,
    staff: Staff,
    request: Request,
    until: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """`until` is a local time, as the browser's own control sends it."""
    try:
        moment = datetime.fromisoformat(until).replace(tzinfo=terms_of(request).timezone)
        async with service_of(request).db.transaction() as tx:
            done = await extend_offer(tx, terms_of(request), ExtendOffer(enrolment_id=id, by=staff, until=moment))
    except ValueError:
        return await _page(request, "deadline.html", staff, id, errors={"until": NO_DATE[language(request)]})
    except Refused as refusal:
        return await _page(request, "deadline.html", staff, id, typed=until, refusal=refusal)
    return RedirectResponse(f"/sessions/{done.organiser}/{done.session_id}", 303)


async def _page(
    request: Request,
    template: str,
    staff: str,
    id: UUID,
    *,
    typed: str = "",
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> Response:
    async with service_of(request).db.reading() as session:
        seen = await queries.enrolment(session, id)
        theirs(seen.session, staff)
    status = refusal.status if refusal else 422 if errors else 200
    page = render(
        request, template, status=status, seen=seen, typed=typed, errors=errors or {}, refusal=refusal,
        zone=terms_of(request).timezone,
    )  # fmt: skip
    return private(page)
