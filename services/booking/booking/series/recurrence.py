"""From an RRULE to days, and from a day on the wall clock to a moment: pure, and computed forward.

"Tuesday 9:00" is 9:00 in January and in July, because the hours stay hours of the wall until their day is known.
"""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from booking.refusals import InThePast, TooFarAhead
from booking.rules import HORIZON, Span
from booking.series.refusals import (
    RuleNotUnderstood,
    SeriesEmpty,
    SeriesTooLong,
    SeriesWithoutEnd,
)
from booking.wall import moment

AT_MOST = 400
"""More than each working day of a year; enough for a request to stay short."""
YEARS = HORIZON.days // 365 + 2
"""Of which a rule may name days: those that the horizon touches, and one more."""
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
BY = ("INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "WKST")


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """The same hours of the wall clock on each day of a rule, from `first` on, without some days."""

    rule: str
    first: date
    starts: time
    ends: time
    without: frozenset[date] = frozenset()


def days(asked: Recurrence, zone: ZoneInfo, *, now: datetime) -> list[date]:
    """The days of the rule, in order, at most AT_MOST of them.

    Raises RuleNotUnderstood, SeriesWithoutEnd, SeriesTooLong, SeriesEmpty, InThePast, TooFarAhead.
    """
    today = now.astimezone(zone).date()
    if asked.first < today:
        raise InThePast
    reach = datetime.combine(today + HORIZON, asked.starts)
    if asked.first > reach.date():
        raise TooFarAhead
    parts = _parts(asked.rule)
    count, until = _count(parts.pop("COUNT", None)), _until(parts.pop("UNTIL", None), zone)
    if count is None and until is None:
        raise SeriesWithoutEnd
    if count is not None and until is not None:
        raise RuleNotUnderstood  # RFC 5545: never both
    end = max(min(until or reach, reach), _at_first(asked) - timedelta(days=1))
    found = list(islice(_days(parts, asked, end), count or AT_MOST + 1))
    if len(found) > AT_MOST:
        raise SeriesTooLong
    kept = [day for day in found if day not in asked.without]
    if not kept:
        raise SeriesEmpty
    if (count is not None and len(found) < count) or (until is not None and until > reach):
        raise TooFarAhead
    return kept


def span_on(day: date, starts: time, ends: time, zone: ZoneInfo) -> Span:
    """Those hours of that day. It lasts an hour less or more when clocks change in between.

    Raises TimeSkipped and TimeTwice: whoever means one of two equal hours can ask for that day by itself, in UTC.
    """
    return Span(moment(day, starts, zone), moment(day, ends, zone))


def _parts(rule: str) -> dict[str, str]:
    pairs = [part.split("=") for part in rule.upper().removeprefix("RRULE:").split(";")]
    if not all(len(pair) == 2 and pair[1] for pair in pairs):
        raise RuleNotUnderstood
    parts: dict[str, str] = dict(pairs)
    known = {"FREQ", "COUNT", "UNTIL", *BY}
    if len(parts) < len(pairs) or not parts.keys() <= known or parts.get("FREQ") not in FREQUENCIES:
        raise RuleNotUnderstood
    _number(parts.get("INTERVAL"))
    return parts


def _number(written: str | None) -> int | None:
    if written is None:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) < 8 and int(written) > 0):
        raise RuleNotUnderstood
    return int(written)


def _count(written: str | None) -> int | None:
    count = _number(written)
    if count is not None and count > AT_MOST:
        raise SeriesTooLong
    return count


def _until(written: str | None, zone: ZoneInfo) -> datetime | None:
    """As a time on the wall; a bare date is all of that day."""
    if written is None:
        return None
    try:
        if len(written) == 8:
            return datetime.combine(datetime.strptime(written, "%Y%m%d").date(), time.max)  # noqa: DTZ007
        if written.endswith("Z"):
            at = datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return at.astimezone(zone).replace(tzinfo=None)
        return datetime.strptime(written, "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except (ValueError, OverflowError):
        raise RuleNotUnderstood from None


def _days(parts: dict[str, str], asked: Recurrence, until: datetime) -> Iterator[date]:
    """The days of the rule until then, reckoned in the twin years."""
    written = ";".join(f"{name}={value}" for name, value in parts.items())
    here, there = asked.first.year, _twin(asked.first.year)
    first, last = (one.replace(year=one.year + there - here) for one in (_at_first(asked), until))
    try:
        rule = cast(rrule, rrulestr(written, dtstart=first))  # a set only when there are several lines
        for one in rule.replace(until=last):
            yield one.date().replace(year=one.year + here - there)
    except (ValueError, TypeError, IndexError, OverflowError):  # what the parser raises on BYDAY=XX and the like
        raise RuleNotUnderstood from None


def _at_first(asked: Recurrence) -> datetime:
    return datetime.combine(asked.first, asked.starts)


@cache
def _twin(first: int) -> int:
    """The last year whose calendar, and that of the years around it, is the one of `first` and of those around it.

    dateutil looks for the next day of a rule until the year 9999: five seconds for a 30 February. Just before that
    year it gives up after a few decades.
    """

    def calendar(year: int) -> tuple[int, bool]:
        return date(year, 1, 1).weekday(), isleap(year)

    around = range(-1, YEARS + 1)
    candidates = range(9999 - YEARS, 1, -1)
    return next(year for year in candidates if all(calendar(first + n) == calendar(year + n) for n in around))
