"""Families and childminders: who speaks for them, the children they come with, the ids they had before."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enrolment.tables.base import Base


class Party(Base):
    """A family, or a childminder with the children in their care. Once erased, only this row and its counts stay.

    `registered_by`: an organisation, or `self`. `active_at`: when they last did something here themselves, or staff
    for them. `version` rises with everything that is said about them.
    """

    __tablename__ = "parties"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    registered_by: Mapped[str]
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    version: Mapped[int]
    guardians: Mapped[list["Guardian"]] = relationship(order_by="Guardian.id", cascade="all, delete-orphan")
    children: Mapped[list["Child"]] = relationship(order_by="Child.id", cascade="all, delete-orphan")


class Guardian(Base):
    """One adult of a family, or the childminder. Guardians may live apart: none sees how another is reached.

    Nothing is sent to who has not agreed: `agreed_at`, and `agreed_with` an organisation, or `self` by a code.
    `channel`, sms or email: the one they asked for. No constraint on the addresses: its error would quote them.
    """

    __tablename__ = "guardians"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    language: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None] = mapped_column(index=True)
    channel: Mapped[str | None]
    agreed_at: Mapped[datetime | None]
    agreed_with: Mapped[str | None]

    @property
    def told(self) -> bool:
        """Whether messages go to them."""
        return self.agreed_at is not None and (self.email is not None or self.phone is not None)


class Child(Base):
    """A child of the family, or in the childminder's care. `born_exactly` is False when only the month is known."""

    __tablename__ = "children"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), index=True)
    first_name: Mapped[str]
    born_on: Mapped[date] = mapped_column(index=True)
    born_exactly: Mapped[bool]


class FormerId(Base):
    """The id of a family that turned out to be another: it goes on working, and its contact is theirs."""

    __tablename__ = "former_ids"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    merged_by: Mapped[str]
    merged_at: Mapped[datetime]
    version: Mapped[int]


class ToldApart(Base):
    """Two families that look like one, and are not: staff said so. `first_id` is the lower."""

    __tablename__ = "told_apart"

    first_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), primary_key=True)
    told_by: Mapped[str]
    told_at: Mapped[datetime]
