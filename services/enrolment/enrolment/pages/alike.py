"""Files that look like one family, for staff: two side by side, and a merge that asks once."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from starlette.responses import RedirectResponse, Response

from enrolment import queries
from enrolment.doors import terms_of
from enrolment.pages.common import SHOWN, private
from enrolment.people import both_enrolled
from enrolment.queries import people
from enrolment.use_cases.merge_parties import MergeParties, merge_parties
from enrolment.use_cases.tell_apart import TellApart, tell_apart
from enrolment.use_cases.withdraw import Withdraw, withdraw

router = APIRouter(prefix="/families/alike")


@router.api_route("", methods=SHOWN)
async def show_alike(_staff: Staff, request: Request) -> Response:
    async with service_of(request).db.reading() as session:
        found = await people.likenesses(session)
    return private(render(request, "alike.html", pairs=found))


@router.post("/{one}/{other}/apart")
async def post_apart(one: UUID, other: UUID, staff: Staff, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        await tell_apart(tx, TellApart(one=one, other=other, by=staff))
    return private(RedirectResponse("/families/alike", 303))


@router.api_route("/{kept}/{gone}", methods=SHOWN)
async def ask_merge(kept: UUID, gone: UUID, _staff: Staff, request: Request) -> Response:
    """What cannot be undone asks once."""
    return await _ask(request, kept, gone)


@router.post("/{kept}/{gone}")
async def post_merge(kept: UUID, gone: UUID, staff: Staff, request: Request) -> Response:
    try:
        async with service_of(request).db.transaction() as tx:
            await merge_parties(tx, MergeParties(kept=kept, gone=gone, by=staff))
    except Refused as refusal:
        return await _ask(request, kept, gone, refusal)
    return private(RedirectResponse("/families/alike", 303))


@router.post("/{kept}/{gone}/withdraw/{id}")
async def post_withdraw(kept: UUID, gone: UUID, id: UUID, _staff: Staff, request: Request) -> Response:
    """The one that is too many, when both are in one session: staff decide which."""
    try:
        async with service_of(request).db.transaction() as tx:
            await withdraw(tx, terms_of(request), Withdraw(enrolment_id=id))
    except Refused as refusal:
        return await _ask(request, kept, gone, refusal)
    return private(RedirectResponse(f"/families/alike/{kept}/{gone}", 303))


async def _ask(request: Request, kept: UUID, gone: UUID, refusal: Refused | None = None) -> Response:
    async with service_of(request).db.reading() as session:
        first, second = await people.one_party(session, kept), await people.one_party(session, gone)
        pairs = [
            [await queries.enrolment(session, one.id) for one in pair]
            for pair in await both_enrolled(session, first.id, second.id)
        ]
    status = refusal.status if refusal else 200
    page = render(request, "merge.html", status=status, kept=first, gone=second, both=pairs, refusal=refusal)
    return private(page)
