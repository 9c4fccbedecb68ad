"""Dates and times as people say them: *mardi 12 janvier, 9 h 30*, never ISO."""

from datetime import date, datetime, timedelta, tzinfo

from babel import Locale
from babel.dates import format_date

from ronde.clock import now

LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}
NINE_MONTHS = timedelta(days=270)
NBSP = "\u00a0"


def day(value: date | datetime, lang: str, zone: tzinfo, *, short: bool = False) -> str:
    """`mardi 12 janvier`; with the year when it is nine months away or more. Short: `mar. 12 janv.`"""
    local = value.astimezone(zone).date() if isinstance(value, datetime) else value
    pattern = "EEE d MMM" if short else "EEEE d MMMM"
    if abs(local - now().astimezone(zone).date()) > NINE_MONTHS:
        pattern += " y"
    said = format_date(local, pattern, LOCALES[lang])
    return said.replace(" 1 ", " 1er ", 1) if lang == "fr" and local.day == 1 else said


def clock(value: datetime, lang: str, zone: tzinfo) -> str:
    """`9 h 30` or `9 h`; `9:30 am` or `9 am`. Joined by no-break spaces (U+00A0)."""
    local = value.astimezone(zone)
    if lang == "fr":
        return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02}" if local.minute else "")
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minutes}{NBSP}{'am' if local.hour < 12 else 'pm'}"


def moment(value: datetime, lang: str, zone: tzinfo) -> str:
    """`mardi 12 janvier, 9 h 30`."""
    return f"{day(value, lang, zone)}, {clock(value, lang, zone)}"


def span(start: datetime, end: datetime, lang: str, zone: tzinfo) -> str:
    """`mardi 12 janvier, de 9 h 30 à 11 h`; over several days, both moments."""
    same = start.astimezone(zone).date() == end.astimezone(zone).date()
    if not same:
        return {"fr": "du {} au {}", "en": "from {} to {}"}[lang].format(
            moment(start, lang, zone), moment(end, lang, zone)
        )
    return f"{day(start, lang, zone)}, {hours(start, end, lang, zone)}"


def hours(start: datetime, end: datetime, lang: str, zone: tzinfo) -> str:
    """`de 9 h 30 à 11 h`, without the day."""
    said = {"fr": "de {} à {}", "en": "{} to {}"}[lang]
    return said.format(clock(start, lang, zone), clock(end, lang, zone))


def ordinal(number: int, lang: str) -> str:
    """`1re`, `3e` (of a list, a place: feminine) as text for a reader; `1st`, `3rd`."""
    if lang == "fr":
        return "1ʳᵉ" if number == 1 else f"{number}ᵉ"
    if 10 < number % 100 < 14:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
