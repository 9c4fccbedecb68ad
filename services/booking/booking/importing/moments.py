"""When an event of an iCalendar is: its start, its end, its repetitions. Raises NotUnderstood for the rest."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Component, vRecur

from booking.importing.refusals import NotUnderstood
from booking.rules import Span

YEARS = range(1970, 2200)
WHOLE = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
PARTS = {
    "DAILY": WHOLE,
    "WEEKLY": WHOLE | {"BYDAY"},
    "MONTHLY": WHOLE | {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": WHOLE | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
"""What a rule may say. With more, some rules never give a day, and looking for one takes minutes."""


def moment(event: Component, name: str, zone: tzinfo) -> datetime:
    """That property, aware. What has no zone is by the house's clock; of an hour that comes twice, the first."""
    found: Any = event.get(name)
    value = getattr(found, "dt", None)
    if isinstance(value, datetime):
        if value.year not in YEARS:
            raise NotUnderstood("broken")
        if value.tzinfo is None:
            if "TZID" in found.params:
                raise NotUnderstood("unknown-zone")
            return value.replace(tzinfo=zone)
        return value
    raise NotUnderstood("all-day" if isinstance(value, date) else "broken")


def span_of(event: Component, zone: ZoneInfo) -> Span:
    """The event's own, or the first of its repetitions."""
    starts_at = moment(event, "DTSTART", zone).astimezone(UTC)
    if "DTEND" in event:
        ends_at = moment(event, "DTEND", zone).astimezone(UTC)
    elif isinstance(lasts := getattr(event.get("DURATION"), "dt", None), timedelta):
        ends_at = starts_at + min(lasts, timedelta(days=366))
    else:
        raise NotUnderstood("no-end")
    if ends_at <= starts_at:
        raise NotUnderstood("ends-before")
    return Span(starts_at, ends_at)


def day_meant(event: Component, zone: ZoneInfo) -> date:
    """Which day of its series the event is about."""
    recurrence: Any = event["RECURRENCE-ID"]
    day = getattr(recurrence, "dt", None)
    if not isinstance(day, date) or "RRULE" in event or "RDATE" in event:
        raise NotUnderstood("rule")
    return moment(event, "RECURRENCE-ID", zone).astimezone(zone).date() if isinstance(day, datetime) else day


def shifted(event: Component, zone: ZoneInfo) -> timedelta:
    """By how much it moves its day and those that follow, on the event's own wall clock (RANGE=THISANDFUTURE)."""
    recurrence: Any = event["RECURRENCE-ID"]
    if str(recurrence.params["RANGE"]).upper() != "THISANDFUTURE" or not isinstance(recurrence.dt, datetime):
        raise NotUnderstood("this-and-following")
    starts = moment(event, "DTSTART", zone)
    was = moment(event, "RECURRENCE-ID", zone).astimezone(starts.tzinfo)
    return starts.replace(tzinfo=None) - was.replace(tzinfo=None)


def repeated(event: Component, zone: ZoneInfo) -> Iterator[datetime]:
    """The starts, by the event's own wall clock and in order, without the days that are taken out."""
    first = moment(event, "DTSTART", zone)
    clock, wall = first.tzinfo, first.replace(tzinfo=None)
    added = sorted(_listed(event, "RDATE", clock, wall.time()))
    out, days_out = set(), set()
    for one in _listed(event, "EXDATE", clock, None):
        days_out.add(one) if not isinstance(one, datetime) else out.add(one)
    rule = _rule(event, wall, clock)
    walls = heapq.merge([wall], added, rule if rule is not None else ())
    for one, _ in groupby(walls):
        if one not in out and one.date() not in days_out:
            yield one.replace(tzinfo=clock)


def _rule(event: Component, wall: datetime, clock: tzinfo | None) -> Iterable[datetime] | None:
    found: Any = event.get("RRULE")
    if found is None:
        return None
    if not isinstance(found, vRecur) or "EXRULE" in event:
        raise NotUnderstood("rule")
    said = {key.upper(): value for key, value in found.items()}
    freq = str(next(iter(said.get("FREQ", [])), ""))
    interval = next(iter(said.get("INTERVAL", [])), 1)
    known = PARTS.get(freq, set()) | ({"BYDAY"} if freq == "DAILY" and interval == 1 else set())
    firsts = "BYSETPOS" not in said or ("BYMONTHDAY" not in said and all(abs(n) <= 4 for n in said["BYSETPOS"]))
    in_a_month = all(1 <= abs(n) <= 31 for n in said.get("BYMONTHDAY", []))
    if not said.keys() <= known or interval not in range(1, 1000) or {"COUNT", "UNTIL"} <= said.keys():
        raise NotUnderstood("rule")
    if not firsts or not in_a_month:
        raise NotUnderstood("rule")
    until = next(iter(said.pop("UNTIL", [])), None)
    try:
        written: bytes = vRecur(said).to_ical()  # type: ignore[no-untyped-call]
        rule: Any = rrulestr(written.decode(), dtstart=wall)
        days: Iterable[datetime] = rule.replace(until=_on_the_wall(until, clock, time.max)) if until else rule
    except (ValueError, TypeError) as error:
        raise NotUnderstood("rule") from error
    return days


def _listed(event: Component, name: str, clock: tzinfo | None, at: time | None) -> Iterator[Any]:
    """Moments by the wall clock; a day alone has the hour `at`, or stays a day when that is None."""
    found: Any = event.get(name, [])
    for values in found if isinstance(found, list) else [found]:
        for value in getattr(values, "dts", []):
            if not isinstance(value.dt, date):  # a period
                raise NotUnderstood("rule")
            if at is None and not isinstance(value.dt, datetime):
                yield value.dt
            else:
                yield _on_the_wall(value.dt, clock, at or time())


def _on_the_wall(value: date, clock: tzinfo | None, at: time) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, at)
    return value.astimezone(clock).replace(tzinfo=None) if value.tzinfo else value
