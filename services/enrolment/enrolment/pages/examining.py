"""The applications that a commission will read, for the teams that it names: proofs seen, one written by telephone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from ronde_contracts.event import Slug
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from enrolment import place_forms
from enrolment.creche.criteria import NEUTRAL
from enrolment.doors import terms_of
from enrolment.forms import Wrong
from enrolment.nursery.commissions import their_commission
from enrolment.pages import application
from enrolment.pages.application import Action, OwnApplication
from enrolment.pages.common import SHOWN, private
from enrolment.queries import applications, people
from enrolment.queries.applications import Followed
from enrolment.tables import CrecheApplication
from enrolment.use_cases.apply_for_place import ApplyForPlace, apply_for_place
from enrolment.use_cases.examine_application import ExamineApplication, examine_application

router = APIRouter()
WHO = {"fr": "Écrivez qui de l'équipe a vu les justificatifs.", "en": "Type who of the team saw the proofs."}
Typed = dict[str, str]


@router.api_route("/places/{id}/applications", methods=SHOWN)
async def show_all(id: Slug, staff: Staff, request: Request) -> Response:
    criteria = their_commission(terms_of(request), id, staff)
    async with service_of(request).db.reading() as session:
        found = await applications.of_commission(session, id)
    page = render(
        request, "commission-applications.html", criteria=criteria,
        rows=[application.facts(request, one) for one in found if one.state not in ("withdrawn", "lapsed")],
        over=len([one for one in found if one.state in ("withdrawn", "lapsed")]),
    )  # fmt: skip
    return private(page)


@router.api_route("/places/applications/{id}", methods=SHOWN)
async def show_one(id: UUID, staff: Staff, request: Request) -> Response:
    return await _one(request, id, staff)


@router.post("/places/applications/{id}/proofs")
async def post_proofs(id: UUID, staff: Staff, request: Request) -> Response:
    typed = {name: str(value) for name, value in (await request.form()).items()}
    terms = terms_of(request)
    async with service_of(request).db.reading() as session:
        found = await applications.application(session, id)
    criteria = their_commission(terms, found.commission, staff)
    seen_by = typed.get("seen_by", "").strip()[:80]
    if not seen_by:
        return await _one(request, id, staff, errors={"seen_by": WHO[language(request)]})
    cmd = ExamineApplication(
        id=id,
        shown=place_forms.claims(typed, criteria, sensitive=True),
        seen_by=seen_by,
        by=staff,
        place="insertion" if typed.get("place") == "insertion" else "ordinary",
        keep_circumstances=bool(typed.get("keep")),
    )
    try:
        async with service_of(request).db.transaction() as tx:
            await examine_application(tx, terms, cmd)
    except Refused as refusal:
        return await _one(request, id, staff, refusal)
    return private(RedirectResponse(f"/places/applications/{id}", 303))


@router.api_route("/places/applications/{id}/withdraw", methods=SHOWN)
async def ask_withdraw(id: UUID, staff: Staff, request: Request) -> Response:
    return await application.ask(request, _theirs(request, id, staff), "withdraw")


@router.api_route("/places/applications/{id}/decline", methods=SHOWN)
async def ask_decline(id: UUID, staff: Staff, request: Request) -> Response:
    return await application.ask(request, _theirs(request, id, staff), "decline")


@router.api_route("/places/applications/{id}/change", methods=[*SHOWN, "POST"])
async def change(id: UUID, staff: Staff, request: Request) -> Response:
    return await application.change(request, _theirs(request, id, staff))


@router.post("/places/applications/{id}/born")
async def post_birth(id: UUID, staff: Staff, request: Request) -> Response:
    return await application.note_birth(request, _theirs(request, id, staff))


@router.post("/places/applications/{id}/{action}")
async def act(id: UUID, action: Action, staff: Staff, request: Request) -> Response:
    return await application.act(request, _theirs(request, id, staff), action)


@router.api_route("/families/{party}/places/{id}/new", methods=[*SHOWN, "POST"])
async def write_one(party: UUID, id: Slug, staff: Staff, request: Request) -> Response:
    """For a family that phones: the same form as theirs."""
    terms = terms_of(request)
    criteria = their_commission(terms, id, staff)
    async with service_of(request).db.reading() as session:
        family = await people.one_party(session, party)
        others: Sequence[CrecheApplication] = await applications.of_family(session, family.id)
    typed: Typed = {}
    errors: Typed = {}
    refused: Refused | None = None
    if request.method == "POST":
        typed = {name: str(value) for name, value in (await request.form()).items()}
        try:
            asked = place_forms.asked(typed, language(request), criteria)
            async with service_of(request).db.transaction() as tx:
                cmd = ApplyForPlace(commission=id, party_id=family.id, asked=asked, by=staff)
                made = await apply_for_place(tx, terms, cmd)
            return private(RedirectResponse(f"/places/applications/{made.id}", 303))
        except Wrong as wrong:
            errors = wrong.errors
        except Refused as refusal:
            refused = refusal
    here, back = f"/families/{party}/places/{id}/new", f"/families/{party}"
    return application.form(request, here, back, criteria, list(others), typed, errors, refused)


def _theirs(request: Request, id: UUID, staff: str) -> OwnApplication:
    async def find(session: AsyncSession) -> Followed:
        found = await applications.application(session, id)
        their_commission(terms_of(request), found.commission, staff)
        return Followed(application=found)

    return OwnApplication(path=f"/places/applications/{id}", find=find, by=staff)


async def _one(
    request: Request, id: UUID, staff: str, refusal: Refused | None = None, errors: Typed | None = None
) -> Response:
    async with service_of(request).db.reading() as session:
        found = await applications.application(session, id)
        criteria = their_commission(terms_of(request), found.commission, staff)
        family = await people.one_party(session, found.party_id)
    answers = {one.criterion: one for one in found.answers}
    given: dict[str, Any] = {
        **application.facts(request, found),
        "own": _theirs(request, id, staff),
        "family": family,
        "group": next((one for one in criteria.groups if one.id == criteria.group_of(found.born)), None),
        "answers": answers,
        "neutral": answers.get(NEUTRAL),
        "errors": errors or {},
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if errors else 200
    return private(render(request, "examine.html", status=status, **given))
