"""Moves or cancels one session in the calendar file itself, as any calendar application would."""

import os
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from icalendar import Calendar, Event, vText

from .ics import ProgrammeError, given_day, is_series, open_calendar, start_of
from .programme import Session, read


def move(file: Path, uid: str, day: date, start: datetime) -> None:
    """`start` is wall-clock time where the session takes place; it lasts as long as before."""
    session = _find(file, uid, day)
    calendar = open_calendar(file)
    event = _own_event(calendar, session)
    lasts = event.end - event.start
    zone = start_of(event).tzinfo
    event.start, event.end = start.replace(tzinfo=zone), start.replace(tzinfo=zone) + lasts
    _write(file, calendar, event, session)


def cancel(file: Path, uid: str, day: date, reason: str | None) -> None:
    """The session stays in the file, marked as cancelled, with the reason for people to read (French)."""
    session = _find(file, uid, day)
    calendar = open_calendar(file)
    event = _own_event(calendar, session)
    event["STATUS"] = vText("CANCELLED")
    event.pop("COMMENT", None)
    if reason:
        event.add("comment", reason, parameters={"LANGUAGE": "fr"})
    _write(file, calendar, event, session)


def _find(file: Path, uid: str, day: date) -> Session:
    sessions = read(file)
    uids = {session.uid for session in sessions}
    if uid not in uids:
        close = get_close_matches(uid, uids, n=1, cutoff=0.3)
        raise ProgrammeError(f"no event has the UID {uid}. " + (f"Did you mean {close[0]}?" if close else ""))
    for session in sessions:
        if session.uid == uid and session.day == day:
            return session
    days = ", ".join(str(session.day) for session in sessions if session.uid == uid)
    raise ProgrammeError(f"{uid} has no session on {day}. Its days are: {days}")


def _own_event(calendar: Calendar, session: Session) -> Event:
    """The event that speaks of this session alone: made from its series when there is none yet."""
    mine = [event for event in calendar.events if str(event["UID"]) == session.uid]
    [master] = [event for event in mine if "RECURRENCE-ID" not in event]
    if not is_series(master):
        return master
    for event in mine:
        if "RECURRENCE-ID" in event and given_day(event, master) == session.day:
            return event
    event = Event()
    for name, value in master.items():
        if name not in ("RRULE", "RDATE", "EXDATE", "DTSTART", "DTEND", "DURATION"):
            event[name] = value
    day = session.day
    event.start = start_of(master).replace(year=day.year, month=day.month, day=day.day)
    event.end = event.start + (master.end - master.start)
    event["RECURRENCE-ID"] = event["DTSTART"]
    calendar.add_component(event)
    return event


def _write(file: Path, calendar: Calendar, event: Event, session: Session) -> None:
    event["SEQUENCE"] = session.revision + 1
    draft = file.with_name(file.name + ".new")
    draft.write_bytes(calendar.to_ical(sorted=False))
    os.replace(draft, file)
