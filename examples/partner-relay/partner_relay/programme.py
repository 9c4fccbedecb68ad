"""The sessions of a programme: an iCalendar file with its series unrolled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import recurring_ical_events
from icalendar import Calendar, Event
from icalendar.error import IncompleteComponent, InvalidCalendar

from .ics import ProgrammeError, given_day, is_series, open_calendar, start_of, words
from .plan import plan

HORIZON = timedelta(days=400)
"""A series without end is read this far after the first day of the file."""


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


def read(file: Path) -> list[Session]:
    """Every session of the file: series in the order of the file, each in the order of its days.

    Raises ProgrammeError for the first event that cannot be told.
    """
    try:
        return _read(open_calendar(file))
    except (InvalidCalendar, IncompleteComponent) as error:
        raise ProgrammeError(f"{file}: {error}") from None


def session_id(uid: str, day: date | None) -> UUID:
    """The same for ever: the event, and for a series the day that its rule gave (None: no series).

    The day and not the minute, so that a series put half an hour later changes its sessions instead of
    cancelling them all and planning as many others.
    """
    return uuid5(NAMESPACE_URL, f"ics:{uid}" if day is None else f"ics:{uid}/{day.isoformat()}")


def _read(calendar: Calendar) -> list[Session]:
    masters = {str(event["UID"]): event for event in calendar.events if "RECURRENCE-ID" not in event}
    order = list(masters)
    revisions = _revisions(calendar, masters)
    sessions = [_session(event, masters, revisions) for event in _occurrences(calendar)]
    _one_a_day(sessions)
    return sorted(sessions, key=lambda session: (order.index(session.uid), session.day))


def _occurrences(calendar: Calendar) -> Iterator[Event]:
    if not calendar.events:
        return
    first = min(start_of(event) for event in calendar.events)
    series = recurring_ical_events.of(calendar, keep_recurrence_attributes=True)
    yield from series.between(first, first + HORIZON)


def _revisions(calendar: Calendar, masters: Mapping[str, Event]) -> dict[tuple[str, date], int]:
    """The SEQUENCE of each exception: unrolled, every session of a series would bear the highest of them."""
    return {
        (uid, given_day(event, masters.get(uid, event))): int(event.get("SEQUENCE", 0))
        for event in calendar.events
        if "RECURRENCE-ID" in event and (uid := str(event["UID"]))
    }


def _session(
    event: Event, masters: Mapping[str, Event], revisions: Mapping[tuple[str, date], int]
) -> Session:
    uid = str(event["UID"])
    if uid not in masters:
        raise ProgrammeError(f"UID {uid} has an exception (RECURRENCE-ID), and no series that it belongs to")
    master = masters[uid]
    day = given_day(event, master)
    return Session(
        uid=uid,
        day=day,
        id=session_id(uid, day if is_series(master) else None),
        starts_at=start_of(event),
        revision=revisions.get((uid, day), int(master.get("SEQUENCE", 0))),
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        reason=words(event, "COMMENT") or None,
        plan=plan(event, master),
    )


def _one_a_day(sessions: Sequence[Session]) -> None:
    seen: set[UUID] = set()
    for session in sessions:
        if session.id in seen:
            raise ProgrammeError(
                f"UID {session.uid} has two sessions on {session.day}: give the second a series of its own"
            )
        seen.add(session.id)
