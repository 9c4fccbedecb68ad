"""What booking says: a room is reserved, moved, refused or given back."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from .event import Event, Lasting, Shape, Slot, Slug, Words


class _Reservation(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("reservation_id",)

    reservation_id: UUID = Field(description="booking's own; the same as long as the session keeps asking")
    reference: str = Field(description="short, for people: R-7K2QX")
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
    """What was asked for, word for word."""

    room: Slug | None = Field(None, description="none: any room that fits")
    starts_at: str = Field(description="as the asker wrote it")
    ends_at: str = Field(description="as the asker wrote it")
    people: int


class ReservationRefused(_Reservation):
    """No room for what was asked; here is what was free instead."""

    type: ClassVar[str] = "reservation.refused.v1"
    routing_key: ClassVar[str] = "booking.reservation.refused.v1"

    asked: Asked
    code: str = Field(description="machine-readable: room-taken, room-too-small, room-closed, ...")
    reason: Words
    alternatives: tuple[Slot, ...] = Field((), description="what was free when it was refused; ask again to have one")
    kept: Slot | None = Field(None, description="the slot it holds all the same, when a move was refused")


class ReservationCancelled(_Reservation):
    """The room is free again."""

    type: ClassVar[str] = "reservation.cancelled.v1"
    routing_key: ClassVar[str] = "booking.reservation.cancelled.v1"

    freed: Slot | None = Field(None, description="what it held")


class Occurrence(Slot):
    """One of a series, as it is held now."""

    day: date = Field(description="the day on which the rule put it; it stays the same when it is moved")
    reservation_id: UUID


class _Series(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("series_id",)

    series_id: UUID
    reference: str = Field(description="short, for people: S-7K2QX")
    organisation: Slug = Field(description="who asked, by the name of its broker user")
    title: Words | None = None
    rule: str = Field(description="the RRULE (RFC 5545) that was asked for")
    zone: str = Field(description="the clock on the wall that the rule goes by, like Europe/Paris")
    occurrences: tuple[Occurrence, ...] = Field(
        description="all that is held, and what took place: whatever is not there is not held"
    )


class SeriesConfirmed(_Series):
    """The room is theirs at all of these times. One event, however many they are."""

    type: ClassVar[str] = "series.confirmed.v1"
    routing_key: ClassVar[str] = "booking.series.confirmed.v1"


class SeriesChanged(_Series):
    """Some of the series moved or was given back, in one event."""

    type: ClassVar[str] = "series.changed.v1"
    routing_key: ClassVar[str] = "booking.series.changed.v1"

    freed: tuple[Slot, ...] = Field((), description="what it held before and holds no more")


class SeriesCancelled(_Series):
    """All of it that was to come is given back, in one event; what took place stays."""

    type: ClassVar[str] = "series.cancelled.v1"
    routing_key: ClassVar[str] = "booking.series.cancelled.v1"

    freed: tuple[Slot, ...] = Field((), description="what it held")
