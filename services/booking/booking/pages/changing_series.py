"""Change a series, in forms: what each date would meet, then all of it or what is free."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from ronde.clock import now
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Once, Staff, render
from ronde.web.language import language, pick
from starlette.responses import RedirectResponse, Response

from booking.doors import settings_of
from booking.forms import PEOPLE, Wrong, filled_in
from booking.series import forms, queries
from booking.series.finding import Which
from booking.series.refusals import SeriesClashes
from booking.series.verdicts import Mode
from booking.tables import Reservation, Series
from booking.use_cases.change_series import ChangeSeries, change_series, preview_change

router = APIRouter()
DAY = TypeAdapter(date)


class _Open:
    """The series, all that it holds, and the date whose room and hours the form shows."""

    def __init__(self, series: Series, occurrences: list[Reservation], one: Reservation) -> None:
        self.series, self.occurrences, self.one = series, occurrences, one

    def shown(self, request: Request) -> dict[str, str]:
        one, slot = self.one, self.one.slot
        assert slot is not None  # noqa: S101 (it holds its room)
        title = pick(one.title or {"": ""}, language(request))
        house = settings_of(request).house
        fields = filled_in(house, slot.room, slot.starts_at, slot.ends_at, one.people or 1, title)
        return {**fields, "on": fields["day"], "day": str(one.occurrence)}


@router.get("/s/{id}/change")
async def show_change(id: UUID, request: Request, staff: Staff, day: str, which: Which = Which.THIS) -> Response:
    found = await _open(request, id, staff, day)
    if found is None:
        return RedirectResponse(f"/s/{id}", 303)
    return _form(request, found, {**found.shown(request), "which": which})


@router.post("/s/{id}/change")
async def post_change(id: UUID, request: Request, staff: Staff, attempt: Once) -> Response:
    """Without `mode` it is a question: nothing is changed."""
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    lang, mode = language(request), Mode(typed["mode"]) if typed.get("mode") in set(Mode) else None
    found = await _open(request, id, staff, typed.get("day", ""))
    if found is None:
        return RedirectResponse(f"/s/{id}", 303)  # since then it was given back, or it began
    try:
        asked = forms.read_change(typed, found.shown(request), lang)
        if not asked and mode:  # a double click: it is as it was asked
            return RedirectResponse(f"/s/{id}", 303)
        if not asked:
            raise Wrong({"room": pick(forms.NOTHING, lang)})
        cmd = ChangeSeries(
            series_id=id, organisation=staff, mode=Mode(mode) if mode in set(Mode) else Mode.ALL, **asked
        )
        if mode is None:
            return await _preview(request, found, typed, cmd)
        async with service_of(request).db.transaction() as tx:

            async def action() -> Response:
                await change_series(tx, settings_of(request), cmd)
                return RedirectResponse(f"/s/{id}", 303)

            return await attempt.once(tx, staff, action)
    except Wrong as wrong:
        return _form(request, found, typed, wrong.errors, status=422)
    except SeriesClashes:  # since the preview somebody took one of them
        return await _preview(request, found, typed, cmd, status=409)
    except Refused as refusal:
        field = forms.FIELD_OF.get(type(refusal))
        if field is None:
            raise
        return _form(request, found, typed, {field: pick(refusal.reason, lang)}, status=refusal.status)


async def _open(request: Request, id: UUID, staff: str, day: str) -> _Open | None:
    """None when there is nothing of theirs to change on that day of its rule. Raises NoSuchSeries."""
    try:
        occurrence = DAY.validate_python(day)
    except ValidationError:
        return None
    async with service_of(request).db.reading() as session:
        series, held = await queries.series(session, id)
    one = next((one for one in held if one.occurrence == occurrence), None)
    if series.organisation != staff or one is None or one.starts_at is None or one.starts_at <= now():
        return None
    return _Open(series, list(held), one)


async def _preview(
    request: Request, found: _Open, typed: dict[str, str], cmd: ChangeSeries, status: int = 200
) -> Response:
    settings, lang = settings_of(request), language(request)
    async with service_of(request).db.reading() as session:
        judged, instead = await preview_change(session, settings, cmd)
    free = sum(one.verdict == "free" for one in judged)
    over = sum(one.verdict == "over-the-charter" for one in judged)
    return _form(
        request, found, typed, status=status, judged=judged, free=free, over=over, whole=free + over == len(judged),
        before={one.id: one for one in found.occurrences}, offers=forms.offers(settings.house, instead, lang),
    )  # fmt: skip


def _form(
    request: Request,
    found: _Open,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> Response:
    return render(
        request,
        "change_series.html",
        status=status,
        series=found.series,
        one=found.one,
        typed={name: typed.get(name, "") for name in forms.CHANGE_FIELDS},
        errors=errors or {},
        which=forms.WHICH,
        said=forms.SAID,
        people=PEOPLE,
        **more,
    )
