"""What ties a party to an organisation: to be one of its own families, to have signed its charter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.tables.base import Base


class OwnFamily(Base):
    """A family whose children the organisation cares for: the organisation's staff say so."""

    __tablename__ = "own_families"

    organisation: Mapped[str] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), primary_key=True, index=True)


class Signature(Base):
    """A party agreed to an organisation's charter, in the version that they read."""

    __tablename__ = "signatures"

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), primary_key=True)
    organisation: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    signed_at: Mapped[datetime]
