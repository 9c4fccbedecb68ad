"""Enrolments, and the links by which a family answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    ScalarSelect,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.states import ACTIVE, EnrolmentState
from enrolment.tables.base import Base

_ACTIVE = text(f"state IN ({', '.join(repr(state) for state in ACTIVE)})")


class Enrolment(Base):
    """A party in a session, or in its waiting list.

    The line goes by `first_at` (staff put them first), then `points`, then `number`, the order of arrival: see IN_LINE.
    `points_for` says which rule of the session gave how many points, on the day they joined.
    """

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
    adults: Mapped[int] = mapped_column(server_default=text("1"))
    state: Mapped[EnrolmentState]
    joined_at: Mapped[datetime]
    deadline: Mapped[datetime | None]
    first_at: Mapped[datetime | None]
    points: Mapped[int] = mapped_column(server_default=text("0"))
    points_for: Mapped[dict[str, int]] = mapped_column(server_default=text("'{}'"))
    version: Mapped[int]


IN_LINE = (func.coalesce(Enrolment.first_at, text("'infinity'::timestamptz")), -Enrolment.points, Enrolment.number)
"""The published order of a waiting list: to sort by, and to compare as a row with `place_of`."""


def place_of(enrolment_id: UUID) -> ScalarSelect[Any]:
    """Where that one is in the order, for `tuple_(*IN_LINE) < place_of(…)`: those before them."""
    return select(*IN_LINE).where(Enrolment.id == enrolment_id).correlate(None).scalar_subquery()


class Link(Base):
    """A family's own page for one enrolment; the token itself is only in the message that they got."""

    __tablename__ = "links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    expires_at: Mapped[datetime]
