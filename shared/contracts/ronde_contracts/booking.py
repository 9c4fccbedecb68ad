"""What booking says: a room is reserved, moved, refused or given back."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from .event import Event, Lasting, Shape, Slot, Slug, Words


class _Reservation(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("reservation_id",)

    reservation_id: UUID = Field(description="booking's own; the same as long as the session keeps asking")
    reference: str = Field(description="short, for people: R-7K3QX9")
    organisation: Slug = Field(description="who asked, by the name of its broker user")
    session_id: UUID | None = Field(None, description="the organisation's session that the room is for")
    request_id: UUID | None = Field(None, description="of room.requested.v1, when that is how it was asked for")
    for_family: bool = Field(False, description="for a family, who is not named: its hours are nobody's")


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


class ReservationHeld(_Reservation, Lasting):
    """The room is kept for them until they confirm, at most until the deadline."""

    type: ClassVar[str] = "reservation.held.v1"
    routing_key: ClassVar[str] = "booking.reservation.held.v1"

    room: Slug
    room_name: str = Field(description="the room as people call it")
    held_until: AwareDatetime = Field(description="the deadline; a confirmation before it keeps the room")


class ReservationExpired(_Reservation):
    """It was held and not confirmed in time: the room is free again."""

    type: ClassVar[str] = "reservation.expired.v1"
    routing_key: ClassVar[str] = "booking.reservation.expired.v1"

    freed: Slot = Field(description="what it held")


class Occurrence(Slot):
    """One of a series, as it is held now."""

    day: date = Field(description="the day on which the rule put it; it stays the same when it is moved")
    reservation_id: UUID
    title: Words | None = Field(None, description="none: the series' own")


class AskedOccurrence(Occurrence):
    """One that is asked of the founders; it holds that slot meanwhile."""

    replaces: Slot | None = Field(None, description="what it holds as well, and after an objection: it asks to move")


class _Series(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("series_id",)

    series_id: UUID
    reference: str = Field(description="short, for people: S-7K3QX9")
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


class Excess(Shape):
    """One way in which what was asked goes over the charter."""

    code: str = Field(description="machine-readable: over-week, over-month, reserved-window, beyond-horizon")
    reason: Words
    minutes_over: int | None = Field(None, description="peak time over the budget, when it is one")


class _Consent(Event, Slot):
    subject_from: ClassVar[tuple[str, ...]] = ("consent_id",)

    consent_id: UUID
    reservation_id: UUID = Field(description="holds the slot while the founders are asked")
    reference: str = Field(description="the reservation's, short, for people: R-7K3QX9")
    organisation: Slug = Field(description="who asked, by the name of its broker user")
    session_id: UUID | None = Field(None, description="the organisation's session that the room is for")
    request_id: UUID | None = Field(None, description="of room.requested.v1, when that is how it was asked for")
    replaces: Slot | None = Field(
        None, description="what the reservation keeps meanwhile, and after an objection: it asks to move"
    )
    series_id: UUID | None = Field(None, description="the series for which it is asked, once for all of its dates")
    occurrences: tuple[AskedOccurrence, ...] = Field(
        (), description="of the series: all dates that are asked; the slot and the reservation are those of the first"
    )
    charter: int = Field(description="the version of the charter that it goes over")
    excess: tuple[Excess, ...] = Field(min_length=1)
    founders: tuple[Slug, ...] = Field(description="who may object; who says nothing consents")
    until: AwareDatetime = Field(description="when silence has become consent")


class ConsentAsked(_Consent):
    """A request goes over the charter: it holds its slot, and the other founders may object until then."""

    type: ClassVar[str] = "consent.asked.v1"
    routing_key: ClassVar[str] = "booking.consent.asked.v1"


class ConsentGiven(_Consent):
    """Nobody objected: the reservation is confirmed, or moved."""

    type: ClassVar[str] = "consent.given.v1"
    routing_key: ClassVar[str] = "booking.consent.given.v1"

    consenting: tuple[Slug, ...] = Field((), description="who said so; the others said nothing")


class ConsentRefused(_Consent):
    """A founder objected: the slot is free again, and what asked to move keeps its own."""

    type: ClassVar[str] = "consent.refused.v1"
    routing_key: ClassVar[str] = "booking.consent.refused.v1"

    by: Slug = Field(description="who objected")
    reason: Words


class ConsentWithdrawn(_Consent):
    """The asker gave the slot back, or asks for another one, before the founders had answered."""

    type: ClassVar[str] = "consent.withdrawn.v1"
    routing_key: ClassVar[str] = "booking.consent.withdrawn.v1"


class StatementReady(Event):
    """The month is over: what the organisation held in it is counted, for the sharing of costs. Told once."""

    type: ClassVar[str] = "statement.ready.v1"
    routing_key: ClassVar[str] = "booking.statement.ready.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("organisation", "month")

    organisation: Slug = Field(description="whose statement, by the name of its broker user")
    month: str = Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="the month that is over: 2026-10")


class _Charter(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("version",)

    version: int
    founders: tuple[Slug, ...] = Field(description="whose consent it needs: all of them")
    consenting: tuple[Slug, ...] = Field((), description="who has consented")


class CharterProposed(_Charter):
    """The house file has a new charter. The one before stays in force."""

    type: ClassVar[str] = "charter.proposed.v1"
    routing_key: ClassVar[str] = "booking.charter.proposed.v1"


class CharterAdopted(_Charter):
    """Every founder consented: it is in force."""

    type: ClassVar[str] = "charter.adopted.v1"
    routing_key: ClassVar[str] = "booking.charter.adopted.v1"
