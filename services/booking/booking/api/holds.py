"""Rooms held until a deadline: hold, then confirm; who says nothing gives it back."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, ConfigDict, Field
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from starlette.responses import JSONResponse, Response

from booking.api.reservations import NO_ROOM
from booking.doors import settings_of
from booking.finding import NoSuchReservation, NotYours
from booking.shapes import SLOT, NewReservation, ReservationShown
from booking.tables import Reservation
from booking.use_cases.confirm_hold import ConfirmHold, HoldOver, confirm_hold
from booking.use_cases.hold_room import HeldOverTheCharter, HeldTooLong, HoldRoom, hold_room

router = APIRouter(prefix="/holds", tags=["holds"])


class NewHold(NewReservation):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"room": "cuisine", **SLOT, "people": 6, "minutes": 30}]}
    )  # fmt: skip

    minutes: int | None = Field(None, ge=1, description="how long to hold it; none: as long as the house allows")


class HoldShown(ReservationShown):
    """A reservation that is held; `held_until` is null once it is confirmed, cancelled or over."""

    held_until: AwareDatetime | None = Field(description="confirm before; never after it begins")

    @classmethod
    def of(cls, reservation: Reservation) -> "HoldShown":
        return cls.model_validate(reservation, from_attributes=True)


@router.post(
    "",
    summary="Hold a room until a deadline",
    status_code=201,
    response_model=HoldShown,
    responses=refusals(*KEY, *ONCE, *NO_ROOM, HeldTooLong, HeldOverTheCharter),
)
async def post_hold(body: NewHold, organisation: Organisation, attempt: Once, request: Request) -> Response:
    cmd = HoldRoom(
        organisation=organisation, room=body.room, span=body.span, people=body.people, title=body.title,
        minutes=body.minutes, for_family=body.for_family,
    )  # fmt: skip
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            made = HoldShown.of(await hold_room(tx, settings_of(request), cmd))
            return JSONResponse(made.model_dump(mode="json"), 201, {"Location": f"/reservations/{made.id}"})

        return await attempt.once(tx, organisation, action)


@router.post(
    "/{id}/confirm",
    summary="Make a reservation of it; again changes nothing",
    responses=refusals(*KEY, NoSuchReservation, NotYours, HoldOver),
)
async def post_confirm(id: UUID, organisation: Organisation, request: Request) -> HoldShown:
    async with service_of(request).db.transaction() as tx:
        cmd = ConfirmHold(reservation_id=id, organisation=organisation)
        return HoldShown.of(await confirm_hold(tx, cmd))
