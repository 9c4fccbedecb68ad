"""Reserve again and again, in forms: what each date would meet, then all of it or what is free; give dates back."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from ronde.clock import now
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Once, Staff, render
from ronde.web.language import language, pick
from starlette.responses import RedirectResponse, Response

from booking.doors import settings_of
from booking.forms import PEOPLE, Wrong
from booking.series import forms, queries
from booking.series.finding import Which
from booking.series.forms import Asked
from booking.series.refusals import SeriesClashes
from booking.series.shapes import Part
from booking.series.verdicts import Mode
from booking.tables import Reservation, State
from booking.use_cases.cancel_series import CancelSeries, cancel_series
from booking.use_cases.put_back_date import PutBackDate, put_back_date
from booking.use_cases.reserve_series import ReserveSeries, reserve_series
from booking.use_cases.withdraw_change import WithdrawChange, withdraw_change

router = APIRouter()


@router.get("/repeat")
async def show_repeat(request: Request, _: Staff) -> Response:
    return _form(request, {"every": "week"})


@router.post("/repeat")
async def post_repeat(request: Request, staff: Staff, attempt: Once) -> Response:
    """Without `mode` it is a question: nothing is reserved."""
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    lang = language(request)
    try:
        asked = forms.read(typed, lang)
        if typed.get("mode") not in set(Mode):
            return await _preview(request, staff, typed, asked)
        cmd = ReserveSeries(
            organisation=staff, room=asked.room, recurrence=asked.recurrence, people=asked.people, title=asked.title,
            mode=Mode(typed["mode"]),
        )  # fmt: skip
        async with service_of(request).db.transaction() as tx:

            async def action() -> Response:
                made = await reserve_series(tx, settings_of(request), cmd)
                return RedirectResponse(f"/s/{made.series.id}", 303)

            return await attempt.once(tx, staff, action)
    except Wrong as wrong:
        return _form(request, typed, wrong.errors, status=422)
    except SeriesClashes:  # since the preview somebody took one of them
        return await _preview(request, staff, typed, asked, status=409)
    except Refused as refusal:
        field = forms.FIELD_OF.get(type(refusal))
        if field is None:
            raise
        return _form(request, typed, {field: pick(refusal.reason, lang)}, status=refusal.status)


@router.get("/s/{id}")
async def show_series(id: UUID, request: Request, staff: Staff) -> Response:
    return await _shown(id, request, staff)


@router.post("/s/{id}/withdraw")
async def post_withdraw(id: UUID, request: Request, staff: Staff) -> Response:
    async with service_of(request).db.transaction() as tx:
        await withdraw_change(tx, WithdrawChange(series_id=id, organisation=staff))
    return RedirectResponse(f"/s/{id}", 303)


@router.post("/s/{id}/put-back")
async def post_put_back(id: UUID, request: Request, staff: Staff) -> Response:
    """When somebody has the room meanwhile, the page says so."""
    typed = await request.form()
    try:
        day = date.fromisoformat(str(typed.get("day", "")))
    except ValueError:
        return RedirectResponse(f"/s/{id}", 303)  # no form of ours
    cmd = PutBackDate(series_id=id, organisation=staff, day=day)
    try:
        async with service_of(request).db.transaction() as tx:
            await put_back_date(tx, settings_of(request), cmd)
    except SeriesClashes as refusal:
        [one] = refusal.extra["occurrences"]
        return await _shown(id, request, staff, one["reason"], refusal.status)
    return RedirectResponse(f"/s/{id}", 303)


@router.get("/s/{id}/cancel")
async def show_cancel(
    id: UUID, request: Request, staff: Staff, which: Which = Which.ALL, day: date | None = None
) -> Response:
    """What others may take at once asks once."""
    async with service_of(request).db.reading() as session:
        series, occurrences = await queries.series(session, id)
        asked = await queries.asked(session, id)
    meant = _meant([*occurrences, *asked], which, day)
    if series.organisation != staff or not meant:
        return RedirectResponse(f"/s/{id}", 303)
    return render(request, "cancel_series.html", series=series, meant=meant, which=str(which), day=day)


@router.post("/s/{id}/cancel")
async def post_cancel(id: UUID, request: Request, staff: Staff) -> Response:
    typed = await request.form()
    try:
        part = Part.model_validate({name: typed[name] for name in ("which", "day") if typed.get(name)})
    except ValidationError:
        return RedirectResponse(f"/s/{id}", 303)  # no form of ours
    async with service_of(request).db.transaction() as tx:
        await cancel_series(tx, CancelSeries(series_id=id, organisation=staff, which=part.which, day=part.day))
    return RedirectResponse(f"/s/{id}", 303)


def _meant(occurrences: Sequence[Reservation], which: Which, day: date | None) -> list[Reservation]:
    """Those that would be given back, for people to see before; what decides is the use case."""
    to_come = [one for one in occurrences if one.starts_at is not None and one.starts_at > now()]
    if which is Which.ALL:
        return to_come
    if which is Which.THIS:
        return [one for one in to_come if one.occurrence == day]
    return [one for one in to_come if day is not None and one.occurrence is not None and one.occurrence >= day]


async def _shown(
    id: UUID, request: Request, staff: Staff, refused: dict[str, str] | None = None, status: int = 200
) -> Response:
    """`refused`: why a date could not be put back."""
    async with service_of(request).db.reading() as session:
        series, occurrences = await queries.series(session, id)
        asked, objections = await queries.asked(session, id), await queries.objections(session, id)
        changing, taken_out = await queries.changing(session, id), await queries.taken_out(session, series)
    theirs = series.organisation == staff and series.state in (State.CONFIRMED, State.ASKED)
    return render(
        request, "series.html", status=status, series=series, occurrences=occurrences, asked=asked,
        objections=objections, changing=changing, taken_out=taken_out, refused=refused, theirs=theirs, now=now(),
    )  # fmt: skip


async def _preview(request: Request, staff: str, typed: dict[str, str], asked: Asked, status: int = 200) -> Response:
    house, lang = settings_of(request).house, language(request)
    async with service_of(request).db.reading() as session:
        judged, instead = await queries.preview(session, house, staff, asked.room, asked.recurrence, asked.people)
    free = sum(one.verdict == "free" for one in judged)
    over = sum(one.verdict == "over-the-charter" for one in judged)
    closed = sum(one.verdict == "closed" for one in judged)
    return _form(
        request, typed, status=status, judged=judged, free=free, over=over,
        offers=forms.offers(house, instead, lang), elsewhere=forms.elsewhere(house, instead, asked.people, lang),
        whole=free + over + closed == len(judged),
    )  # fmt: skip


def _form(
    request: Request, typed: dict[str, str], errors: dict[str, str] | None = None, *, status: int = 200, **more: Any
) -> Response:
    return render(
        request,
        "repeat.html",
        status=status,
        typed={name: typed.get(name, "") for name in forms.FIELDS},
        errors=errors or {},
        every=forms.EVERY,
        said=forms.SAID,
        people=PEOPLE,
        **more,
    )
