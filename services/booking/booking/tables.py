"""The rows that booking owns: reservations, the series that some belong to, and what each takes of the rooms."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.ids import new_id, reference
from ronde_contracts.event import Slot
from sqlalchemy import ARRAY, Date, DateTime, Enum
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        dict[str, str]: JSONB(none_as_null=True),
        Range[datetime]: TSTZRANGE,
        list[date]: ARRAY(Date),
    }


class State(StrEnum):
    """What became of a request; one that is confirmed, held or asked of the founders has occupancies."""

    CONFIRMED = "confirmed"
    ASKED = "asked"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    HELD = "held"
    EXPIRED = "expired"


class Reservation(Base):
    """A room for an organisation, or for one of its sessions: then a single row for as long as the session asks.

    `request_id` is the organisation's own, when its program asked for a room by an event without a session: a single
    row too. `held_until` is the deadline of a room that is held and not confirmed yet.

    `occurrence` is the day on which the rule of its series put it; it keeps it wherever it is moved.

    `moves` is the reservation that would have this slot instead of its own: such a row holds the slot while the
    founders are asked, and is gone when they have answered. `consent_id` is what is asked of them, while it is.

    `for_family`: an organisation's staff reserved it for a family, about whom nothing is kept.

    Room and time are what it holds or, once cancelled, held; a refused request has none (but what a founder objected
    to), nor has a session that was cancelled before we heard of its plan. `refusal` is the last answer while that
    answer was no: the fields of ReservationRefused. A confirmed reservation has one when it asked for another slot in
    vain and kept its own.
    """

    __tablename__ = "reservations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    organisation: Mapped[str]
    session_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    version: Mapped[int]  # of what was said about it: one more with each event
    state: Mapped[State] = mapped_column(Enum(State, native_enum=False, values_callable=lambda s: [str(v) for v in s]))
    room: Mapped[str | None]
    room_name: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    people: Mapped[int | None]
    title: Mapped[dict[str, str] | None]
    refusal: Mapped[dict[str, Any] | None]
    refused_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    consent_id: Mapped[UUID | None]
    moves: Mapped[UUID | None]
    for_family: Mapped[bool]
    series_id: Mapped[UUID | None]
    occurrence: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    @classmethod
    def new(
        cls,
        organisation: str,
        session_id: UUID | None = None,
        request_id: UUID | None = None,
        *,
        for_family: bool = False,
    ) -> "Reservation":
        """Nothing asked yet, nothing said."""
        id = new_id()
        return cls(
            id=id, reference=reference("R", id), organisation=organisation, session_id=session_id,
            request_id=request_id, version=0, state=State.REFUSED, for_family=for_family,
        )  # fmt: skip

    def successor(self) -> "Reservation":
        """What holds another slot for it, beside its own, while the founders are asked."""
        made = Reservation.new(self.organisation, for_family=self.for_family)
        made.moves = self.id
        return made

    @property
    def slot(self) -> Slot | None:
        """What it holds, or held when it is cancelled."""
        if self.room is None or self.room_name is None or self.starts_at is None or self.ends_at is None:
            return None
        return Slot(room=self.room, room_name=self.room_name, starts_at=self.starts_at, ends_at=self.ends_at)

    def hold(self, slot: Slot, *, people: int, title: dict[str, str] | None) -> None:
        """The slot is theirs, and whatever was refused before is settled."""
        self.state = State.CONFIRMED
        self.room, self.room_name = slot.room, slot.room_name
        self.starts_at, self.ends_at = slot.starts_at, slot.ends_at
        self.people, self.title = people, title
        self.refusal = self.refused_at = self.held_until = self.consent_id = None

    def ask(self, slot: Slot, consent_id: UUID, *, people: int, title: dict[str, str] | None) -> None:
        """The slot is kept for them while the founders are asked."""
        self.hold(slot, people=people, title=title)
        self.state, self.consent_id = State.ASKED, consent_id

    def keep_until(self, deadline: datetime) -> None:
        """What it holds is not confirmed yet."""
        self.state, self.held_until = State.HELD, deadline

    def let_go(self) -> None:
        """Nothing is theirs now."""
        self.state = State.REFUSED
        self.room = self.room_name = self.starts_at = self.ends_at = None


class Series(Base):
    """The same room at the same hours of the house's wall clock, again and again, as it was asked for or last changed
    as a whole.

    What is held is in the reservations of that `series_id`: each may have been moved or cancelled by itself since.
    """

    __tablename__ = "series"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    organisation: Mapped[str]
    version: Mapped[int]  # of what was said about it: one more with each event
    state: Mapped[State] = mapped_column(Enum(State, native_enum=False, values_callable=lambda s: [str(v) for v in s]))
    room: Mapped[str]
    zone: Mapped[str]
    rule: Mapped[str]  # an RRULE of iCalendar
    first: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    without: Mapped[list[date]]
    people: Mapped[int]
    title: Mapped[dict[str, str] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Occupancy(Base):
    """One indivisible space (ronde.house.Room.spaces) taken by a reservation, the time to set up and tidy included.

    The exclusion constraint ONE_AT_A_TIME judges every race: two occupancies of a space never overlap.
    """

    __tablename__ = "occupancies"

    reservation_id: Mapped[UUID] = mapped_column(primary_key=True)
    space: Mapped[int] = mapped_column(primary_key=True)
    during: Mapped[Range[datetime]] = mapped_column(primary_key=True)


ONE_AT_A_TIME = "occupancies_one_at_a_time"


class CalendarKind(StrEnum):
    """Whose reservations a calendar shows."""

    HOUSE = "house"
    ROOM = "room"
    ORGANISATION = "organisation"


class Calendar(Base):
    """An address to subscribe to, made by an organisation; `about` is the id of the house, room or organisation.

    One of a kind is live for each organisation; those before it are kept, so that their readers are told.
    """

    __tablename__ = "calendars"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation: Mapped[str]
    kind: Mapped[CalendarKind] = mapped_column(
        Enum(CalendarKind, native_enum=False, values_callable=lambda s: [str(v) for v in s])
    )
    about: Mapped[str]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class ImportedEvent(Base):
    """What became of an event of an organisation's own planning: so that importing it twice changes nothing.

    `recurrence` is the local day of the occurrence's RECURRENCE-ID, `""` for an event that does not recur; `asked` is
    what the planning said when it was last followed.
    """

    __tablename__ = "imported_events"

    organisation: Mapped[str] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(primary_key=True)
    recurrence: Mapped[str] = mapped_column(primary_key=True)
    reservation_id: Mapped[UUID]
    asked: Mapped[dict[str, Any]]
    imported_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
