"""Sessions, and what booking says about their rooms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ronde.clock import now
from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.states import ReservationState, SessionState, Stage
from enrolment.tables.base import Base


class Session(Base):
    """One occurrence of a workshop: its organiser's plan, the slot that people were told, and how full it is.

    `taken` (children confirmed or offered) and `waiting` (enrolments in line) are counted by a trigger whenever an
    enrolment changes, and `taken <= seats` is a constraint: no code can give a place that is not there. `seats` is
    `places`, or more after the organiser lowered `places` below what was taken: nobody is dropped silently.
    Adults' places are counted apart in the same way, and taken in the same statement; None: they are not counted.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("taken <= seats", name="no_more_taken_than_seats"),
        CheckConstraint("adults_taken <= adult_seats", name="no_more_adults_than_seats"),
        Index("sessions_of_series", "organiser", "series_id", postgresql_where=text("series_id IS NOT NULL")),
        Index("sessions_lost", "lost_at", postgresql_where=text("state = 'without-room' AND NOT suspended")),
    )

    organiser: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[dict[str, str]]
    places: Mapped[int]
    from_months: Mapped[int]
    to_months: Mapped[int]
    audience: Mapped[list[str]]
    # Members whose own families alone are invited; empty: any family. It says nothing of childminders.
    families_of: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    shared_with: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    series_id: Mapped[UUID | None]
    series_title: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    planned_starts_at: Mapped[datetime]
    planned_ends_at: Mapped[datetime]
    # From when until when one may enrol: opens_at None, at once; closes_at None, until it begins. What the organiser
    # said of the end is kept apart: without it, closes_at follows the start by the house's rule.
    opens_at: Mapped[datetime | None]
    planned_closes_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    state: Mapped[SessionState]
    reason: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    # The slot that was published, from the reservation: None until the session has opened for the first time.
    room_name: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    # Since when an open session has no room any more, and whether people have been told.
    lost_at: Mapped[datetime | None]
    suspended: Mapped[bool] = mapped_column(server_default=text("false"))
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    adult_places: Mapped[int | None]
    adult_seats: Mapped[int | None]
    adults_taken: Mapped[int] = mapped_column(server_default=text("0"))
    waiting: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(server_default=text("0"))
    # How its line is ordered: what each rule gives. None: by arrival alone.
    points: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    attended: Mapped[int] = mapped_column(server_default=text("0"))  # the version of who came

    @property
    def stage(self) -> Stage:
        """Now. What is not open is what its state says."""
        if self.state != "open" or self.starts_at is None:
            return "waiting-for-room" if self.state == "open" else self.state
        if self.starts_at <= now():
            return "begun"
        if self.opens_at is not None and now() < self.opens_at:
            return "not-yet"
        if self.closes_at is not None and self.closes_at <= now():
            return "closed"
        no_adult = self.adult_seats is not None and self.adults_taken >= self.adult_seats
        return "full" if self.taken >= self.seats or no_adult else "free"

    def held_by(self, organisation: str | None) -> bool:
        """Whether it is theirs: their staff see its list, and do all that the organiser's do."""
        return organisation in (self.organiser, *self.shared_with)


class Reservation(Base):
    """What booking last said about a room asked for a session; it may be heard before the session itself."""

    __tablename__ = "reservations"
    __table_args__ = (Index("reservations_of_session", "organiser", "session_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organiser: Mapped[str]
    session_id: Mapped[UUID]
    state: Mapped[ReservationState]
    room_name: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    reason: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    alternatives: Mapped[list[dict[str, Any]]]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))  # the sequence of what was said last
    chosen: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # picked, and not answered yet
