"""What people enrolled in, as enrolment last told it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from notify.tables.base import Base


class Session(Base):
    """A session as enrolment last told it. `suspended`: it has lost its room, and may still get another."""

    __tablename__ = "sessions"

    organiser: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[dict[str, str]]
    room_name: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    called_off: Mapped[bool]
    suspended: Mapped[bool]
    reason: Mapped[dict[str, str] | None]
    series_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(BigInteger)


class Enrolment(Base):
    """A matter of a family's: who is in what, so that a session that changes is told to those whom it concerns.

    With no `session_id` it is theirs alone: an application to a crèche, an offer of a place, hours of occasional care,
    by its own id. Its session may not have been heard of yet. `said_at`: when enrolment said the state; `deadline`: of
    an offer.
    """

    __tablename__ = "enrolments"

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    party_id: Mapped[UUID]
    party_kind: Mapped[str]
    organiser: Mapped[str | None]
    session_id: Mapped[UUID | None]
    children: Mapped[int | None]
    state: Mapped[str]
    deadline: Mapped[datetime | None]
    said_at: Mapped[datetime]

    @hybrid_property
    def subject_id(self) -> UUID:
        """What its news are about: the session, or this matter alone."""
        return self.session_id or self.enrolment_id

    @subject_id.inplace.expression
    @classmethod
    def _subject_id(cls) -> ColumnElement[UUID]:
        return func.coalesce(cls.session_id, cls.enrolment_id)
