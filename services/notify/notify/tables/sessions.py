"""What people enrolled in, as enrolment last told it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
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
    version: Mapped[int] = mapped_column(BigInteger)


class Enrolment(Base):
    """Who is in what, so that a session that changes is told to those whom it concerns.

    Its session may not have been heard of yet. `said_at`: when enrolment said the state; `deadline`: of an offer.
    """

    __tablename__ = "enrolments"

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    party_id: Mapped[UUID]
    party_kind: Mapped[str]
    organiser: Mapped[str]
    session_id: Mapped[UUID]
    children: Mapped[int]
    state: Mapped[str]
    deadline: Mapped[datetime | None]
    said_at: Mapped[datetime]
