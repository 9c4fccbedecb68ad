"""Public and school holidays, from the libraries that keep them."""

import logging
from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays
from vacances_scolaires_france import SchoolHolidayDates

log = logging.getLogger(__name__)

_LIBRARY_LANGUAGE = {"fr": "fr", "en": "en_US"}
_SCHOOL_IN_ENGLISH = {
    "Vacances de Noël": "Christmas holidays",
    "Vacances d'hiver": "Winter holidays",
    "Vacances de printemps": "Spring holidays",
    "Vacances d'été": "Summer holidays",
    "Vacances de la Toussaint": "Autumn holidays",
    "Pont de l'Ascension": "Ascension bridge",
}


@cache
def public_holidays(year: int) -> Mapping[date, dict[str, str]]:
    """France's public holidays of that year, any year: day -> its name in French and English."""
    names: dict[date, dict[str, str]] = {}
    for language, code in _LIBRARY_LANGUAGE.items():
        for day, name in holidays.country_holidays("FR", years=year, language=code).items():
            names.setdefault(day, {})[language] = name
    return names


@cache
def school_holidays(zone: str) -> Mapping[date, dict[str, str]]:
    """The school holidays of that zone that are published so far: day -> name in French and English."""
    return {
        day: {"fr": (name := str(row["nom_vacances"])), "en": _SCHOOL_IN_ENGLISH.get(name, name)}
        for day, row in _library().data.items()
        if row[f"vacances_zone_{zone.lower()}"]
    }


@cache
def school_holidays_until() -> date:
    """The last day of which school holidays are known; the ministry publishes a few years ahead."""
    last: date = max(_library().data)
    return last


@cache
def school_holiday(day: date, zone: str) -> dict[str, str] | None:
    """The name of the school holidays on that day, None when there are none **or when it is not known yet**.

    A day past what is published counts as a day like any other, and a warning says so once per day asked:
    closing a house by a guess would be worse than opening it.
    """
    if day > school_holidays_until():
        log.warning("School holidays are known until %s only: %s counts as none", school_holidays_until(), day)
    return school_holidays(zone).get(day)


@cache
def _library() -> SchoolHolidayDates:
    return SchoolHolidayDates()
