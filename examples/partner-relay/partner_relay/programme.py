"""The sessions of a programme: an iCalendar file with its series unrolled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import recurring_ical_events
from icalendar import Calendar, Event

HORIZON = timedelta(days=400)
"""A series without end is read this far after the first day of the file."""


class ProgrammeError(ValueError):
    """The file cannot be told to a house; the sentence says which event and what to write."""


@dataclass(frozen=True)
class Session:
    """One occurrence. `day` is the date that its series gave it, whatever it was moved to since."""

    uid: str
    day: date
    id: UUID
    starts_at: datetime
    revision: int
    cancelled: bool
    reason: dict[str, str] | None
    plan: dict[str, Any]


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
    return calendar


def read(file: Path) -> list[Session]:
    """Every session of the file: series in the order of the file, each in the order of its days."""
    calendar = open_calendar(file)
    masters = {str(event["UID"]): event for event in calendar.events if "RECURRENCE-ID" not in event}
    order = list(masters)
    sessions = [_session(event, masters) for event in _occurrences(calendar)]
    _one_a_day(sessions)
    return sorted(sessions, key=lambda session: (order.index(session.uid), session.day))


def _occurrences(calendar: Calendar) -> Iterator[Event]:
    if not calendar.events:
        return
    first = min(start_of(event) for event in calendar.events)
    series = recurring_ical_events.of(calendar, keep_recurrence_attributes=True)
    yield from series.between(first, first + HORIZON)


def start_of(event: Event) -> datetime:
    """When it starts, as a time with a zone; ProgrammeError when it says a day only, or no zone."""
    start = event.start
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise ProgrammeError(f"{_called(event)} needs a time with its zone: DTSTART;TZID=Europe/Paris:…")
    return start


def given_day(event: Event, master: Event) -> date:
    """The day that the series gave it, in the series' own zone, whatever it was moved to since."""
    given: Any = event.get("RECURRENCE-ID", event["DTSTART"])
    moment = given.dt
    if isinstance(moment, datetime):
        return (moment.astimezone(start_of(master).tzinfo) if moment.tzinfo else moment).date()
    day: date = moment
    return day


def session_id(uid: str, day: date | None) -> UUID:
    """The same for ever: the event, and for a series the day that its rule gave (None: no series).

    The day and not the minute, so that a series put half an hour later changes its sessions instead of
    cancelling them all and planning as many others.
    """
    return uuid5(NAMESPACE_URL, f"ics:{uid}" if day is None else f"ics:{uid}/{day.isoformat()}")


def is_series(master: Event) -> bool:
    return "RRULE" in master or "RDATE" in master


def _session(event: Event, masters: dict[str, Event]) -> Session:
    uid = str(event["UID"])
    master = masters.get(uid, event)
    day = given_day(event, master)
    return Session(
        uid=uid,
        day=day,
        id=session_id(uid, day if is_series(master) else None),
        starts_at=start_of(event),
        revision=int(event.get("SEQUENCE", 0)),
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        reason=_words(event, "COMMENT") or None,
        plan=_plan(event, master),
    )


def _plan(event: Event, master: Event) -> dict[str, Any]:
    """What the house is told. An exception of a series says only what differs: the rest is its series'."""

    def said(name: str) -> str | None:
        value = event.get(name, master.get(name))
        return None if value is None else str(value).strip()

    plan: dict[str, Any] = {
        "starts_at": event.start.isoformat(),
        "ends_at": event.end.isoformat(),
        "title": _words(event, "SUMMARY") | _words(event, "X-RONDE-TITLE"),
        "people": _count(said("X-RONDE-PEOPLE"), "X-RONDE-PEOPLE", event),
        "places": _count(said("X-RONDE-PLACES"), "X-RONDE-PLACES", event),
    }
    if room := said("X-RONDE-ROOM"):
        plan["room"] = room
    if ages := said("X-RONDE-AGES"):
        youngest, dash, oldest = ages.partition("-")
        if not (dash and youngest.isdigit() and oldest.isdigit()):
            raise ProgrammeError(f"{_called(event)}: write the ages in months, like X-RONDE-AGES:3-36")
        plan["ages"] = {"from_months": int(youngest), "to_months": int(oldest)}
    if audience := said("X-RONDE-AUDIENCE"):
        plan["audience"] = [who.strip() for who in audience.split(",")]
    return plan


def _count(text: str | None, name: str, event: Event) -> int:
    if text is None or not text.isdigit() or int(text) < 1:
        raise ProgrammeError(f"{_called(event)}: say how many with a line such as {name}:12")
    return int(text)


def _words(event: Event, name: str) -> dict[str, str]:
    """A text that may stand several times, each with its LANGUAGE; without one it is French."""
    values = event.get(name, [])
    values = values if isinstance(values, list) else [values]
    return {str(value.params.get("LANGUAGE", "fr"))[:2].lower(): str(value) for value in values}


def _called(event: Event) -> str:
    return f"« {event.get('SUMMARY', '')} » (UID {event.get('UID', 'missing')})"


def _one_a_day(sessions: list[Session]) -> None:
    seen: set[UUID] = set()
    for session in sessions:
        if session.id in seen:
            raise ProgrammeError(
                f"UID {session.uid} has two sessions on {session.day}: give the second a series of its own"
            )
        seen.add(session.id)
