"""What a house that was restored from a backup knows of the time between."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from notify.tables.base import Base


class Restored(Base):
    """When this database was put back. What was said before that, and is heard after, may have been told then."""

    __tablename__ = "restored"

    restored_at: Mapped[datetime] = mapped_column(primary_key=True)


class ToldBefore(Base):
    """A message that left after the backup was made, as the journal has it: nothing else is left of it.

    A proof is used up by the message that it proves (retelling.py).
    """

    __tablename__ = "told_before"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID]
    organiser: Mapped[str | None]
    session_id: Mapped[UUID | None]
    purpose: Mapped[str]
    channel: Mapped[str]
    sent_at: Mapped[datetime]
