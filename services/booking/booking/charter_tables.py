"""The rows of the charter: its versions, what is asked of the founders, and what each of them answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ronde.clock import now
from sqlalchemy import ARRAY, Enum, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.tables import Base


class Answered(StrEnum):
    """What became of what was asked; a slot is kept while it is `asked`."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Consent(Base):
    """One request over the charter, asked of the founders. Slots and `excess` are as they were when it was asked.

    `replaces`: what the reservation keeps meanwhile, when it asks to move. `series_id`: all dates of it that go over,
    which are `occurrences` (their day, reservation, slot, and what it replaces); `slot` is then the first of them.
    `change`: a change of a series that is asked as a whole, as series.noting.Change keeps it.
    """

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reservation_id: Mapped[UUID]
    organisation: Mapped[str]
    version: Mapped[int]  # of what was said about it: one more with each event
    state: Mapped[Answered] = mapped_column(
        Enum(Answered, native_enum=False, values_callable=lambda s: [str(v) for v in s])
    )
    charter: Mapped[int]
    slot: Mapped[dict[str, Any]]
    replaces: Mapped[dict[str, Any] | None]
    series_id: Mapped[UUID | None]
    occurrences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    change: Mapped[dict[str, Any] | None]
    excess: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    founders: Mapped[list[str]] = mapped_column(ARRAY(Text))
    until: Mapped[datetime]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]
    answers: Mapped[list["Answer"]] = relationship(lazy="selectin", order_by="Answer.at")


class Answer(Base):
    """What a founder said to what was asked; without an objection they consent."""

    __tablename__ = "answers"

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    organisation: Mapped[str] = mapped_column(primary_key=True)
    objection: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=now)


class CharterVersion(Base):
    """A charter as the house file once had it. The newest that was adopted is in force."""

    __tablename__ = "charters"

    version: Mapped[int] = mapped_column(primary_key=True)
    terms: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime] = mapped_column(default=now)
    adopted_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class CharterConsent(Base):
    """A founder's consent to a version."""

    __tablename__ = "charter_consents"

    version: Mapped[int] = mapped_column(ForeignKey("charters.version"), primary_key=True)
    organisation: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
