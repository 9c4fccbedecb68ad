"""What was typed into the form for a series; or what is wrong, field by field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ronde.refusal import Refused
from ronde.web.language import pick
from ronde.web.validation import by_field

from booking.forms import ENDS_FIRST, PEOPLE, Clock, Day, Wrong
from booking.refusals import InThePast, RoomTooSmall, TooFarAhead, UnknownRoom
from booking.series.recurrence import Recurrence
from booking.series.refusals import SeriesEmpty, SeriesTooLong
from booking.series.verdicts import Verdict

FIELDS = ("room", "day", "from", "to", "every", "until", "people", "title")
EVERY: dict[str, dict[str, str]] = {
    "week": {"fr": "Chaque semaine, ce jour-là", "en": "Every week, on that day"},
    "fortnight": {"fr": "Une semaine sur deux, ce jour-là", "en": "Every second week, on that day"},
    "month": {"fr": "Chaque mois, comme le deuxième mardi", "en": "Every month, like the second Tuesday"},
    "weekdays": {"fr": "Du lundi au vendredi", "en": "From Monday to Friday"},
}
FIELD_OF: dict[type[Refused], str] = {
    UnknownRoom: "room", RoomTooSmall: "people", InThePast: "day", TooFarAhead: "until", SeriesTooLong: "until",
    SeriesEmpty: "until",
}  # fmt: skip
"""Beside which field a refusal is said."""
SAID: dict[Verdict, dict[str, str]] = {
    Verdict.FREE: {"fr": "Libre", "en": "Free"},
    Verdict.TAKEN: {"fr": "Pris", "en": "Taken"},
    Verdict.CLOSED: {"fr": "Maison fermée", "en": "House closed"},
    Verdict.OUTSIDE_HOURS: {"fr": "Hors des heures d'ouverture", "en": "Outside the opening hours"},
    Verdict.OVER_CHARTER: {"fr": "Au-delà de la charte", "en": "Over the charter"},
}
"""A verdict in a word or two; what is not there is said by its reason alone."""
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, kw_only=True)
class Asked:
    room: str
    recurrence: Recurrence
    people: int
    title: dict[str, str] | None


class _Typed(BaseModel):
    model_config = ConfigDict(extra="ignore")

    room: str
    day: Day
    starts: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")
    every: Literal["week", "fortnight", "month", "weekdays"]
    until: Day
    people: int = Field(ge=PEOPLE[0], le=PEOPLE[1])
    title: str | None = Field(None, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")


def read(typed: Mapping[str, str], lang: str) -> Asked:
    """Raises Wrong. An empty field is a missing one."""
    filled = {name: value.strip() for name, value in typed.items() if value.strip()}
    try:
        form = _Typed.model_validate(filled)
    except ValidationError as error:
        raise Wrong(by_field(error, lang)) from None
    if form.ends <= form.starts:
        raise Wrong({"to": pick(ENDS_FIRST, lang)})
    rule = f"{_rule(form.every, form.day)};UNTIL={form.until:%Y%m%d}"
    recurrence = Recurrence(rule=rule, first=form.day, starts=form.starts, ends=form.ends)
    title = {"fr": form.title} if form.title else None
    return Asked(room=form.room, recurrence=recurrence, people=form.people, title=title)


def _rule(every: str, first: date) -> str:
    """The fifth of its weekday in a month is the last: most months have only four."""
    nth = -1 if first.day > 28 else (first.day - 1) // 7 + 1
    return {
        "week": "FREQ=WEEKLY",
        "fortnight": "FREQ=WEEKLY;INTERVAL=2",
        "month": f"FREQ=MONTHLY;BYDAY={nth}{WEEKDAYS[first.weekday()]}",
        "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    }[every]
