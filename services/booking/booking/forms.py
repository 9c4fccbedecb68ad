"""What was typed into the form for a room, read on the house's wall clock; or what is wrong, field by field. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from ronde.house import House
from ronde.refusal import Refused
from ronde.web.language import pick
from ronde.web.validation import by_field
from ronde_contracts.event import Slot

from booking import wall
from booking.refusals import (
    InThePast,
    RoomClosed,
    RoomTaken,
    RoomTooSmall,
    TimeSkipped,
    TimeTwice,
    TooFarAhead,
    UnknownRoom,
)
from booking.rules import Span

FIELDS = ("room", "day", "from", "to", "people", "title", "family")
PEOPLE = (1, 1000)
FIELD_OF: dict[type[Refused], str] = {
    UnknownRoom: "room", RoomTaken: "room", RoomTooSmall: "people", RoomClosed: "from", InThePast: "day",
    TooFarAhead: "day",
}  # fmt: skip
"""Beside which field a refusal is said."""
ENDS_FIRST = {
    "fr": "La fin vient après le début : choisissez une heure plus tard.",
    "en": "The end comes after the start: choose a later time.",
}


class Wrong(Exception):
    """`errors` is field -> what to correct, in the reader's language."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(", ".join(errors))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A wish that can be asked for; whether it can be had is for the rules to say. `room` None: any that fits."""

    room: str | None
    span: Span
    people: int
    title: dict[str, str] | None
    for_family: bool


def _shaped(kind: str, pattern: str) -> Callable[[Any], Any]:
    """Only what a browser's own control sends: pydantic would also take seconds since 1970, or a time with a zone."""

    def check(value: Any) -> Any:
        if not re.fullmatch(pattern, str(value), re.ASCII):
            raise PydanticCustomError(kind, "not as expected")
        return value

    return check


Day = Annotated[date, BeforeValidator(_shaped("date_parsing", r"\d{4}-\d\d-\d\d"))]
Clock = Annotated[time, BeforeValidator(_shaped("time_parsing", r"\d\d:\d\d(:00)?"))]


class _Typed(BaseModel):
    model_config = ConfigDict(extra="ignore")

    room: str | None = None
    day: Day
    starts: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")
    people: int = Field(ge=PEOPLE[0], le=PEOPLE[1])
    title: str | None = Field(None, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    family: bool = False


def read(typed: Mapping[str, str], house: House, lang: str) -> Asked:
    """Raises Wrong. An empty field is a missing one."""
    filled = {name: value.strip() for name, value in typed.items() if value.strip()}
    try:
        form = _Typed.model_validate(filled)
    except ValidationError as error:
        raise Wrong(by_field(error, lang)) from None
    if form.ends <= form.starts:
        raise Wrong({"to": pick(ENDS_FIRST, lang)})
    if not 2000 <= form.day.year < 2100:  # calendars end somewhere, and time zones before them
        raise Wrong({"day": pick((InThePast if form.day.year < 2000 else TooFarAhead).words, lang)})
    moments, errors = {}, {}
    for field, at in (("from", form.starts), ("to", form.ends)):
        try:
            moments[field] = wall.moment(form.day, at, house.timezone)
        except (TimeSkipped, TimeTwice) as refusal:
            errors[field] = pick(refusal.reason, lang)
    if errors:
        raise Wrong(errors)
    title = {"fr": form.title} if form.title else None
    span = Span(moments["from"], moments["to"])
    return Asked(room=form.room, span=span, people=form.people, title=title, for_family=form.family)


def filled_in(
    house: House, room: str | None, starts_at: datetime, ends_at: datetime, people: int | str = "", title: str = ""
) -> dict[str, str]:
    """The form's fields for that slot."""
    start, end = starts_at.astimezone(house.timezone), ends_at.astimezone(house.timezone)
    return {
        "room": room or "", "day": start.date().isoformat(), "from": f"{start:%H:%M}", "to": f"{end:%H:%M}",
        "people": str(people), "title": title,
    }  # fmt: skip


def instead(house: House, refusal: Refused, typed: Mapping[str, str]) -> list[tuple[Slot, dict[str, str]]]:
    """Each alternative with the fields that ask for it."""
    slots = [Slot.model_validate(one) for one in refusal.extra.get("alternatives", [])]
    more = {name: typed.get(name, "") for name in ("people", "title", "family")}
    return [(slot, {**filled_in(house, slot.room, slot.starts_at, slot.ends_at), **more}) for slot in slots]


def opened_at(room: str, day: str, starts: str, ends: str = "", people: str = "") -> dict[str, str]:
    """A new form: what the link says, and an hour's time when it does not say how long."""
    if not ends and re.fullmatch(r"([01]\d|2[0-2]):[0-5]\d", starts):
        later = datetime.combine(date(2000, 1, 1), time.fromisoformat(starts)) + timedelta(hours=1)
        ends = f"{later:%H:%M}"
    return {"room": room, "day": day, "from": starts, "to": ends, "people": people, "title": ""}
