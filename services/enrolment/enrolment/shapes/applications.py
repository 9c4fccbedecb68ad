"""Applications for a crèche place, in and out of the JSON doors."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator
from ronde_contracts.event import Slug

from enrolment.creche.book import Place
from enrolment.nursery.applying import Asked, Claim, Wished
from enrolment.shapes.base import Body, Name
from enrolment.shapes.creche import Week
from enrolment.states import ApplicationState
from enrolment.tables import CrecheApplication, CrecheApplicationAnswer

Day = Annotated[date, Field(ge=date(2020, 1, 1), le=date(2100, 1, 1))]


class WishBody(Body):
    creche: Slug
    week: Week
    flexible: bool = Field(
        False, description="each day up to an hour earlier or later would do; not used where places go by pattern"
    )

    @property
    def wished(self) -> Wished:
        return Wished(creche=self.creche, week=(*self.week, *[""] * (7 - len(self.week))), flexible=self.flexible)


class ClaimBody(Body):
    criterion: Slug = Field(description="of the commission's file, none that is sensitive")
    creche: Slug | None = Field(None, description="for a criterion that counts in one crèche only")

    @property
    def claim(self) -> Claim:
        return Claim(criterion=self.criterion, creche=self.creche)


class ApplicationBody(Body):
    """For one child, born or due."""

    first_name: Name | None = Field(None, description="no surname; none for a child who has no name yet")
    born_on: Day | None = None
    due_on: Day | None = Field(None, description="one of the two")
    entry_on: Day = Field(description="the first day that they wish")
    entry_from: Day | None = Field(None, description="at the earliest; none: that day")
    entry_until: Day | None = Field(None, description="at the latest; none: that day")
    wishes: list[WishBody] = Field(min_length=1, max_length=10, description="from the dearest")
    claims: list[ClaimBody] = Field([], max_length=40, description="what the family says; proofs are shown, not sent")
    together_with: UUID | None = Field(None, description="the family's application for a brother or a sister")

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.born_on is None) == (self.due_on is None):
            raise ValueError("a child is born on a day, or due on one")
        if self.born_on is not None and self.first_name is None:
            raise ValueError("a child who is born has a first name")
        if not (self.entry_from or self.entry_on) <= self.entry_on <= (self.entry_until or self.entry_on):
            raise ValueError("the wished day is not between the earliest and the latest")
        return self

    @property
    def asked(self) -> Asked:
        return Asked(
            first_name=self.first_name,
            born_on=self.born_on,
            due_on=self.due_on,
            entry_on=self.entry_on,
            entry_from=self.entry_from or self.entry_on,
            entry_until=self.entry_until or self.entry_on,
            wishes=tuple(one.wished for one in self.wishes),
            claims=tuple(one.claim for one in self.claims),
            together_with=self.together_with,
        )


class NewApplicationBody(ApplicationBody):
    """For a family that phones."""

    party_id: UUID


class BirthBody(Body):
    first_name: Name = Field(description="no surname")
    born_on: Day


class ProofsBody(Body):
    """All the proofs that were seen, earlier ones too: what is not in it was not seen."""

    shown: list[ClaimBody] = Field(max_length=40, description="sensitive criteria too: only their points are kept")
    seen_by: Name = Field(description="who of the team saw the new ones")
    place: Place = Field("ordinary", description="`insertion`: one of the places kept for it; the reason is not kept")
    keep_circumstances: bool = Field(
        True, description="the points of sensitive criteria stay as they are; else they are those of `shown`"
    )


class AnswerShown(BaseModel):
    criterion: str = Field(description="`neutral` for sensitive ones, together")
    creche: str | None
    claimed: bool = Field(description="the family says so")
    points: int | None = Field(description="none: no proof was seen, or another criterion counts in its stead")
    seen_by: list[str]
    seen_at: AwareDatetime | None

    @classmethod
    def of(cls, row: CrecheApplicationAnswer) -> "AnswerShown":
        return cls.model_validate(row, from_attributes=True)


class WishShown(BaseModel):
    creche: str
    week: list[str]
    flexible: bool


class ApplicationShown(BaseModel):
    application_id: UUID
    reference: str
    party_id: UUID
    commission: str
    state: ApplicationState
    first_name: str | None
    born_on: date | None
    due_on: date | None
    entry_on: date
    entry_from: date
    entry_until: date
    wishes: list[WishShown]
    place: str
    with_siblings: UUID | None = Field(description="the same for those asked for together")
    renew_by: date | None
    entered_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    answers: list[AnswerShown]

    @classmethod
    def of(cls, row: CrecheApplication) -> "ApplicationShown":
        facts = {name: getattr(row, name) for name in cls.model_fields if name not in ("application_id", "answers")}
        return cls(application_id=row.id, answers=[AnswerShown.of(one) for one in row.answers], **facts)
