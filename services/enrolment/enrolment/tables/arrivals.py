"""Requests to enrol that have arrived, until a while after their answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.tables.base import Base

UNANSWERED = text("answered_at IS NULL")


class Arrival(Base):
    """A request to enrol, kept before the session is looked at: `number` is its place in the order of arrival.

    Answered with an enrolment (and the `position` in the waiting list that it began with), or with a refusal: its
    `code`, `status` and `reason`. Ids alone, and no foreign key: to keep a request waits for nobody.
    """

    __tablename__ = "arrivals"
    __table_args__ = (
        Index(
            "one_unanswered_arrival", "organiser", "session_id", "party_id", unique=True, postgresql_where=UNANSWERED
        ),
        Index("arrivals_unanswered", "number", postgresql_where=UNANSWERED),
        Index("arrivals_of_party", "party_id"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    organiser: Mapped[str]
    session_id: Mapped[UUID]
    party_id: Mapped[UUID]
    child_ids: Mapped[list[UUID]]
    adults: Mapped[int]
    agrees_to: Mapped[str | None]
    arrived_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    enrolment_id: Mapped[UUID | None]
    position: Mapped[int | None]
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
