"""Recurring reservations in JSON: preview, reserve, change, give back."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from booking.doors import settings_of
from booking.finding import NotYours
from booking.refusals import InThePast, RoomTooSmall, TooFarAhead, UnknownRoom
from booking.series import queries
from booking.series.refusals import (
    HoursUpsideDown,
    NoSuchOccurrence,
    NoSuchSeries,
    NothingToCome,
    RuleNotUnderstood,
    SeriesClashes,
    SeriesEmpty,
    SeriesTooLong,
    SeriesWithoutEnd,
    StillAsked,
)
from booking.series.shapes import AskedSeries, Day, NewSeries, Part, Preview, SeriesChange, SeriesShown
from booking.series.verdicts import Judged
from booking.use_cases.cancel_series import CancelSeries, cancel_series
from booking.use_cases.change_series import ChangeSeries, change_series, preview_change
from booking.use_cases.put_back_date import PutBackDate, put_back_date
from booking.use_cases.reserve_series import ReserveSeries, reserve_series
from booking.use_cases.withdraw_change import WithdrawChange, withdraw_change

router = APIRouter(tags=["series"])
NO_SERIES = (RuleNotUnderstood, SeriesWithoutEnd, SeriesTooLong, SeriesEmpty, InThePast, TooFarAhead)
NO_ROOM = (UnknownRoom, RoomTooSmall)
THEIRS = (NoSuchSeries, NotYours, NoSuchOccurrence, InThePast, NothingToCome)


@router.post(
    "/series/preview",
    summary="What each occurrence would meet; nothing is reserved",
    responses=refusals(*KEY, *NO_SERIES, *NO_ROOM),
)
async def post_preview(body: AskedSeries, organisation: Organisation, request: Request) -> Preview:
    async with service_of(request).db.reading() as session:
        found = await queries.preview(
            session, settings_of(request).house, organisation, body.room, body.recurrence, body.people
        )  # fmt: skip
    return Preview.of(*found)


@router.post(
    "/series",
    summary="Reserve a room again and again: all or nothing, or what is free",
    status_code=201,
    response_model=SeriesShown,
    responses=refusals(*KEY, *ONCE, *NO_SERIES, *NO_ROOM, SeriesClashes),
)
async def post_series(body: NewSeries, organisation: Organisation, attempt: Once, request: Request) -> Response:
    cmd = ReserveSeries(
        organisation=organisation, room=body.room, recurrence=body.recurrence, people=body.people, title=body.title,
        mode=body.mode,
    )  # fmt: skip
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            made = await reserve_series(tx, settings_of(request), cmd)
            shown = SeriesShown.of(made.series, made.occurrences, made.left_out, made.asked)
            return JSONResponse(shown.model_dump(mode="json"), 201, {"Location": f"/series/{shown.id}"})

        return await attempt.once(tx, organisation, action)


@router.get("/series/{id}", summary="One series", responses=refusals(NoSuchSeries))
async def show_series(id: UUID, request: Request) -> SeriesShown:
    async with service_of(request).db.reading() as session:
        return await _shown(session, id)


@router.post(
    "/series/{id}/change/preview",
    summary="What each occurrence that a change moves would meet; nothing is changed",
    responses=refusals(*KEY, *THEIRS, *NO_ROOM, HoursUpsideDown, StillAsked),
)
async def post_change_preview(id: UUID, body: SeriesChange, organisation: Organisation, request: Request) -> Preview:
    async with service_of(request).db.reading() as session:
        return Preview.of(*await preview_change(session, settings_of(request), _change(id, organisation, body)))


@router.post(
    "/series/{id}/change",
    summary="Change one occurrence, one and those that follow, or all; refused, nothing changes",
    responses=refusals(*KEY, *THEIRS, *NO_ROOM, HoursUpsideDown, SeriesClashes, StillAsked),
)
async def post_change(id: UUID, body: SeriesChange, organisation: Organisation, request: Request) -> SeriesShown:
    cmd = _change(id, organisation, body)
    async with service_of(request).db.transaction() as tx:
        changed = await change_series(tx, settings_of(request), cmd)
        return await _shown(tx.session, id, changed.left_out)


@router.post(
    "/series/{id}/change/withdraw",
    summary="Withdraw what is asked of the founders: each date stays where it is",
    responses=refusals(*KEY, NoSuchSeries, NotYours),
)
async def post_withdraw(id: UUID, organisation: Organisation, request: Request) -> SeriesShown:
    async with service_of(request).db.transaction() as tx:
        await withdraw_change(tx, WithdrawChange(series_id=id, organisation=organisation))
        return await _shown(tx.session, id)


@router.post(
    "/series/{id}/put-back",
    summary="Put a date back that was given back or excepted; over the charter it is asked",
    responses=refusals(
        *KEY, NoSuchSeries, NotYours, NoSuchOccurrence, NothingToCome, UnknownRoom, StillAsked, SeriesClashes
    ),
)
async def post_put_back(id: UUID, body: Day, organisation: Organisation, request: Request) -> SeriesShown:
    cmd = PutBackDate(series_id=id, organisation=organisation, day=body.day)
    async with service_of(request).db.transaction() as tx:
        await put_back_date(tx, settings_of(request), cmd)
        return await _shown(tx.session, id)


def _change(id: UUID, organisation: str, body: SeriesChange) -> ChangeSeries:
    return ChangeSeries(series_id=id, organisation=organisation, **{name: getattr(body, name) for name in CHANGEABLE})


CHANGEABLE = tuple(SeriesChange.model_fields)


@router.post(
    "/series/{id}/cancel",
    summary="Give back one occurrence, one and those that follow, or all that is to come",
    responses=refusals(*KEY, *THEIRS),
)
async def post_cancel(id: UUID, body: Part, organisation: Organisation, request: Request) -> SeriesShown:
    cmd = CancelSeries(series_id=id, organisation=organisation, which=body.which, day=body.day)
    async with service_of(request).db.transaction() as tx:
        await cancel_series(tx, cmd)
        return await _shown(tx.session, id)


async def _shown(session: AsyncSession, id: UUID, left_out: Sequence[Judged] = ()) -> SeriesShown:
    await session.flush()
    asked, changing = await queries.asked(session, id), await queries.changing(session, id)
    return SeriesShown.of(*await queries.series(session, id), left_out, asked, changing)
