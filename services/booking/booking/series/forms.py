"""What was typed into the form for a series; or what is wrong, field by field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ronde.house import House
from ronde.refusal import Refused
from ronde.web import dates
from ronde.web.language import pick
from ronde.web.validation import by_field
from ronde_contracts.event import Slot

from booking.forms import ENDS_FIRST, PEOPLE, Clock, Day, Wrong
from booking.refusals import InThePast, RoomTooSmall, TooFarAhead, UnknownRoom
from booking.series.finding import Which
from booking.series.instead import Instead
from booking.series.recurrence import Recurrence
from booking.series.refusals import HoursUpsideDown, SeriesEmpty, SeriesTooLong
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
    SeriesEmpty: "until", HoursUpsideDown: "to",
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
WHICH: dict[Which, dict[str, str]] = {
    Which.THIS: {"fr": "Cette date seule", "en": "This date alone"},
    Which.FOLLOWING: {"fr": "Cette date et toutes les suivantes", "en": "This date and all that follow"},
    Which.ALL: {"fr": "Toutes les dates à venir", "en": "All dates to come"},
}
ONE_DAY = {
    "fr": "Un autre jour ne vaut que pour une date seule : choisissez « Cette date seule », ou gardez le jour.",
    "en": "Another day is for one date alone: choose “This date alone”, or keep the day.",
}
NOTHING = {"fr": "Rien n'est changé encore : changez au moins une chose.", "en": "Change at least one thing."}
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


class _Change(BaseModel):
    """`day` says which occurrence was open; `on` is the day that it is on."""

    model_config = ConfigDict(extra="ignore")

    which: Which = Which.THIS
    day: Day
    room: str
    on: Day
    starts: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")
    people: int = Field(ge=PEOPLE[0], le=PEOPLE[1])
    title: str | None = Field(None, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")


CHANGEABLE = ("room", "on", "starts", "ends", "people", "title")
CHANGE_FIELDS = ("which", "day", "room", "on", "from", "to", "people", "title")


def read_change(typed: Mapping[str, str], shown: Mapping[str, str], lang: str) -> dict[str, Any]:
    """Which part of the series, and what of it differs from what it has: the rest stays as each date has it.

    Empty when nothing differs. Raises Wrong.
    """
    filled = {name: value.strip() for name, value in typed.items() if value.strip()}
    try:
        form, before = _Change.model_validate(filled), _Change.model_validate(shown)
    except ValidationError as error:
        raise Wrong(by_field(error, lang)) from None
    if form.ends <= form.starts:
        raise Wrong({"to": pick(ENDS_FIRST, lang)})
    found = {name: new for name in CHANGEABLE if (new := getattr(form, name)) not in (None, getattr(before, name))}
    if "on" in found and form.which is not Which.THIS:
        raise Wrong({"on": pick(ONE_DAY, lang)})
    if not found:
        return {}
    if "title" in found:
        found["title"] = {"fr": found["title"]}
    return {"which": form.which, "day": None if form.which is Which.ALL else form.day, **found}


def offers(house: House, instead: Instead, lang: str) -> list[tuple[str, dict[str, str]]]:
    """Rooms and hours that would do for all of it: what people read, and the fields that ask for it."""
    rooms = [(pick(house.room(id).name, lang), {"room": id}) for id in instead.rooms]
    day = date(2000, 1, 3)  # any on which no clock changes

    def words(starts: time, ends: time) -> str:
        first, last = (datetime.combine(day, at, house.timezone) for at in (starts, ends))
        return dates.hours(first, last, lang, house.timezone)

    hours = [
        (words(starts, ends), {"from": f"{starts:%H:%M}", "to": f"{ends:%H:%M}"}) for starts, ends in instead.hours
    ]
    return rooms + hours


def elsewhere(house: House, instead: Instead, people: int, lang: str) -> dict[date, list[tuple[str, str]]]:
    """What else is free on the day of one that cannot be had: what people read, and where it is asked for."""
    names = {room.id: pick(room.name, lang) for room in house.rooms}

    def link(slot: Slot) -> tuple[str, str]:
        starts, ends = (at.astimezone(house.timezone) for at in (slot.starts_at, slot.ends_at))
        words = f"{names[slot.room]}, {dates.hours(starts, ends, lang, house.timezone)}"
        return words, f"/reserve/{slot.room}/{starts:%Y-%m-%d/%H:%M}?to={ends:%H:%M}&people={people}"

    return {day: [link(slot) for slot in slots] for day, slots in instead.dates.items()}


def _rule(every: str, first: date) -> str:
    """The fifth of its weekday in a month is the last: most months have only four."""
    nth = -1 if first.day > 28 else (first.day - 1) // 7 + 1
    return {
        "week": "FREQ=WEEKLY",
        "fortnight": "FREQ=WEEKLY;INTERVAL=2",
        "month": f"FREQ=MONTHLY;BYDAY={nth}{WEEKDAYS[first.weekday()]}",
        "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    }[every]
