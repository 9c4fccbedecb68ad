"""A commission's runs, what its committee decided of each application, and the offers that hold a week."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.states import PlaceState
from enrolment.tables.base import Base


class CrecheRun(Base):
    """From what a proposal was computed: SHA-256 of the criteria, the inputs, who was there, and the result; the draw.

    `given`: applications and places, until it is decided. `figures`: what everybody may read, once it is.
    """

    __tablename__ = "creche_runs"
    __table_args__ = (
        Index("decided_once", "commission", unique=True, postgresql_where=text("decided_at IS NOT NULL")),
        CheckConstraint("num_nonnulls(decided_by, decided_at) <> 1", name="decided_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    commission: Mapped[str] = mapped_column(index=True)
    criteria: Mapped[str]
    seed: Mapped[str]
    inputs: Mapped[str]
    capacity: Mapped[str]
    result: Mapped[str]
    given: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    figures: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    by: Mapped[str]
    at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class CrecheDecision(Base):
    """One application in a run. `number`: its place in the line, 1 is first. Wishes are counted from 0; None: none.

    `shifted`: the hours that are given instead of those of the wish that is decided, seven texts from Monday; None:
    those. Of a departure they are found with the decision.
    `departures`: all that there were, as `committee_decisions.Departure`. `still`: so many of its wishes, from the
    dearest, are wished for: whoever says no to one has said no to those after it. `account`: what the family reads, in
    each language.
    """

    __tablename__ = "creche_decisions"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("creche_runs.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("creche_applications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    number: Mapped[int]
    points: Mapped[int]
    proposed: Mapped[int | None]
    shifted: Mapped[list[str] | None]
    decided: Mapped[int | None]
    departures: Mapped[list[dict[str, Any]]]
    still: Mapped[int]
    account: Mapped[dict[str, list[str]]] = mapped_column(JSONB)


class CrechePlaceOffer(Base):
    """While it is `offered` its week is held, from `starts_on`, as if there were a contract.

    `because`: why it was made, after whose answer, and who ahead was passed over by which rule: the log of the line.
    """

    __tablename__ = "creche_place_offers"
    __table_args__ = (
        Index(
            "one_live_offer", "application_id", unique=True,
            postgresql_where=text("state IN ('offered', 'accepted')"),
        ),
        Index("ix_creche_place_offers_held", "creche", "deadline", postgresql_where=text("state = 'offered'")),
        CheckConstraint("(state = 'accepted') = (contract_id IS NOT NULL)", name="a_contract_when_accepted"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("creche_runs.id"), index=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("creche_applications.id", ondelete="CASCADE"))
    creche: Mapped[str]
    wish: Mapped[int]
    week: Mapped[list[str]]
    starts_on: Mapped[date]
    state: Mapped[PlaceState]
    deadline: Mapped[datetime]
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    contract_id: Mapped[UUID | None]
    because: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int]
