"""Rooms and reservations in JSON."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from ronde.clock import now
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from ronde_contracts.event import Slug
from starlette.responses import JSONResponse, Response

from booking import queries
from booking.doors import settings_of
from booking.finding import AsksToMove, FollowsItsSession, NoSuchReservation, NotYours, PartOfASeries
from booking.refusals import InThePast, RoomClosed, RoomTaken, RoomTooSmall, TooFarAhead, UnknownRoom
from booking.rules import Span
from booking.shapes import NewReservation, NewSlot, ReservationShown, RoomShown
from booking.use_cases.cancel_reservation import CancelReservation, cancel_reservation
from booking.use_cases.move_reservation import MoveReservation, NothingToMove, move_reservation
from booking.use_cases.reserve_room import ReserveRoom, reserve_room

router = APIRouter(tags=["rooms"])
NO_ROOM = (UnknownRoom, InThePast, TooFarAhead, RoomTooSmall, RoomClosed, RoomTaken)
THEIRS = (NoSuchReservation, NotYours, FollowsItsSession, PartOfASeries)
WEEK, LONGEST_LIST = timedelta(days=7), timedelta(days=100)


class NotAListableTime(Refused):
    """`from` must be before `to`, at most 100 days, in the years 2000 to 2099."""

    code, status = "not-a-listable-time", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "« from » vient avant « to », 100 jours au plus les séparent, entre 2000 et 2099.",
        "en": "“from” comes before “to”, at most 100 days apart, from 2000 to 2099.",
    }


@router.get("/rooms", summary="The shared rooms")
async def list_rooms(request: Request) -> list[RoomShown]:
    return [RoomShown.of(room) for room in service_of(request).house.rooms]


@router.get(
    "/reservations", summary="Who has which room when", responses=refusals(UnknownRoom, NotAListableTime)
)  # fmt: skip
async def list_reservations(
    request: Request,
    starts: Annotated[AwareDatetime | None, Query(alias="from", description="now, when absent")] = None,
    ends: Annotated[AwareDatetime | None, Query(alias="to", description="a week later, when absent")] = None,
    room: Annotated[Slug | None, Query(description="also what takes it from elsewhere: its whole, its parts")] = None,
) -> list[ReservationShown]:
    service = service_of(request)
    async with service.db.reading() as session:
        found = await queries.reservations(session, service.house, _listable(starts, ends), room)
    return [ReservationShown.of(one) for one in found]


def _listable(starts: datetime | None, ends: datetime | None) -> Span:
    starts = starts or now()
    if not 2000 <= starts.year < 2100:
        raise NotAListableTime
    ends = ends or starts + WEEK
    if not timedelta() < ends - starts <= LONGEST_LIST:
        raise NotAListableTime
    return Span(starts, ends)


@router.get("/reservations/{id}", summary="One reservation", responses=refusals(NoSuchReservation))
async def show_reservation(id: UUID, request: Request) -> ReservationShown:
    async with service_of(request).db.reading() as session:
        return ReservationShown.of(await queries.reservation(session, id))


@router.post(
    "/reservations",
    summary="Reserve a room",
    status_code=201,
    response_model=ReservationShown,
    responses=refusals(*KEY, *ONCE, *NO_ROOM),
)
async def post_reservation(
    body: NewReservation, organisation: Organisation, attempt: Once, request: Request
) -> Response:
    cmd = ReserveRoom(
        organisation=organisation, room=body.room, span=body.span, people=body.people, title=body.title,
        for_family=body.for_family,
    )  # fmt: skip
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            made = ReservationShown.of(await reserve_room(tx, settings_of(request), cmd))
            return JSONResponse(made.model_dump(mode="json"), 201, {"Location": f"/reservations/{made.id}"})

        return await attempt.once(tx, organisation, action)


@router.post(
    "/reservations/{id}/move",
    summary="Move it to another time or room; refused, it keeps its own, and also while the founders are asked",
    responses=refusals(*KEY, *THEIRS, AsksToMove, NothingToMove, *NO_ROOM),
)
async def post_move(id: UUID, body: NewSlot, organisation: Organisation, request: Request) -> ReservationShown:
    cmd = MoveReservation(
        reservation_id=id, organisation=organisation, room=body.room, span=body.span, people=body.people,
        title=body.title,
    )  # fmt: skip
    async with service_of(request).db.transaction() as tx:
        return ReservationShown.of(await move_reservation(tx, settings_of(request), cmd))


@router.post(
    "/reservations/{id}/cancel",
    summary="Give the room back; again changes nothing",
    responses=refusals(*KEY, *THEIRS, InThePast),
)
async def post_cancel(id: UUID, organisation: Organisation, request: Request) -> ReservationShown:
    cmd = CancelReservation(reservation_id=id, organisation=organisation)
    async with service_of(request).db.transaction() as tx:
        return ReservationShown.of(await cancel_reservation(tx, cmd))
