"""What a crèche knows of its days: its children without a surname, their weeks and absences, and the team's plan.

Hours are written as `08:00-12:00 14:00-17:00`, local; a week is seven such texts from Monday.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.tables.base import Base


class CrecheChild(Base):
    """`walks_from` None: by age. `place`: `ordinary`, or `insertion`, and never why."""

    __tablename__ = "creche_children"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creche: Mapped[str] = mapped_column(index=True)
    first_name: Mapped[str]
    born_on: Mapped[date]
    walks_from: Mapped[date | None]
    place: Mapped[str]


class CrecheContract(Base):
    """From `starts_on` to `ends_on`, both included; `exceptions`: a day, as 2027-01-12, and its hours instead."""

    __tablename__ = "creche_contracts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("creche_children.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    week: Mapped[list[str]]
    exceptions: Mapped[dict[str, str]]


class CrecheAdaptation(Base):
    """From `starts_on` to `ends_on`, both included, the child comes on these `days` instead: 2027-01-12, its hours."""

    __tablename__ = "creche_adaptations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("creche_children.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    days: Mapped[dict[str, str]]


class CrecheAbsence(Base):
    """Declared, both days included; `hours` None: all day."""

    __tablename__ = "creche_absences"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("creche_children.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    hours: Mapped[str | None]


class CrecheShift(Base):
    """One professional's planned weeks, without a name."""

    __tablename__ = "creche_shifts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creche: Mapped[str] = mapped_column(index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    week: Mapped[list[str]]
    exceptions: Mapped[dict[str, str]]
    first_category: Mapped[bool]


class CrecheWeekTold(Base):
    """What was said last of a week's free places: `week` is 2027-W02, `free` as the event has it."""

    __tablename__ = "creche_weeks_told"

    creche: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(primary_key=True)
    free: Mapped[list[dict[str, Any]]]
    told_at: Mapped[datetime]
    version: Mapped[int]
