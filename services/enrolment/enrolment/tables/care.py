"""Occasional care: the hours that a crèche has freed, the families that wish for some, and what they are offered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.tables.base import Base

HELD = ("offered", "booked")
"""An offer whose hours are kept: for who booked them, or for the first of those who are asked about them."""
_OFFERED, _HELD = text("state = 'offered'"), text("state IN ('offered', 'booked')")


class CareSlot(Base):
    """Hours of one day that nobody uses: those of an absent child, or of a gap that the team offers (`child_id` None).

    `hours` empty: taken back. `look_at`: when to look again whom to ask, without any news; None: not until then.
    """

    __tablename__ = "care_slots"
    __table_args__ = (
        UniqueConstraint("child_id", "day"),
        Index("ix_care_slots_creche", "creche", "day"),
        Index("ix_care_slots_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creche: Mapped[str]
    day: Mapped[date]
    hours: Mapped[str]
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("creche_children.id", ondelete="CASCADE"))
    look_at: Mapped[datetime | None]


class CareWish(Base):
    """A family wishes for occasional care in these hours of the week. `least_minutes`: fewer are no use to them.

    `early`: they may be asked in the night about hours of the same day. `since`: when they registered.
    """

    __tablename__ = "care_wishes"
    __table_args__ = (
        CheckConstraint("least_minutes > 0"),
        Index("one_live_wish", "child_id", unique=True, postgresql_where=text("live")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creche: Mapped[str] = mapped_column(index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("creche_children.id", ondelete="CASCADE"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    week: Mapped[list[str]]
    least_minutes: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    early: Mapped[bool]
    live: Mapped[bool]
    since: Mapped[datetime]


class CareOffer(Base):
    """Hours of a slot, offered to one child. Without its wish (the family is forgotten) it is a number.

    `state`: offered, booked, declined, expired, withdrawn; `why` of the last, as its event says it. `deadline` while
    offered. `nth`: of those who are asked about the slot at once, from 0. `absence_id`: what freed the hours. `version`
    rises with every event about it.
    """

    __tablename__ = "care_offers"
    __table_args__ = (
        CheckConstraint("(state = 'offered') = (deadline IS NOT NULL)", name="held_until_its_deadline"),
        CheckConstraint("(state = 'withdrawn') = (why IS NOT NULL)", name="withdrawn_says_why"),
        Index("one_nth_question_a_slot", "slot_id", "nth", unique=True, postgresql_where=_OFFERED),
        Index("one_question_a_child", "child_id", unique=True, postgresql_where=_OFFERED),
        Index("one_offer_a_child_and_day", "child_id", "day", unique=True, postgresql_where=_HELD),
        Index("ix_care_offers_creche", "creche", "day"),
        Index("ix_care_offers_deadline", "deadline", postgresql_where=text("deadline IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_slots.id", ondelete="SET NULL"), index=True)
    wish_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_wishes.id", ondelete="SET NULL"), index=True)
    creche: Mapped[str]
    child_id: Mapped[UUID] = mapped_column(ForeignKey("creche_children.id", ondelete="CASCADE"), index=True)
    day: Mapped[date]
    hours: Mapped[str]
    nth: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    why: Mapped[str | None]
    deadline: Mapped[datetime | None]
    absence_id: Mapped[UUID | None]
    offered_at: Mapped[datetime]
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    version: Mapped[int]
