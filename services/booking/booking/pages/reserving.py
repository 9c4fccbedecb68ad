"""Reserve, move and give back a room, in forms: the same use cases as the JSON doors, for who is signed in."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Once, Staff, render
from ronde.web.idempotency import Attempt
from ronde.web.language import language, pick
from starlette.responses import RedirectResponse, Response

from booking import forms, queries
from booking.doors import settings_of
from booking.forms import Asked
from booking.tables import Reservation, State
from booking.use_cases.cancel_reservation import CancelReservation, cancel_reservation
from booking.use_cases.confirm_hold import ConfirmHold, HoldOver, confirm_hold
from booking.use_cases.hold_room import HeldOverTheCharter, HoldRoom, hold_room
from booking.use_cases.move_reservation import MoveReservation, move_reservation
from booking.use_cases.reserve_room import ReserveRoom, reserve_room

router = APIRouter()
FIELD_OF: dict[type[Refused], str] = {**forms.FIELD_OF, HeldOverTheCharter: "from"}


@router.get("/reserve")
async def show_new(request: Request, _: Staff, day: str = "") -> Response:
    return _form(request, forms.opened_at("", day, ""))


@router.get("/reserve/{room}/{day}/{starts}")
async def show_new_at(
    room: str, day: str, starts: str, request: Request, _: Staff, to: str = "", people: str = ""
) -> Response:
    """From a free hour of the week, or from what else is free on a day of a series."""
    return _form(request, forms.opened_at(room, day, starts, to, people))


@router.post("/reserve")
async def post_new(request: Request, staff: Staff, attempt: Once) -> Response:
    """With `hold` the room is only kept for a while."""
    hold = bool((await request.form()).get("hold"))

    async def reserve(tx: Tx, asked: Asked) -> Reservation:
        wish: dict[str, Any] = {
            "organisation": staff, "room": asked.room, "span": asked.span, "people": asked.people, "title": asked.title,
            "for_family": asked.for_family,
        }  # fmt: skip
        if hold:
            return await hold_room(tx, settings_of(request), HoldRoom(**wish))
        return await reserve_room(tx, settings_of(request), ReserveRoom(**wish))

    return await _ask(request, staff, attempt, reserve)


@router.get("/r/{id}")
async def show_reservation(id: UUID, request: Request, staff: Staff) -> Response:
    found = await _found(request, id)
    if found.moves:
        return RedirectResponse(f"/r/{found.moves}", 303)
    return await _shown(request, found, staff)


@router.post("/r/{id}/confirm")
async def post_confirm(id: UUID, request: Request, staff: Staff) -> Response:
    """What was held becomes a reservation; too late, the page says so."""
    try:
        async with service_of(request).db.transaction() as tx:
            await confirm_hold(tx, ConfirmHold(reservation_id=id, organisation=staff))
    except HoldOver as refusal:
        return await _shown(request, await _found(request, id), staff, refusal)
    return RedirectResponse(f"/r/{id}", 303)


@router.get("/r/{id}/move")
async def show_move(id: UUID, request: Request, staff: Staff) -> Response:
    found = await _found(request, id)
    if not _can_change(found, staff) or found.slot is None or found.state == State.HELD:
        return RedirectResponse(f"/r/{id}", 303)
    slot, title = found.slot, pick(found.title or {"": ""}, language(request))
    house = service_of(request).house
    typed = forms.filled_in(house, slot.room, slot.starts_at, slot.ends_at, found.people or "", title)
    return _form(request, typed, moved=found)


@router.post("/r/{id}/move")
async def post_move(id: UUID, request: Request, staff: Staff, attempt: Once) -> Response:
    found = await _found(request, id)
    shown = pick(found.title or {"": ""}, language(request))

    async def move(tx: Tx, asked: Asked) -> Reservation:
        unchanged = asked.title is None or asked.title["fr"] == shown
        cmd = MoveReservation(
            reservation_id=id, organisation=staff, room=asked.room, span=asked.span, people=asked.people,
            title=None if unchanged else asked.title,
        )  # fmt: skip
        return await move_reservation(tx, settings_of(request), cmd)

    return await _ask(request, staff, attempt, move, moved=found)


@router.get("/r/{id}/cancel")
async def show_cancel(id: UUID, request: Request, staff: Staff) -> Response:
    """What others may take at once asks once."""
    found = await _found(request, id)
    if not _can_change(found, staff):
        return RedirectResponse(f"/r/{id}", 303)
    return render(request, "cancel.html", one=found)


@router.post("/r/{id}/cancel")
async def post_cancel(id: UUID, request: Request, staff: Staff) -> Response:
    async with service_of(request).db.transaction() as tx:
        stays = await cancel_reservation(tx, CancelReservation(reservation_id=id, organisation=staff))
    return RedirectResponse(f"/r/{stays.id}", 303)


async def _found(request: Request, id: UUID) -> Reservation:
    async with service_of(request).db.reading() as session:
        return await queries.reservation(session, id)


def _can_change(found: Reservation, staff: str) -> bool:
    """Only offered, not decided, here: the use cases say no in their own words."""
    apart = found.session_id is None and found.series_id is None and found.moves is None
    to_come = found.starts_at is not None and found.starts_at > now()
    theirs = found.organisation == staff and apart and to_come
    return theirs and (found.state in (State.CONFIRMED, State.ASKED) or _held(found))


def _held(found: Reservation) -> bool:
    """Whether it can still be confirmed: the timer that frees it may come by a little later."""
    return found.state == State.HELD and found.held_until is not None and found.held_until > now()


async def _shown(request: Request, found: Reservation, staff: str, refusal: Refused | None = None) -> Response:
    async with service_of(request).db.reading() as session:
        successor = await queries.successor(session, found)
    return render(
        request, "reservation.html", status=refusal.status if refusal else 200, one=found,
        theirs=_can_change(found, staff), held=_held(found), refusal=refusal, successor=successor,
    )  # fmt: skip


async def _ask(
    request: Request,
    staff: str,
    attempt: Attempt,
    act: Callable[[Tx, Asked], Awaitable[Reservation]],
    moved: Reservation | None = None,
) -> Response:
    """Do what the form asks and show what came of it; else the form again, with what to correct and what is free."""
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    lang = language(request)
    try:
        asked = forms.read(typed, service_of(request).house, lang)
        async with service_of(request).db.transaction() as tx:

            async def action() -> Response:
                return RedirectResponse(f"/r/{(await act(tx, asked)).id}", 303)

            return await attempt.once(tx, staff, action)
    except forms.Wrong as wrong:
        return _form(request, typed, wrong.errors, status=422, moved=moved)
    except Refused as refusal:
        field = FIELD_OF.get(type(refusal))
        if field is None:
            raise
        errors = {field: pick(refusal.reason, lang)}
        return _form(request, typed, errors, status=refusal.status, refusal=refusal, moved=moved)


def _form(
    request: Request,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
    refusal: Refused | None = None,
    moved: Reservation | None = None,
) -> Response:
    house = service_of(request).house
    return render(
        request,
        "reserve.html",
        status=status,
        typed={name: typed.get(name, "") for name in forms.FIELDS},
        errors=errors or {},
        instead=forms.instead(house, refusal, typed) if refusal else [],
        refused=refusal is not None,
        moved=moved,
        action=f"/r/{moved.id}/move" if moved else "/reserve",
        people=forms.PEOPLE,
        hold_minutes=settings_of(request).hold_minutes,
    )
