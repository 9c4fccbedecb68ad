"""Who can be reached, how, and what may not be sent where."""

from datetime import datetime, time
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from notify.tables.base import Base

Why = Literal["stop", "hard-bounce"]


class Recipient(Base):
    """How to reach one guardian, or a childminder. The only place in the house, beside enrolment, that knows.

    Who has no guardians told apart is one person: `guardian_id` is then the party's own id. `token` opens the page of
    their preferences; `channel` and the quiet hours (local, may go over midnight) are what they asked for.
    """

    __tablename__ = "recipients"

    party_id: Mapped[UUID] = mapped_column(primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    language: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    channel: Mapped[str | None]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    promotional: Mapped[bool]
    token: Mapped[str]
    recorded_at: Mapped[datetime]


class Suppression(Base):
    """Nothing goes to this address: they said STOP, or it does not exist. A keyed hash, kept also of who is erased."""

    __tablename__ = "suppressions"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
    why: Mapped[Why]
    since: Mapped[datetime]


class Link(Base):
    """A family's own page for one enrolment; the id is an application's or an offer's for a page of the crèche."""

    __tablename__ = "links"

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID | None]
    url: Mapped[str]
    expires_at: Mapped[datetime]


class Erased(Base):
    """A family that was forgotten: what still comes about it is not taken up. Its id names nobody any more."""

    __tablename__ = "erased"

    party_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
