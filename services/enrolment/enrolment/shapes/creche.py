"""A crèche's children, their weeks, adaptations and absences, and its shifts, in and out of the JSON doors."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, model_validator
from ronde.house import Creche

from enrolment.creche.book import Place
from enrolment.creche.fitting import No
from enrolment.creche.hours import Grid, clock, hours, written
from enrolment.creche.picture import Day, Stretch
from enrolment.shapes.base import Body, Name

LONGEST = 3 * 366
"""Days: as long as a child is in a crèche."""

HoursText = Annotated[
    str,
    Field(max_length=120, description="`08:00-12:00 14:00-17:00`, local, in quarters of an hour; empty: none"),
    AfterValidator(lambda text: written(hours(text))),
]
Week = Annotated[list[HoursText], Field(max_length=7, description="hours from Monday; days left out have none")]


class CrecheChildBody(Body):
    first_name: Name = Field(description="no surname")
    born_on: date
    walks_from: date | None = Field(None, description="none: from the age that the house file says")
    place: Place = Field("ordinary", description="`insertion`: one of the places kept for it; the reason is not kept")


class Lasting(Body):
    """From a day to another, both included."""

    starts_on: date
    ends_on: date | None = Field(None, description="none: open")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("it ends before it begins")
        return self


class Weekly(Lasting):
    week: Week
    exceptions: dict[date, HoursText] = Field({}, max_length=400, description="the hours of single days instead")


class ContractBody(Weekly):
    child_id: UUID


class ShiftBody(Weekly):
    first_category: bool = Field(False, description="of category 1°, CSP R.2324-42")


class AbsenceBody(Lasting):
    child_id: UUID
    ends_on: date
    hours: HoursText | None = Field(None, description="of each day; none: all day")


class AdaptationBody(Lasting):
    child_id: UUID
    ends_on: date
    days: dict[date, HoursText] = Field(max_length=60, description="when the child comes, instead of its contract")

    @model_validator(mode="after")
    def _within(self) -> Self:
        if any(not self.starts_on <= day <= self.ends_on for day in self.days):
            raise ValueError("a day is before the first or after the last")
        return self


class AskedBody(Lasting):
    """Whether a week fits, for a child who has no hours in the crèche in that time."""

    born_on: date
    walks_from: date | None = None
    place: Place = "ordinary"
    week: Week
    ends_on: date

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if (self.ends_on - self.starts_on).days > LONGEST:
            raise ValueError("three years at most")
        return self


class NoShown(BaseModel):
    """The first reason why not."""

    rule: str = Field(description="`opening`, or a rule of the house file")
    article: str | None
    sure: str | None = Field(description="A: the text was read; B: several specialists agree; C: a habit, a choice")
    day: date
    at: str = Field(description="the quarter-hour, local: 08:15")
    short_by: int = Field(description="children, professionals, or quarter-hours for `week` and `opening`")


class FitShown(BaseModel):
    fits: bool
    no: NoShown | None
    nearest: list[str] | None = Field(description="the nearest week that fits, seven days; the same when it fits")

    @classmethod
    def of(cls, creche: Creche, no: No | None, nearest: Grid | None) -> "FitShown":
        week = [written(day) for day in nearest] if nearest else None
        return cls(fits=no is None, no=no and _shown(creche, no), nearest=week)


def _shown(creche: Creche, no: No) -> NoShown:
    rule = None if no.rule == "opening" else getattr(creche, no.rule)
    return NoShown(
        rule=no.rule, article=rule and rule.article, sure=rule and rule.sure, day=no.day, at=clock(no.quarter),
        short_by=no.short_by,
    )  # fmt: skip


class StretchShown(BaseModel):
    """Quarter-hours in which nobody comes or goes."""

    begins: str = Field(serialization_alias="from")
    until: str
    children: int
    walking: int
    staff: int
    needed: int = Field(description="professionals, by the crèche's rules")
    room: int = Field(description="how many more children who do not walk yet may come")
    room_walking: int
    broken: str | None = Field(description="the rule that is not kept as it is")
    binding: str | None = Field(description="the rule that refuses the next child who does not walk yet")


class DayShown(BaseModel):
    day: date
    hours: list[StretchShown]

    @classmethod
    def of(cls, one: Day) -> "DayShown":
        return cls(day=one.day, hours=[_stretch(part) for part in one.stretches])


class WeekShown(BaseModel):
    """A crèche's week, on the days on which it is open."""

    quarter_hours: int = Field(description="of children, over the week")
    at_most: int
    days: list[DayShown]


def _stretch(part: Stretch) -> StretchShown:
    moment, there = part.moment, part.moment.present
    return StretchShown(
        begins=part.begins, until=part.until, children=there.children, walking=there.walking, staff=there.staff,
        needed=moment.needed, room=moment.room[0], room_walking=moment.room[1],
        broken=moment.broken and moment.broken.rule, binding=part.full,
    )  # fmt: skip
