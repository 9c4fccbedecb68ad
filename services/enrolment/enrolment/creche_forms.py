"""What a crèche's team types into its pages, read as the JSON doors read it; or what is wrong, field by field."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError
from ronde.web.validation import by_field

from enrolment.creche.hours import hours, written
from enrolment.forms import Words, Wrong
from enrolment.shapes.base import Body
from enrolment.shapes.creche import AbsenceBody, AdaptationBody, AskedBody, ContractBody, CrecheChildBody, ShiftBody

DAYS, EXCEPTIONS = 7, 20
"""Of a week; rows that are read for single days."""
NO_HOURS: Words = {
    "fr": "Écrivez des heures comme 8 h 30-12 h 14 h-17 h, par quarts d'heure ; rien si personne ne vient.",
    "en": "Type hours like 8:30-12:00 14:00-17:00, in quarters of an hour; nothing when nobody comes.",
}
ENDS_FIRST: Words = {"fr": "La fin vient avant le début.", "en": "It ends before it begins."}
OUTSIDE: Words = {
    "fr": "Ce jour n'est pas entre le premier et le dernier.",
    "en": "This day is not between the first and the last.",
}
NO_DAY: Words = {"fr": "Choisissez le jour de ces heures.", "en": "Choose the day of these hours."}
_TO = "(?:-|–|à|to)"
_STARTS = r"(\d{1,2})\s*(?:[h:.]\s*(\d\d)?)?"
_ENDS = rf"(\d{{1,2}})\s*(?:[h:.](?:\s*(\d\d)(?!\s*(?:[h:.]|{_TO})))?)?"  # of `12 h 14 h-17 h`, 14 are no minutes
_SPAN = re.compile(rf"{_STARTS}\s*{_TO}\s*{_ENDS}(?=\s|,|$)[\s,]*", re.IGNORECASE)
Typed = Mapping[str, str]
B = TypeVar("B", bound=Body)


def child(typed: Typed, lang: str) -> CrecheChildBody:
    """Raises Wrong, as all of these."""
    values = {name: typed.get(name) or None for name in ("born_on", "walks_from")}
    place = "insertion" if typed.get("insertion") else "ordinary"
    return _read(CrecheChildBody, {**values, "first_name": typed.get("first_name", ""), "place": place}, lang)


def contract(typed: Typed, child_id: str, lang: str) -> ContractBody:
    return _read(ContractBody, {**_lasting(typed), **_weekly(typed, lang), "child_id": child_id}, lang)


def shift(typed: Typed, lang: str) -> ShiftBody:
    values = {**_lasting(typed), **_weekly(typed, lang), "first_category": bool(typed.get("first_category"))}
    return _read(ShiftBody, values, lang)


def adaptation(typed: Typed, child_id: str, lang: str) -> AdaptationBody:
    lasting, days = _lasting(typed), _days(typed, lang)
    first, last = lasting["starts_on"] or "", lasting["ends_on"] or ""
    outside = [n for n in range(EXCEPTIONS) if (day := typed.get(f"except_day_{n}")) and not first <= day <= last]
    if first and last and outside and not _before(last, first):
        raise Wrong({f"except_day_{n}": OUTSIDE[lang] for n in outside})
    return _read(AdaptationBody, {**lasting, "days": days, "child_id": child_id}, lang)


def absence(typed: Typed, child_id: str, lang: str) -> AbsenceBody:
    when = _hours(typed, "hours", lang) or None
    return _read(AbsenceBody, {**_lasting(typed), "hours": when, "child_id": child_id}, lang)


def asked(typed: Typed, lang: str) -> AskedBody:
    values = {name: typed.get(name) or None for name in ("born_on", "walks_from")}
    place = "insertion" if typed.get("insertion") else "ordinary"
    return _read(AskedBody, {**values, **_lasting(typed), "place": place, "week": _week(typed, lang)}, lang)


def as_typed(week: list[str], exceptions: Mapping[str, str]) -> dict[str, str]:
    """A week that is known, as the fields of its form."""
    rows = enumerate(sorted(exceptions.items()))
    days = {f"day_{n}": said for n, said in enumerate(week)}
    return days | {f"except_{part}_{n}": said[part == "hours"] for n, said in rows for part in ("day", "hours")}


def _lasting(typed: Typed) -> dict[str, str | None]:
    return {name: typed.get(name) or None for name in ("starts_on", "ends_on")}


def _week(typed: Typed, lang: str) -> list[str]:
    wrong: dict[str, str] = {}
    week = []
    for n in range(DAYS):
        try:
            week.append(_hours(typed, f"day_{n}", lang))
        except Wrong as found:
            wrong |= found.errors
    if wrong:
        raise Wrong(wrong)
    return week


def _weekly(typed: Typed, lang: str) -> dict[str, Any]:
    return {"week": _week(typed, lang), "exceptions": _days(typed, lang)}


def _days(typed: Typed, lang: str) -> dict[str, str]:
    """Single days and their hours: a row with a day and no hours is a day without."""
    days = {}
    for n in range(EXCEPTIONS):
        when = _hours(typed, f"except_hours_{n}", lang)
        if day := typed.get(f"except_day_{n}"):
            days[day] = when
        elif when:
            raise Wrong({f"except_day_{n}": NO_DAY[lang]})
    return days


def _hours(typed: Typed, field: str, lang: str) -> str:
    """`8h30-12h, 14-17` is `08:30-12:00 14:00-17:00`."""
    text = typed.get(field, "").strip()
    said = _SPAN.sub(lambda m: f"{int(m[1]):02}:{m[2] or '00'}-{int(m[3]):02}:{m[4] or '00'} ", text)
    try:
        return written(hours(said))
    except ValueError:
        raise Wrong({field: NO_HOURS[lang]}) from None


def _read(body: type[B], values: dict[str, Any], lang: str) -> B:
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts and ends and _before(ends, starts):
        raise Wrong({"ends_on": ENDS_FIRST[lang]})
    try:
        return body.model_validate(values)
    except ValidationError as error:
        raise Wrong({name.split(".")[0]: said for name, said in by_field(error, lang).items()}) from None


def _before(one: str, other: str) -> bool:
    try:
        return date.fromisoformat(one) < date.fromisoformat(other)
    except ValueError:
        return False
