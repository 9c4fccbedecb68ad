"""For a family that phones: found or registered, enrolled and withdrawn by the team that speaks with them."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from ronde.clock import now
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, dates, render
from ronde.web.language import language, pick
from starlette.responses import RedirectResponse, Response

from enrolment import forms, queries
from enrolment.admitting import is_own
from enrolment.creche.criteria import Criteria
from enrolment.doors import reception_of, terms_of
from enrolment.nursery.commissions import open_now
from enrolment.pages.common import PLACE, SHOWN, private
from enrolment.queries import applications, enrolling, people
from enrolment.queries.enrolments import of_party
from enrolment.refusals import SessionUnknown
from enrolment.tables import CrecheApplication, Session
from enrolment.use_cases.enrol import Enrol, enrol
from enrolment.use_cases.register_party import register_party
from enrolment.use_cases.withdraw import Withdraw, withdraw

router = APIRouter()
To = Annotated[str, Query(max_length=80)]
Typed = Annotated[str, Form(max_length=80)]


@router.api_route("/phone-in", methods=SHOWN)
async def show_phone_in(_staff: Staff, request: Request, to: To = "") -> Response:
    """`to`: the session that they ring about, as `organiser/session_id`; or PLACE."""
    return _desk(request, to=to)


@router.post("/phone-in")
async def post_search(_staff: Staff, request: Request, asked: Typed = "", to: Typed = "") -> Response:
    """A POST, because what is in an address is written into logs on its way."""
    async with service_of(request).db.reading() as session:
        found = await people.find_parties(session, asked) if len(asked.strip()) > 1 else []
    return _desk(request, to=to, asked=asked, found=found)


@router.post("/phone-in/register")
async def post_family(staff: Staff, request: Request) -> Response:
    typed = {name: str(value) for name, value in (await request.form()).items()}
    to = typed.get("to", "")
    try:
        body = forms.party(typed, language(request), children_needed=to != PLACE)
    except forms.Wrong as wrong:
        return _desk(request, to=to, typed=typed, errors=wrong.errors)
    async with service_of(request).db.transaction() as tx:
        made = await register_party(tx, body.command(staff))
    return private(RedirectResponse(f"/families/{made.id}?to={to}", 303))


@router.api_route("/families/{id}", methods=SHOWN)
async def show_family(id: UUID, staff: Staff, request: Request, to: To = "") -> Response:
    return await _file(request, staff, id, to)


@router.post("/families/{id}/enrol")
async def post_enrolment(
    id: UUID,
    staff: Staff,
    request: Request,
    session: Annotated[str, Form(max_length=80)],
    child: Annotated[list[UUID], Form()] = [],  # noqa: B006 (FastAPI copies it)
    adults: Annotated[int, Form(ge=0, le=12)] = 1,
    agrees_to: Annotated[str | None, Form(max_length=80)] = None,
) -> Response:
    """After those who came before: in a rush their requests are answered first."""
    organiser, session_id = _session(session)
    cmd = Enrol(
        organiser=organiser,
        session_id=session_id,
        party_id=id,
        child_ids=tuple(child),
        adults=adults,
        agrees_to=agrees_to,
        by=staff,
    )
    await reception_of(request).turn(organiser, session_id)
    try:
        async with service_of(request).db.transaction() as tx:
            await enrol(tx, terms_of(request), cmd)
    except Refused as refusal:
        return await _file(request, staff, id, session, refusal)
    return private(RedirectResponse(f"/families/{id}", 303))


@router.post("/families/{id}/withdraw/{enrolment_id}")
async def post_withdraw(id: UUID, enrolment_id: UUID, staff: Staff, request: Request) -> Response:
    try:
        async with service_of(request).db.transaction() as tx:
            await withdraw(tx, terms_of(request), Withdraw(enrolment_id=enrolment_id, by=staff))
    except Refused as refusal:
        return await _file(request, staff, id, "", refusal)
    return private(RedirectResponse(f"/families/{id}", 303))


def _session(named: str) -> tuple[str, UUID]:
    """Raises SessionUnknown."""
    organiser, _, id = named.partition("/")
    try:
        return organiser, UUID(id)
    except ValueError:
        raise SessionUnknown from None


def _desk(
    request: Request,
    *,
    to: str,
    asked: str = "",
    found: object = None,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    page = render(
        request, "phone-in.html", status=422 if errors else 200, to=to, asked=asked, found=found, typed=typed or {},
        errors=errors or {}, rows=forms.CHILDREN,
    )  # fmt: skip
    return private(page)


async def _file(request: Request, staff: str, id: UUID, to: str, refusal: Refused | None = None) -> Response:
    """The file, with what concerns this team: its sessions, and their enrolments in them.

    The session that they ring about is chosen.
    """
    terms = terms_of(request)
    mine = {one.commission for one in terms.commissions if staff in one.applications.teams}
    async with service_of(request).db.reading() as session:
        party = await people.one_party(session, id)
        enrolments = [one for one in await of_party(session, party.id) if one.session.held_by(staff)]
        sessions = [
            one for one in await queries.programme(session, now()) if one.held_by(staff) and one.state == "open"
        ]
        asking = await applications.of_family(session, party.id)
        own = await is_own(session, party, [staff])
        alike = await people.likenesses(session, party.id)
        choice = None
        if to and to != PLACE:
            choice = await enrolling.choice(session, terms_of(request), party.id, *_session(to))

    def theirs(one: CrecheApplication | Criteria) -> bool:
        return one.commission in mine

    page = render(
        request, "file.html", status=refusal.status if refusal else 200, party=party, own=own, enrolments=enrolments,
        alike=alike, asking=list(filter(theirs, asking)), open=list(filter(theirs, open_now(terms))),
        sessions=sessions, choices=_choices(request, sessions), choice=choice, to=to, refusal=refusal,
    )  # fmt: skip
    return private(page)


def _choices(request: Request, sessions: Sequence[Session]) -> dict[str, str]:
    lang, zone = language(request), terms_of(request).timezone
    return {
        f"{one.organiser}/{one.session_id}": f"{dates.moment(one.starts_at, lang, zone)} : {pick(one.title, lang)}"
        for one in sessions
        if one.starts_at is not None
    }
