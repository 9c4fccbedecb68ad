"""Occasional care for a crèche's team: what is offered and booked, hours offered by hand, families registered."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from ronde.clock import now
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from ronde.web.validation import by_field
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from enrolment.creche.hours import Span, hours, spans
from enrolment.doors import terms_of
from enrolment.nursery import their_creche
from enrolment.pages.common import SHOWN, private, wall_clock
from enrolment.queries import people
from enrolment.queries.care import children_of, offers_of, slots_of, wishes_of
from enrolment.shapes.care import GapBody, WishBody
from enrolment.use_cases.accept_care import AcceptCare, accept_care
from enrolment.use_cases.decline_care import DeclineCare, decline_care
from enrolment.use_cases.end_wish import EndWish, end_wish
from enrolment.use_cases.keep_wish import KeepWish, keep_wish
from enrolment.use_cases.leave_care import LeaveCare, leave_care
from enrolment.use_cases.offer_gap import OfferGap, offer_gap

router = APIRouter(prefix="/creches/{id}/occasional")
Clock = Annotated[str, Form(max_length=5)]
Errors = Mapping[str, str]


@router.api_route("", methods=SHOWN)
async def show_occasional(id: Slug, staff: Staff, request: Request) -> Response:
    return await _page(request, id, staff)


@router.post("/gap")
async def post_gap(
    id: Slug, staff: Staff, request: Request, day: Annotated[date, Form()], begins: Clock, ends: Clock
) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    try:
        body = GapBody(day=day, hours=f"{begins}-{ends}")
    except ValidationError:
        return await _page(request, id, staff, errors=_in_quarters(request, "begins"))
    async with service_of(request).db.transaction() as tx:
        await offer_gap(tx, terms_of(request), creche, OfferGap(id=new_id(), day=body.day, hours=body.hours))
    return private(RedirectResponse(f"/creches/{id}/occasional", 303))


@router.post("/gap/{gap}/end")
async def post_end_gap(id: Slug, gap: UUID, staff: Staff, request: Request) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    async with service_of(request).db.transaction() as tx:
        await offer_gap(tx, terms_of(request), creche, OfferGap(id=gap, hours=""))
    return private(RedirectResponse(f"/creches/{id}/occasional", 303))


@router.post("/offers/{offer}/{action}")
async def post_answer(
    id: Slug, offer: UUID, action: Literal["accept", "decline", "withdraw", "cancel"], staff: Staff, request: Request
) -> Response:
    """For a family that phones; `cancel` is the crèche's own word."""
    terms = terms_of(request)
    try:
        async with service_of(request).db.transaction() as tx:
            if action == "accept":
                await accept_care(tx, terms, AcceptCare(offer_id=offer, by=staff))
            elif action == "decline":
                await decline_care(tx, terms, DeclineCare(offer_id=offer, by=staff))
            else:
                why: Literal["family", "creche"] = "creche" if action == "cancel" else "family"
                await leave_care(tx, terms, LeaveCare(offer_id=offer, why=why, by=staff))
    except Refused as refusal:
        return await _page(request, id, staff, refusal=refusal)
    return private(RedirectResponse(f"/creches/{id}/occasional", 303))


@router.api_route("/families/{party}", methods=SHOWN)
async def show_family(id: Slug, party: UUID, staff: Staff, request: Request) -> Response:
    return await _family(request, id, party, staff, {})


@router.post("/families/{party}")
async def post_wish(id: Slug, party: UUID, staff: Staff, request: Request) -> Response:
    """`from_0` and `until_0` are Monday's hours; a day without both has none."""
    creche = their_creche(terms_of(request), id, staff)
    typed = {name: str(value) for name, value in (await request.form()).items()}
    spans = [(typed.get(f"from_{n}", ""), typed.get(f"until_{n}", "")) for n in range(7)]
    values: dict[str, Any] = {name: typed.get(name) for name in ("child_id", "starts_on", "least_minutes")}
    values |= {"ends_on": typed.get("ends_on") or None, "early": bool(typed.get("early")), "party_id": party}
    values["week"] = [f"{begins}-{ends}" if begins and ends else "" for begins, ends in spans]
    try:
        body = WishBody.model_validate(values)
        async with service_of(request).db.transaction() as tx:
            await keep_wish(tx, terms_of(request), creche, KeepWish(id=new_id(), **body.model_dump()))
    except ValidationError as error:
        return await _family(request, id, party, staff, typed, _wrong(request, error))
    except Refused as refusal:
        return await _family(request, id, party, staff, typed, refusal=refusal)
    return private(RedirectResponse(f"/creches/{id}/occasional", 303))


@router.post("/families/{party}/end/{wish}")
async def post_end_wish(id: Slug, party: UUID, wish: UUID, staff: Staff, request: Request) -> Response:
    creche = their_creche(terms_of(request), id, staff)
    async with service_of(request).db.transaction() as tx:
        await end_wish(tx, terms_of(request), creche, EndWish(id=wish))
    return private(RedirectResponse(f"/creches/{id}/occasional/families/{party}", 303))


def _spans(text: str) -> Sequence[Span]:
    return spans(hours(text))


def _wrong(request: Request, error: ValidationError) -> Errors:
    """Field by field; of a day's hours, at the first of its two clocks."""
    found = by_field(error, language(request))
    days = {f"from_{name.split('.')[1]}": _in_quarters(request, "")[""] for name in found if name.startswith("week.")}
    return {**{name: said for name, said in found.items() if not name.startswith("week")}, **days}


def _in_quarters(request: Request, field: str) -> dict[str, str]:
    said = {
        "fr": "Écrivez deux heures en quarts d'heure, la première avant la seconde : 8:00 et 12:15.",
        "en": "Type two times in quarters of an hour, the first before the second: 8:00 and 12:15.",
    }
    return {field: said.get(language(request), said["en"])}


async def _page(
    request: Request, id: Slug, staff: str, refusal: Refused | None = None, errors: Errors | None = None
) -> Response:
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    today = now().astimezone(terms.timezone).date()
    async with service_of(request).db.reading() as session:
        given = {
            "offers": await offers_of(session, terms, creche, today),
            "slots": await slots_of(session, creche, today),
            "wishes": await wishes_of(session, creche),
        }
    status = refusal.status if refusal else 422 if errors else 200
    page = render(
        request, "occasional.html", status=status, creche=creche, today=today, refusal=refusal, errors=errors or {},
        at=wall_clock(terms), spans=_spans, **given,
    )  # fmt: skip
    return private(page)


async def _family(
    request: Request, id: Slug, party: UUID, staff: str, typed: Mapping[str, str], errors: Errors | None = None,
    refusal: Refused | None = None,
) -> Response:  # fmt: skip
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    async with service_of(request).db.reading() as session:
        family = await people.one_party(session, party)
        wishes = [(wish, name) for wish, name in await wishes_of(session, creche) if wish.party_id == family.id]
        children = await children_of(session, creche)
    status = refusal.status if refusal else 422 if errors else 200
    page = render(
        request, "wish.html", status=status, creche=creche, party=family, wishes=wishes, children=children,
        typed=typed, errors=errors or {}, refusal=refusal, today=now().astimezone(terms.timezone).date(),
        open=[n for n in range(7) if creche.opening.on(n)], at=wall_clock(terms), spans=_spans,
    )  # fmt: skip
    return private(page)
