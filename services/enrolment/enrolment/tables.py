"""The rows that enrolment owns."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from enrolment.states import ACTIVE, EnrolmentState, ReservationState, SessionState


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way)
        datetime: DateTime(timezone=True),
        str: Text(),
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
        dict[str, str]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        SessionState: Text(),
        EnrolmentState: Text(),
        ReservationState: Text(),
    }


class Session(Base):
    """One occurrence of a workshop: its organiser's plan, the slot that people were told, and how full it is.

    `taken` (children confirmed or offered) and `waiting` (enrolments in line) are counted by a trigger whenever an
    enrolment changes, and `taken <= seats` is a constraint: no code can give a place that is not there. `seats` is
    `places`, or more after the organiser lowered `places` below what was taken: nobody is dropped silently.
    """

    __tablename__ = "sessions"
    __table_args__ = (CheckConstraint("taken <= seats", name="no_more_taken_than_seats"),)

    organiser: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[dict[str, str]]
    places: Mapped[int]
    from_months: Mapped[int]
    to_months: Mapped[int]
    audience: Mapped[list[str]]
    planned_starts_at: Mapped[datetime]
    planned_ends_at: Mapped[datetime]
    state: Mapped[SessionState]
    reason: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    # The slot that was published, from the reservation: None until the session has opened for the first time.
    room_name: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    waiting: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(server_default=text("0"))


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


class Party(Base):
    """A family, or a childminder: who enrols, and how to reach them."""

    __tablename__ = "parties"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="can_be_reached"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    registered_by: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int]
    children: Mapped[list["Child"]] = relationship(order_by="Child.id")


class Child(Base):
    """A child of the family, or in the childminder's care. `born_exactly` is False when only the month is known."""

    __tablename__ = "children"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), index=True)
    first_name: Mapped[str]
    born_on: Mapped[date]
    born_exactly: Mapped[bool]


_ACTIVE = text(f"state IN ({', '.join(repr(state) for state in ACTIVE)})")


class Enrolment(Base):
    """A party in a session, or in its waiting list. `number` is the order of arrival."""

    __tablename__ = "enrolments"
    __table_args__ = (
        ForeignKeyConstraint(["organiser", "session_id"], ["sessions.organiser", "sessions.session_id"]),
        CheckConstraint("(state = 'offered') = (deadline IS NOT NULL)", name="an_offer_has_a_deadline"),
        Index("one_active_enrolment", "organiser", "session_id", "party_id", unique=True, postgresql_where=_ACTIVE),
        Index("enrolments_in_line", "organiser", "session_id", "number", postgresql_where=text("state = 'waiting'")),
        Index("enrolments_due", "deadline", postgresql_where=text("state = 'offered'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    organiser: Mapped[str]
    session_id: Mapped[UUID]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    party_kind: Mapped[str]
    child_ids: Mapped[list[UUID]]
    children: Mapped[int]
    state: Mapped[EnrolmentState]
    joined_at: Mapped[datetime]
    deadline: Mapped[datetime | None]
    version: Mapped[int]


class Link(Base):
    """A family's own page for one enrolment; the token itself is only in the message that they got."""

    __tablename__ = "links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    expires_at: Mapped[datetime]
