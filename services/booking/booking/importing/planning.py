"""A planning as an organisation's software exports it, read: each occurrence, and whatever is not understood. Pure.

An occurrence is known by its event's UID and the local day of its RECURRENCE-ID: an hour that changes moves it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component

from booking.importing.moments import day_meant, repeated, shifted, span_of
from booking.importing.refusals import NotACalendar, NotUnderstood, TooManyOccurrences
from booking.rules import Span
from booking.wall import moments
from booking.writing import printable

LONGEST = 200_000
"""Characters of a file."""
MOST_EVENTS = 500
MOST_OCCURRENCES = 500
MOST_STEPS = 20_000
"""Occurrences counted through, those of the past among them."""
LONGEST_TITLE = LONGEST_UID = 200
SILENT = {"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM"}
"""What says nothing about a room."""


@dataclass(frozen=True)
class Entry:
    """One occurrence. `recurrence` is "" for an event that does not recur."""

    uid: str
    recurrence: str
    title: str | None
    place: str | None
    span: Span
    cancelled: bool


@dataclass(frozen=True)
class Odd:
    """What could not be followed. `code` is one of refusals.WHY; `title` None when it has none."""

    code: str
    uid: str | None
    title: str | None
    at: datetime | None = None


@dataclass
class Planning:
    """`past` are as many that began before now, and are left alone."""

    entries: list[Entry] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)
    past: int = 0


def read(text: str, zone: ZoneInfo, *, now: datetime, until: datetime) -> Planning:
    """Those that begin after now and before `until`, in order of time. Raises NotACalendar, TooManyOccurrences.

    Times without a zone are the house's.
    """
    reader = _Reader(zone, now, until)
    reader.read(_parsed(text))
    found = reader.planning
    found.entries.sort(key=lambda one: (one.span.starts_at, one.uid))
    return found


def _parsed(text: str) -> list[Component]:
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except Exception as error:  # the library has many kinds for a text that is none; all mean the same here
        raise NotACalendar from error
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise NotACalendar
    return [component for calendar in calendars for component in _with_method(calendar)]


def _with_method(calendar: Component) -> Iterator[Component]:
    """Its components; a calendar that cancels (METHOD) cancels each."""
    for component in calendar.walk():
        if str(calendar.get("METHOD", "")).upper() == "CANCEL" and component.name == "VEVENT":
            component["STATUS"] = "CANCELLED"
        yield component


@dataclass(frozen=True)
class _From:
    """What a series says from a day of it on; `event` None when that is not understood."""

    day: str
    event: Component | None = None
    shift: timedelta = timedelta()
    lasts: timedelta = timedelta()


class _Reader:
    def __init__(self, zone: ZoneInfo, now: datetime, until: datetime) -> None:
        self.zone, self.now, self.until = zone, now, until
        self.planning = Planning()
        self._steps = 0
        self._seen: set[tuple[str, str]] = set()
        self._replaced: set[tuple[str, str]] = set()
        self._from: dict[str, list[_From]] = {}

    def read(self, components: Iterable[Component]) -> None:
        events = []
        for one in components:
            if one.name == "VEVENT":
                events.append(one)
            elif one.name not in SILENT:
                self._odd("kind", one)
        if len(events) > MOST_EVENTS:
            raise TooManyOccurrences
        for one in events:  # first: they stand in the place of what their series says of that day
            if "RECURRENCE-ID" in one:
                self._each(one, self._changed)
        for one in events:
            if "RECURRENCE-ID" not in one:
                self._each(one, self._event)
        for changes in self._from.values():  # of a series that is not in the file
            for change in changes:
                if change.event is not None:
                    self._odd("this-and-following", change.event)

    def _each(self, event: Component, follow: Callable[[Component], None]) -> None:
        try:
            uid = str(event.get("UID", ""))
            if not uid.strip():
                raise NotUnderstood("no-uid")
            if len(uid) > LONGEST_UID or not uid.isprintable():
                raise NotUnderstood("broken")
            follow(event)
        except NotUnderstood as odd:
            self._odd(odd.code, event)

    def _changed(self, event: Component) -> None:
        day = day_meant(event, self.zone).isoformat()
        if "RANGE" in event["RECURRENCE-ID"].params:
            self._from_then_on(event, day)
            return
        key = (str(event["UID"]), day)
        if key in self._replaced:
            raise NotUnderstood("twice")
        self._replaced.add(key)  # also when the rest is not understood: then that day is nobody's guess
        self._entry(event, day, self._span(event))

    def _from_then_on(self, event: Component, day: str) -> None:
        changes = self._from.setdefault(str(event["UID"]), [])
        try:
            span = self._span(event)
            changes.append(_From(day, event, shifted(event, self.zone), span.ends_at - span.starts_at))
        except NotUnderstood:
            changes.append(_From(day))  # then nobody guesses what those days are
            raise

    def _event(self, event: Component) -> None:
        first = self._span(event)
        if "RRULE" not in event and "RDATE" not in event:
            self._once(event, "", first)
            return
        later = sorted(self._from.pop(str(event["UID"]), []), key=lambda one: one.day)
        changes = [_From("", event, lasts=first.ends_at - first.starts_at), *later]
        for local in repeated(event, self.zone):
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise TooManyOccurrences
            day = local.astimezone(UTC).astimezone(self.zone).date().isoformat()
            meant = next(one for one in reversed(changes) if one.day <= day)
            if meant.event is None:
                continue
            local = (local.replace(tzinfo=None) + meant.shift).replace(tzinfo=local.tzinfo)  # noqa: PLW2901
            starts_at = local.astimezone(UTC)
            if starts_at >= self.until:
                self._odd("continues", event, self.until)
                return
            if local.tzinfo and not moments(local.date(), local.time(), local.tzinfo):
                self._odd("no-such-time", event, starts_at)
                continue
            self._once(meant.event, day, Span(starts_at, starts_at + meant.lasts))

    def _span(self, event: Component) -> Span:
        if event.errors:
            raise NotUnderstood("broken")
        return span_of(event, self.zone)

    def _once(self, event: Component, recurrence: str, span: Span) -> None:
        key = (str(event["UID"]), recurrence)
        if key in self._seen:
            self._odd("twice", event, span.starts_at)
        elif key not in self._replaced:
            self._seen.add(key)
            self._entry(event, recurrence, span)

    def _entry(self, event: Component, recurrence: str, span: Span) -> None:
        if span.starts_at <= self.now:
            self.planning.past += 1
            return
        if len(self.planning.entries) >= MOST_OCCURRENCES:
            raise TooManyOccurrences
        cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
        title, place = _text(event, "SUMMARY"), _text(event, "LOCATION")
        self.planning.entries.append(Entry(str(event["UID"]), recurrence, title, place, span, cancelled))

    def _odd(self, code: str, event: Component, at: datetime | None = None) -> None:
        if len(self.planning.odd) >= MOST_EVENTS:
            raise TooManyOccurrences
        self.planning.odd.append(Odd(code, _text(event, "UID"), _text(event, "SUMMARY"), at))


def _text(event: Component, name: str) -> str | None:
    """What people read, shortened where it is longer than a reservation's title may be."""
    found = event.get(name)
    said = printable(str(found[0] if isinstance(found, list) else found)).strip() if found is not None else ""
    if len(said) > LONGEST_TITLE:
        return said[: LONGEST_TITLE - 1] + "…"
    return said or None
