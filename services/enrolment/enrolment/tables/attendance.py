"""Who came, in numbers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.tables.base import Base


class Attendance(Base):
    """How many came of one enrolment; 0 and 0 is a no-show. No row: nobody has counted."""

    __tablename__ = "attendance"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"), primary_key=True)
    children: Mapped[int]
    adults: Mapped[int]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
