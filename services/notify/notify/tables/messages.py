"""What there is to tell, the messages that tell it, and what a person has to do instead."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from notify.tables.base import Base


class News(Base):
    """Something to tell a family, once: unique by party, purpose, what it is about, and that thing's version.

    It waits here for the contact, link or session that it needs (`waits_for`), then becomes one message for each
    guardian and channel. `cause` and `said_at`: the event that it comes from; `trace`: whose consequence it is.
    `again`: that event may have been heard before, by a database that was lost since (retelling.py).
    """

    __tablename__ = "news"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID]
    enrolment_id: Mapped[UUID]
    purpose: Mapped[str]
    about: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]]
    cause: Mapped[str]
    said_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    due_at: Mapped[datetime]
    waits_for: Mapped[str | None]
    addressed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    trace: Mapped[str | None]
    again: Mapped[bool]


class Message(Base):
    """One message to one person by one channel.

    Its text is written when it leaves and never kept; `body_hash` proves what it was, `address_hash` (keyed) where it
    went. `untrue` marks one that was leaving when its news was overtaken: if it comes back, it does not leave again.
    `problem` is also why it is put off. `together`: those to one person that have it in common say the same of several
    dates, and leave as one letter, which is that of `carried_by`.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    news_id: Mapped[UUID]
    guardian_id: Mapped[UUID]
    channel: Mapped[str]
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
    address_hash: Mapped[bytes | None]
    together: Mapped[str | None]
    carried_by: Mapped[UUID | None]


class Task(Base):
    """Somebody could not be told: a person has to. `code` says why, in the messages' own words."""

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    news_id: Mapped[UUID]
    guardian_id: Mapped[UUID]
    code: Mapped[str]
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
