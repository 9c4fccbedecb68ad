"""Reading events of an iCalendar file: when they start, and which day their series gave them."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from icalendar import Calendar, Event


class ProgrammeError(ValueError):
    """The file cannot be told to a house; the sentence says which event and what to write."""


def open_calendar(file: Path) -> Calendar:
    """Raises ProgrammeError when it is no calendar."""
    try:
        calendar = Calendar.from_ical(file.read_bytes())
    except OSError as error:
        raise ProgrammeError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise ProgrammeError(f"{file} is no iCalendar file: {error}") from None
    if not isinstance(calendar, Calendar):
        raise ProgrammeError(f"{file} is no iCalendar file: it must begin with BEGIN:VCALENDAR")
    for event in calendar.events:
        if "UID" not in event:
            raise ProgrammeError(f"{called(event)}: give it a UID, and never change it")
    return calendar


def called(event: Event) -> str:
    """How an error names it."""
    return f"« {event.get('SUMMARY', '')} » (UID {event.get('UID', 'missing')})"


def is_series(master: Event) -> bool:
    return "RRULE" in master or "RDATE" in master


def start_of(event: Event) -> datetime:
    """When it starts, as a time with a zone; ProgrammeError when it says a day only, or no zone."""
    start = getattr(event.get("DTSTART"), "dt", None)
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise ProgrammeError(f"{called(event)} needs a time with its zone: DTSTART;TZID=Europe/Paris:…")
    return start


def given_day(event: Event, master: Event) -> date:
    """The day that the series gave it, in the series' own zone, whatever it was moved to since."""
    given: Any = event.get("RECURRENCE-ID", event["DTSTART"])
    moment = given.dt
    if isinstance(moment, datetime):
        return (moment.astimezone(start_of(master).tzinfo) if moment.tzinfo else moment).date()
    day: date = moment
    return day


def words(event: Event, name: str) -> dict[str, str]:
    """A text that may stand several times, each with its LANGUAGE; without one it is French."""
    values = event.get(name, [])
    values = values if isinstance(values, list) else [values]
    return {str(value.params.get("LANGUAGE", "fr"))[:2].lower(): str(value) for value in values}
