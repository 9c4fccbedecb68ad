"""The rows notify owns: who can be reached and how, what they enrolled in, and every message with what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        dict[str, str]: JSONB(none_as_null=True),
    }


FORGOTTEN = "forgotten"
"""The kind of a recipient of whom only the id is left: news of them that comes late is for nobody."""


class Recipient(Base):
    """How to reach a family or a childminder. The only place in the house, beside enrolment, that knows."""

    __tablename__ = "recipients"

    party_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    language: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]


class Session(Base):
    """A session as enrolment last told it."""

    __tablename__ = "sessions"

    organiser: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[dict[str, str]]
    room_name: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    called_off: Mapped[bool]
    reason: Mapped[dict[str, str] | None]
    version: Mapped[int] = mapped_column(BigInteger)


class Link(Base):
    """A family's own page for one enrolment."""

    __tablename__ = "links"

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    expires_at: Mapped[datetime]


class Enrolment(Base):
    """Who is in what, so that a session that changes is told to those whom it concerns."""

    __tablename__ = "enrolments"

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    party_id: Mapped[UUID]
    party_kind: Mapped[str]
    organiser: Mapped[str]
    session_id: Mapped[UUID]
    children: Mapped[int]
    state: Mapped[str]


class Message(Base):
    """One message by one channel. Its text is written when it leaves and never kept; `body_hash` proves what it was.

    `version` is that of the enrolment or the session it tells of: with the purpose it makes the message unique.
    `untrue` marks one that was leaving when its news was overtaken: if it comes back, it does not leave again.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID]
    purpose: Mapped[str]
    channel: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]]
    status: Mapped[str]
    untrue: Mapped[bool]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    language: Mapped[str | None]
    provider_id: Mapped[str | None]
    problem: Mapped[str | None]
    body_hash: Mapped[bytes | None]
