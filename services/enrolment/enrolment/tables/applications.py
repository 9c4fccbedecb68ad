"""Applications for a crèche place, what is answered to the criteria, and the links of the families' own pages."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ronde.ids import reference
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enrolment.states import ApplicationState
from enrolment.tables.base import Base


class CrecheApplication(Base):
    """One child, born or due, before one commission; goes with its family when that is erased.

    `wishes` from the dearest: `{"creche": "…", "week": seven texts from Monday, "flexible": a bool}`. `place`:
    `ordinary`, or `insertion`, and never why. Brothers and sisters asked for together share `with_siblings`.
    `entered_by`: SELF, or an organisation. `reminded_for`: the `renew_by` that was told already.
    """

    __tablename__ = "creche_applications"
    __table_args__ = (
        CheckConstraint("num_nonnulls(born_on, due_on) = 1", name="born_or_due"),
        CheckConstraint("entry_from <= entry_on AND entry_on <= entry_until", name="entry_in_its_window"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    commission: Mapped[str] = mapped_column(index=True)
    first_name: Mapped[str | None]
    born_on: Mapped[date | None]
    due_on: Mapped[date | None]
    entry_on: Mapped[date]
    entry_from: Mapped[date]
    entry_until: Mapped[date]
    wishes: Mapped[list[dict[str, Any]]]
    place: Mapped[str]
    with_siblings: Mapped[UUID | None]
    state: Mapped[ApplicationState]
    renew_by: Mapped[date | None]
    reminded_for: Mapped[date | None]
    entered_by: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    answers: Mapped[list["CrecheApplicationAnswer"]] = relationship(
        order_by="CrecheApplicationAnswer.criterion", cascade="all, delete-orphan"
    )

    @property
    def reference(self) -> str:
        """For people: D-4CFH7M."""
        return reference("D", self.id)

    @property
    def born(self) -> date:
        """Or due on that day."""
        found = self.born_on or self.due_on
        assert found is not None  # noqa: S101 (born_or_due)
        return found


class CrecheApplicationAnswer(Base):
    """A criterion that the family says is theirs (`claimed`), or whose proof was seen and gives `points`.

    Proofs are not kept. Sensitive criteria are never claimed here: they are one row, `criterion` NEUTRAL, with the
    sum of their points. What another criterion counts in the stead of has no points, as what was not seen.
    """

    __tablename__ = "creche_application_answers"
    __table_args__ = (CheckConstraint("(points IS NULL) = (seen_at IS NULL)", name="points_are_seen"),)

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("creche_applications.id", ondelete="CASCADE"), primary_key=True
    )
    criterion: Mapped[str] = mapped_column(primary_key=True)
    creche: Mapped[str | None]
    claimed: Mapped[bool]
    points: Mapped[int | None]
    seen_by: Mapped[list[str]]
    seen_at: Mapped[datetime | None]


class CrechePageLink(Base):
    """A family's own page for an application and its offers; the token itself is only in the message."""

    __tablename__ = "creche_page_links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("creche_applications.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
