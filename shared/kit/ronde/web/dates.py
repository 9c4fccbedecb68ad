"""Dates and times as people say them: *mardi 12 janvier, 9 h 30*, never ISO.

French and English are written as here; another language as Babel knows it, so it needs no code.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from ronde.clock import now

LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}
NINE_MONTHS = timedelta(days=270)
NBSP = "\u00a0"
COMMA = {"ar": "،", "fa": "،", "ur": "،"}


@cache
def locale(lang: str) -> Locale:
    """Raises ValueError for a language that has no dates."""
    try:
        return LOCALES.get(lang) or Locale.parse(lang)
    except UnknownLocaleError:
        raise ValueError(f"no dates are known in {lang!r}") from None


def speaks(lang: str) -> bool:
    """Whether dates can be said in it."""
    try:
        return bool(locale(lang))
    except ValueError:
        return False


def direction(lang: str) -> str:
    """`ltr` or `rtl`, as HTML says it."""
    return str(locale(lang).text_direction)


def day(value: date | datetime, lang: str, zone: tzinfo, *, short: bool = False) -> str:
    """`mardi 12 janvier`; with the year when it is nine months away or more. Short: `mar. 12 janv.`"""
    local = value.astimezone(zone).date() if isinstance(value, datetime) else value
    far = abs(local - now().astimezone(zone).date()) > NINE_MONTHS
    if lang not in LOCALES:
        skeleton = "MEd" if short else "yMMMMEEEEd" if far else "MMMMEEEEd"
        return str(format_skeleton(skeleton, local, locale=locale(lang)))
    pattern = ("EEE d MMM" if short else "EEEE d MMMM") + (" y" if far else "")
    said = format_date(local, pattern, LOCALES[lang])
    return said.replace(" 1 ", " 1er ", 1) if lang == "fr" and local.day == 1 else said


def clock(value: datetime, lang: str, zone: tzinfo) -> str:
    """`9 h 30` or `9 h`; `9:30 am` or `9 am`. Joined by no-break spaces (U+00A0)."""
    local = value.astimezone(zone)
    if lang == "fr":
        return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02}" if local.minute else "")
    if lang not in LOCALES:
        return str(format_skeleton("Hm", local.replace(tzinfo=None), locale=locale(lang)))
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minutes}{NBSP}{'am' if local.hour < 12 else 'pm'}"


def moment(value: datetime, lang: str, zone: tzinfo) -> str:
    """`mardi 12 janvier, 9 h 30`."""
    return f"{day(value, lang, zone)}{COMMA.get(lang, ',')} {clock(value, lang, zone)}"


def brief(value: datetime, lang: str, zone: tzinfo) -> str:
    """As short as it can be understood: `mar. 12 janv., 9 h 30`."""
    return f"{day(value, lang, zone, short=True)}{COMMA.get(lang, ',')} {clock(value, lang, zone)}"


def span(start: datetime, end: datetime, lang: str, zone: tzinfo) -> str:
    """`mardi 12 janvier, de 9 h 30 à 11 h`; over several days, both moments."""
    same = start.astimezone(zone).date() == end.astimezone(zone).date()
    if not same:
        return {"fr": "du {} au {}", "en": "from {} to {}"}.get(lang, "{} – {}").format(
            moment(start, lang, zone), moment(end, lang, zone)
        )
    return f"{day(start, lang, zone)}{COMMA.get(lang, ',')} {hours(start, end, lang, zone)}"


def hours(start: datetime, end: datetime, lang: str, zone: tzinfo) -> str:
    """`de 9 h 30 à 11 h`, without the day."""
    said = {"fr": "de {} à {}", "en": "{} to {}"}.get(lang, "{} – {}")
    return said.format(clock(start, lang, zone), clock(end, lang, zone))


def month(value: str, lang: str) -> str:
    """Of `2026-10`: `octobre 2026`."""
    return str(format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=locale(lang)))


def ordinal(number: int, lang: str) -> str:
    """`1re`, `3e` (of a list, a place: feminine) as text for a reader; `1st`, `3rd`; else the number."""
    if lang == "fr":
        return "1ʳᵉ" if number == 1 else f"{number}ᵉ"
    if lang != "en":
        return str(number)
    if 10 < number % 100 < 14:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
