"""Enrolments, and the links by which a family answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.states import ACTIVE, EnrolmentState
from enrolment.tables.base import Base

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
