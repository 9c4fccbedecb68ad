"""Who is expected, by name: a list to print, and a page to count who came on a phone in the room."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.clock import now
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from enrolment import queries
from enrolment.doors import terms_of
from enrolment.line import theirs
from enrolment.pages.common import SHOWN, private
from enrolment.queries.roll import roll
from enrolment.use_cases.record_attendance import EARLY, Came, RecordAttendance, record_attendance

router = APIRouter(prefix="/sessions/{organiser}/{session_id}")


@router.api_route("/list", methods=SHOWN)
async def show_list(organiser: Slug, session_id: UUID, staff: Staff, request: Request) -> Response:
    return await _page(request, "list.html", organiser, session_id, staff)


@router.api_route("/roll", methods=SHOWN)
async def show_attendance(organiser: Slug, session_id: UUID, staff: Staff, request: Request) -> Response:
    return await _page(request, "attendance.html", organiser, session_id, staff)


@router.post("/roll")
async def post_attendance(organiser: Slug, session_id: UUID, staff: Staff, request: Request) -> Response:
    """One button a family, or all at once: `children-<id>` and `adults-<id>` for each that is counted."""
    typed = {name: str(value) for name, value in (await request.form()).items()}
    present = {}
    for name, value in typed.items():
        kind, _, id = name.partition("-")
        if kind == "children" and value.isdigit() and _is_id(id):
            adults = typed.get(f"adults-{id}", "0")
            present[UUID(id)] = Came(int(value), int(adults) if adults.isdigit() else 0)
    cmd = RecordAttendance(organiser=organiser, session_id=session_id, by=staff, present=present)
    try:
        async with service_of(request).db.transaction() as tx:
            await record_attendance(tx, cmd)
    except Refused as refusal:
        return await _page(request, "attendance.html", organiser, session_id, staff, refusal)
    return private(RedirectResponse(f"/sessions/{organiser}/{session_id}/roll", 303))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _page(
    request: Request, template: str, organiser: str, session_id: UUID, staff: str, refusal: Refused | None = None
) -> Response:
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        theirs(found, staff)
        people = await roll(session, found, terms_of(request))
    too_early = found.starts_at is None or found.starts_at > now() + EARLY
    status = refusal.status if refusal else 200
    page = render(
        request, template, status=status, session=found, people=people, too_early=too_early, refusal=refusal
    )  # fmt: skip
    return private(page)
