"""Families and childminders, with the children they come with."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enrolment.tables.base import Base


class Party(Base):
    """A family, or a childminder: who enrols, and how to reach them."""

    __tablename__ = "parties"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="can_be_reached"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    registered_by: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int]
    children: Mapped[list["Child"]] = relationship(order_by="Child.id")


class Child(Base):
    """A child of the family, or in the childminder's care. `born_exactly` is False when only the month is known."""

    __tablename__ = "children"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), index=True)
    first_name: Mapped[str]
    born_on: Mapped[date]
    born_exactly: Mapped[bool]
