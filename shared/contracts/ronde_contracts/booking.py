"""What booking says: a room is reserved, moved, refused or given back."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from .event import Event, Lasting, Shape, Slot, Slug, Words


class _Reservation(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("reservation_id",)

    reservation_id: UUID = Field(description="booking's own; the same as long as the session keeps asking")
    reference: str = Field(description="short, for people: R-7K3QX9")
    organisation: Slug = Field(description="who asked, by the name of its broker user")
    session_id: UUID | None = Field(None, description="the organisation's session that the room is for")


class ReservationConfirmed(_Reservation, Lasting):
    """The room is theirs at that time."""

    type: ClassVar[str] = "reservation.confirmed.v1"
    routing_key: ClassVar[str] = "booking.reservation.confirmed.v1"

    room: Slug
    room_name: str = Field(description="the room as people call it")


class ReservationMoved(_Reservation, Lasting):
    """The reservation holds at another time or in another room; `previous` is free again."""

    type: ClassVar[str] = "reservation.moved.v1"
    routing_key: ClassVar[str] = "booking.reservation.moved.v1"

    room: Slug
    room_name: str = Field(description="the room as people call it")
    previous: Slot = Field(description="what it held before")


class Asked(Shape):
    """What was asked for."""

    room: Slug | None = Field(None, description="none: any room that fits")
    starts_at: str = Field(description="with the offset that the asker wrote")
    ends_at: str = Field(description="with the offset that the asker wrote")
    people: int


class ReservationRefused(_Reservation):
    """No room for what was asked; here is what was free instead."""

    type: ClassVar[str] = "reservation.refused.v1"
    routing_key: ClassVar[str] = "booking.reservation.refused.v1"

    asked: Asked
    code: str = Field(
        description="machine-readable: room-taken, room-too-small, room-closed, unknown-room, in-the-past, "
        "too-far-ahead; take another as refused"
    )
    reason: Words
    alternatives: tuple[Slot, ...] = Field(
        (), description="what was free when it was refused, held for nobody; session.changed.v1 asks for one"
    )
    kept: Slot | None = Field(None, description="the slot it holds all the same, when a change was refused")


class ReservationCancelled(_Reservation):
    """The room is free again."""

    type: ClassVar[str] = "reservation.cancelled.v1"
    routing_key: ClassVar[str] = "booking.reservation.cancelled.v1"

    freed: Slot | None = Field(None, description="what it held; none if it held no room")
