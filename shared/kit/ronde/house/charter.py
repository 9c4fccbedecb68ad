"""The charter as data: what an organisation may hold without asking the others, and how they are asked."""

from datetime import time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator
from ronde_contracts.event import Slug

from .model import WEEKDAYS, Hours, Part, read_hours

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Kind = Literal["founder", "member", "guest"]
LONGEST = 3 * 365
"""Days: as far as the house plans at all."""


def _between(value: Any) -> Any:
    if (hours := read_hours(value)) is None:
        raise ValueError('write it as "09:00-12:00"; a day without any is left out')
    return hours


Between = Annotated[
    Hours,
    BeforeValidator(_between),
    PlainSerializer(lambda hours: f"{hours.opens:%H:%M}-{hours.closes:%H:%M}", return_type=str),
]


class Budget(Part):
    """The peak hours that an organisation may hold, all its members together."""

    hours_per_week: float = Field(ge=0, le=500, examples=["hours_per_week = 24"])
    hours_per_month: float = Field(ge=0, le=2000, examples=["hours_per_month = 80"])


class Window(Part):
    """A room that is kept for an organisation each week, until `release_days` before."""

    organisation: Slug = Field(examples=['organisation = "relais"'])
    room: Slug = Field(examples=['room = "salle-motricite"'])
    day: Weekday = Field(examples=['day = "tuesday"'])
    hours: Between = Field(examples=['hours = "09:00-12:00"'])
    release_days: int = Field(ge=0, le=LONGEST, examples=["release_days = 21"])


class Horizon(Part):
    """How many days ahead each kind of booker may take what is free."""

    founders: int = Field(ge=1, le=LONGEST, examples=["founders = 540"])
    members: int = Field(ge=1, le=LONGEST, examples=["members = 365"])
    guests: int = Field(ge=1, le=LONGEST, examples=["guests = 60"])
    families: int = Field(ge=1, le=LONGEST, examples=["families = 14"])

    def of(self, kind: Kind | Literal["family"]) -> int:
        """In days."""
        return {
            "founder": self.founders, "member": self.members, "guest": self.guests, "family": self.families,
        }[kind]  # fmt: skip


class Charter(Part):
    """What the founders agreed on. Times are the house's wall clock.

    What is over it is not refused: it is asked of the other founders, and their silence is consent.
    """

    objection_days: int = Field(ge=1, le=60, examples=["objection_days = 5"])
    peak: dict[Weekday, tuple[Between, ...]]
    budgets: dict[Slug, Budget]
    horizon: Horizon
    windows: tuple[Window, ...] = ()

    @field_validator("peak")
    @classmethod
    def _from_monday(cls, peak: dict[Weekday, tuple[Between, ...]]) -> dict[Weekday, tuple[Between, ...]]:
        """In the order of the week, however a file or a database has them."""
        return dict(sorted(peak.items(), key=lambda one: WEEKDAYS.index(one[0])))

    @model_validator(mode="after")
    def _each_peak_hour_once(self) -> "Charter":
        for day, several in self.peak.items():
            until = time()
            for hours in sorted(several):
                if hours.opens < until:
                    raise ValueError(f"peak.{day} has an hour twice, before {until:%H:%M}: make one span of the two")
                until = hours.closes
        return self
