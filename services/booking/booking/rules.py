"""Which rooms could have it, and why not: pure decisions on the house's wall clock, no I/O.

The time to set up and to tidy belongs to a reservation, and opening hours include it, as the house file says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ronde.house import House, Room
from ronde.refusal import Refused
from ronde_contracts.event import Slot

from booking.refusals import InThePast, RoomClosed, RoomTaken, RoomTooSmall, TooFarAhead, UnknownRoom

HORIZON = timedelta(days=3 * 365)
"""As far as holidays are known, about. It also keeps years like 9999 away from calendars that end there."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to a later one, both aware; it contains its start and not its end."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError("a span ends after it starts")

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `room` None: any that fits."""

    room: str | None
    span: Span
    people: int


Busy = Mapping[int, Sequence[Span]]
"""Space -> when it is taken, setting up and tidying included."""


def blocked(room: Room, span: Span) -> Span:
    """The time that the room is not free for others."""
    before, after = timedelta(minutes=room.setup_minutes), timedelta(minutes=room.tidy_minutes)
    return Span(span.starts_at - before, span.ends_at + after)


def is_free(room: Room, span: Span, busy: Busy) -> bool:
    whole = blocked(room, span)
    return not any(whole.overlaps(other) for space in room.spaces for other in busy.get(space, ()))


def within_reach(span: Span, now: datetime) -> bool:
    """Whether it is in the years around now, and a calendar can be asked about it."""
    return now - HORIZON < span.starts_at and span.ends_at < now + HORIZON


def slot(room: Room, span: Span) -> Slot:
    """The room and the time as everybody reads them."""
    starts_at, ends_at = span.starts_at.astimezone(UTC), span.ends_at.astimezone(UTC)
    return Slot(room=room.id, room_name=room.name["fr"], starts_at=starts_at, ends_at=ends_at)


def by_fit(house: House, prefer: str | None = None) -> list[Room]:
    """The preferred room, then the smallest first: large rooms stay free for those who need them."""
    return sorted(house.rooms, key=lambda room: (room.id != prefer, room.capacity, len(room.spaces)))


def fitting(house: House, wish: Wish, *, now: datetime, prefer: str | None = None) -> list[Room]:
    """The rooms that could have it if they are free, best first. Raises why not, when there is none."""
    if not within_reach(wish.span, now):
        raise InThePast if wish.span.starts_at < now else TooFarAhead
    rooms = [room for room in by_fit(house, prefer) if wish.room in (None, room.id)]
    if not rooms:
        raise UnknownRoom
    refusals = {room.id: why_not(house, room, wish.span, wish.people, now=now) for room in rooms}
    found = [room for room in rooms if refusals[room.id] is None]
    if found:
        return found
    refusal = refusals[max(rooms, key=lambda room: room.capacity).id]
    if isinstance(refusal, RoomTooSmall) and wish.room is None:
        raise RoomTooSmall
    raise refusal or RoomClosed


def why_not(house: House, room: Room, span: Span, people: int, *, now: datetime) -> Refused | None:
    """Why the room cannot have it, even if nobody else has it; None when it can."""
    if span.starts_at <= now:
        return InThePast()
    if people > room.capacity:
        return RoomTooSmall.this_one(room, people)
    return closed(house, room, span)


def closed(house: House, room: Room, span: Span) -> RoomClosed | None:
    """Whether the house is closed during some of it."""
    whole = blocked(room, span)
    start, end = whole.starts_at.astimezone(house.timezone), whole.ends_at.astimezone(house.timezone)
    day = start.date()
    hours = house.opening(day)
    if hours is None:
        return RoomClosed.all_day(house.closed(day) or RoomClosed.words)
    if end.date() == day and hours.opens <= start.time() and end.time() <= hours.closes:
        return None
    opens, closes = (datetime.combine(day, at, house.timezone) for at in hours)
    return RoomClosed.outside(opens, closes, room, house)


def taken(house: House, wish: Wish) -> RoomTaken:
    """The refusal when others have what was wished for."""
    if wish.room is None:
        return RoomTaken()
    return RoomTaken.this_one(house.room(wish.room), wish.span.starts_at, wish.span.ends_at, house)
