"""What is written to one address or to one organisation, and hangs on no enrolment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from notify.tables.base import Base


class Notice(Base):
    """One message, once: unique by purpose, what it is about, and that thing's version.

    To `address`, or to `organisation`, whose address the house file has. `address` and `facts` (a code is among them)
    go when it has left or can no longer leave: a constraint keeps that. Of no use after `expires_at`.
    """

    __tablename__ = "notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    channel: Mapped[str]
    about: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    party_id: Mapped[UUID | None]
    address: Mapped[str | None]
    organisation: Mapped[str | None]
    language: Mapped[str | None]
    facts: Mapped[dict[str, Any] | None]
    status: Mapped[str]
    problem: Mapped[str | None]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
