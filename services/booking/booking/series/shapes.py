"""What goes in and out of the doors of series: days and hours of the wall clock, as people say them."""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from ronde_contracts.event import Slot, Slug, Words

from booking.series.finding import Which
from booking.series.instead import Instead
from booking.series.recurrence import Recurrence
from booking.series.verdicts import Judged, Mode, Verdict
from booking.shapes import Title
from booking.tables import Reservation, Series, State

ID = "0198f6f0-7a3e-7cc1-9d5b-2f6a4c1e8b91"
ASKED: dict[str, Any] = {
    "room": "salle-atelier",
    "rule": "FREQ=WEEKLY;COUNT=10",
    "first": "2027-01-12",
    "starts": "09:00",
    "ends": "11:00",
    "people": 12,
}
HELD: dict[str, Any] = {
    "day": "2027-01-12",
    "reservation_id": "0198f6f0-7a3e-7cc1-9d5b-2f6a4c1e8b90",
    "room": "salle-atelier",
    "room_name": "Salle d'atelier",
    "starts_at": "2027-01-12T08:00:00Z",
    "ends_at": "2027-01-12T10:00:00Z",
}


def _of_the_wall(value: time) -> time:
    if value.tzinfo is not None or value.microsecond or value.second:
        raise ValueError("an hour and minutes of the clock on the wall, without an offset: 09:00")
    return value


WallTime = Annotated[time, AfterValidator(_of_the_wall), Field(description="of the clock on the house's wall")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskedSeries(_Strict):
    """A room at the same hours on each day of a rule."""

    model_config = ConfigDict(json_schema_extra={"examples": [ASKED]})

    room: Slug
    rule: str = Field(
        min_length=6, max_length=200, description="an RRULE (RFC 5545) in days, weeks, months or years, with an end"
    )
    first: date = Field(description="the rule counts from this day on")
    starts: WallTime
    ends: WallTime
    without: list[date] = Field(default_factory=list, max_length=400, description="days of the rule to leave out")
    people: int = Field(ge=1, le=1000, description="everybody in the room at once, adults and children")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "AskedSeries":
        if self.ends <= self.starts:
            raise ValueError("ends must be after starts, on the same day")
        return self

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(
            rule=self.rule, first=self.first, starts=self.starts, ends=self.ends, without=frozenset(self.without)
        )  # fmt: skip


class NewSeries(AskedSeries):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{**ASKED, "title": {"fr": "Atelier peinture"}, "mode": "what-is-free"}]}
    )

    title: Title | None = None
    mode: Mode = Field(Mode.ALL, description="closed days are left out of both")


class Part(_Strict):
    """Which part of a series: `this` and `following` need the `day` of the rule from which it counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"which": "following", "day": "2027-02-02"}]})

    which: Which
    day: date | None = None

    @model_validator(mode="after")
    def _says_the_day(self) -> "Part":
        if (self.day is None) != (self.which is Which.ALL):
            raise ValueError("`this` and `following` need a day; `all` has none")
        return self


class Day(_Strict):
    """Which date, by the day on which the rule put it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2027-02-02"}]})

    day: date


class SeriesChange(Part):
    """What is absent stays as each occurrence has it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"which": "following", "day": "2027-02-02", "room": "salle-motricite"}]}
    )

    room: Slug | None = None
    on: date | None = Field(None, description="another day, for `this` alone")
    starts: WallTime | None = None
    ends: WallTime | None = None
    people: int | None = Field(None, ge=1, le=1000)
    title: Title | None = None
    mode: Mode = Field(
        Mode.ALL, description="what-is-free: what cannot follow keeps all that it has, what is asked too meanwhile"
    )

    @model_validator(mode="after")
    def _moves_one_day_alone(self) -> "SeriesChange":
        if self.on is not None and self.which is not Which.THIS:
            raise ValueError("`on` is for `this` alone")
        return self


class VerdictShown(BaseModel):
    day: date
    verdict: Verdict
    starts_at: AwareDatetime | None = Field(description="none: the wall clock has no such time that day")
    ends_at: AwareDatetime | None
    reason: Words | None = Field(description="why not; never who has it")

    @classmethod
    def of(cls, judged: Judged) -> "VerdictShown":
        return cls.model_validate(judged.shown())


class HoursShown(BaseModel):
    starts: str = Field(description="of the clock on the house's wall")
    ends: str


class DateShown(BaseModel):
    day: date
    alternatives: list[Slot] = Field(description="other rooms at that time, other times in that room, on that day")


class Preview(BaseModel):
    """What each would meet; when some of it cannot be had, what would do instead."""

    occurrences: list[VerdictShown]
    rooms: list[Slug] = Field(description="in which all of it would be accepted")
    hours: list[HoursShown] = Field(description="in this room, at which all of it would be accepted")
    dates: list[DateShown] = Field(description="for the first of the dates that cannot be had")

    @classmethod
    def of(cls, judged: Sequence[Judged], instead: Instead) -> "Preview":
        return cls.model_validate({"occurrences": [one.shown() for one in judged], **instead.shown()})


class OccurrenceShown(BaseModel):
    day: date = Field(description="of the rule; it names the occurrence, wherever it is moved")
    reservation_id: UUID
    room: Slug
    room_name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    title: Words | None = None

    @classmethod
    def of(cls, row: Reservation) -> "OccurrenceShown":
        return cls.model_validate(
            {
                "day": row.occurrence,
                "reservation_id": row.id,
                "room": row.room,
                "room_name": row.room_name,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
                "title": row.title,
            }
        )


class ChangingShown(OccurrenceShown):
    """Where a date would be; until the founders have answered `occurrences` says where it is."""

    replaces: Slot

    @classmethod
    def between(cls, row: Reservation, keeper: Reservation) -> "ChangingShown":
        there = {name: getattr(keeper, name) for name in ("room", "room_name", "starts_at", "ends_at", "title")}
        return cls.model_validate({"day": row.occurrence, "reservation_id": row.id, **there, "replaces": row.slot})


class SeriesShown(BaseModel):
    """Public: what was asked, and what is held of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "reference": "S-4M8TQX",
                    "state": "confirmed",
                    "organisation": "bottines",
                    **{name: ASKED[name] for name in ("room", "rule", "first", "starts", "ends")},
                    "zone": "Europe/Paris",
                    "title": {"fr": "Atelier peinture"},
                    "occurrences": [HELD],
                    "left_out": [],
                }
            ]
        }
    )

    id: UUID
    reference: str = Field(description="short, for people")
    state: State
    organisation: Slug
    room: Slug
    rule: str
    first: date
    starts: time
    ends: time
    zone: str
    title: Words | None
    occurrences: list[OccurrenceShown] = Field(description="what is held, and what took place")
    asked: list[OccurrenceShown] = Field(
        default_factory=list, description="over the charter: kept while the founders are asked, once for all of these"
    )
    changing: list[ChangingShown] = Field(
        default_factory=list, description="a change over the charter: both slots are kept while the founders are asked"
    )
    left_out: list[VerdictShown] = Field(description="of what was just asked: what could not be, and why")

    @classmethod
    def of(
        cls,
        series: Series,
        occurrences: Sequence[Reservation],
        left_out: Sequence[Judged] = (),
        asked: Sequence[Reservation] = (),
        changing: Sequence[tuple[Reservation, Reservation]] = (),
    ) -> "SeriesShown":
        shown = {name: getattr(series, name) for name in cls.model_fields if hasattr(series, name)}
        return cls.model_validate(
            {
                **shown,
                "occurrences": [OccurrenceShown.of(one) for one in occurrences],
                "asked": [OccurrenceShown.of(one) for one in asked],
                "changing": [ChangingShown.between(*pair) for pair in changing],
                "left_out": [VerdictShown.of(one) for one in left_out],
            }
        )
