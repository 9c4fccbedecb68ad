"""Every change of a session's line, with its reason: for staff, and each family's own rows for itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.states import LineNews
from enrolment.tables.base import Base


class LineChange(Base):
    """What happened, to whom (None: to the session), and why. Only ever added to.

    `by` is the organisation whose staff did it, `reason` their own words; None when it was the family, or a rule.
    `facts` are numbers and times: position, points, needed, free, deadline.
    """

    __tablename__ = "line_changes"
    __table_args__ = (
        Index("line_changes_of_session", "organiser", "session_id", "id"),
        Index("line_changes_of_enrolment", "enrolment_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    organiser: Mapped[str]
    session_id: Mapped[UUID]
    enrolment_id: Mapped[UUID | None]
    at: Mapped[datetime]
    change: Mapped[LineNews]
    by: Mapped[str | None]
    reason: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB())
