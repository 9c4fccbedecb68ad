"""Families that were forgotten, and who has said that they forgot them too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.tables.base import Base


class Erasure(Base):
    """One id that everybody was asked to forget: a family's own, or one it had before. It identifies nobody.

    `asked_by`: `self`, an organisation, or `retention`.
    """

    __tablename__ = "erasures"

    party_id: Mapped[UUID] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]


class Acknowledgement(Base):
    """Somebody's word that nothing is left with them."""

    __tablename__ = "acknowledgements"

    party_id: Mapped[UUID] = mapped_column(ForeignKey("erasures.party_id"), primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
