"""By which channel, when, and when no longer: decisions only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ronde.house.model import Hours
from ronde_contracts.notify import Channel

from notify.purposes import PURPOSES, Purpose
from notify.settings import Terms

CONCERNED = ("waiting", "offered", "confirmed")
"""The states of an enrolment in which a change of the session matters to them."""
BOTH: tuple[Channel, ...] = ("sms", "email")
RETRIES = (30, 60, 300, 900, 1800, 3600, 3600, 7200, 7200, 14400)
"""Seconds to the next attempt when a provider says "not now": about eleven hours in all."""
TOGETHER = timedelta(seconds=5)
"""How long what is said of one date of a series waits for the other dates that the family chose with it."""
ANY_HOUR = Hours(time.min, time.max)
WAKE_BEFORE = timedelta(hours=1)
"""What matters before a session starts is told that long before, at any hour."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """The moments that decide how long a message is of use."""

    starts_at: datetime
    ends_at: datetime
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class PutOff:
    """Not now: then. `why` is quiet-hours or enough-today."""

    until: datetime
    why: str


Code = Literal["too-late", "too-little-time"]


def channels(
    purpose: Purpose, *, phone: bool, email: bool, asked: Channel | None = None, used: Collection[Channel] = ()
) -> tuple[Channel, ...]:
    """By which channels to tell somebody who has a phone, an e-mail address, or both.

    `asked` is the one they asked for; `used` those that what is corrected really went by: it is put right there, in the
    mail too when there was one, or the calendar that came with it would stay wrong. With no
    address it is written all the same: it fails when it is due, where staff see it.
    """
    row = PURPOSES[purpose]
    reachable: dict[Channel, bool] = {"sms": phone, "email": email}
    if asked is not None and reachable[asked]:
        return (asked,)
    routed = tuple(channel for channel in row.channels if reachable[channel])
    if row.corrects and used:
        routed = tuple(channel for channel in BOTH if channel in used and reachable[channel]) or routed
    return routed or tuple(channel for channel, can in reachable.items() if can) or row.channels[:1]


def useful_until(purpose: Purpose, occasion: Occasion) -> datetime:
    """The moment from which the message would be nonsense."""
    moments = {"deadline": occasion.deadline, "start": occasion.starts_at, "end": occasion.ends_at}
    return moments[PURPOSES[purpose].until] or occasion.ends_at


def when(
    purpose: Purpose, occasion: Occasion, now: datetime, terms: Terms, *, own_quiet: Hours | None, today: int
) -> PutOff | Code | None:
    """None: it leaves now. `own_quiet` are the hours in which this person wants peace, `today` what they had today."""
    row = PURPOSES[purpose]
    end = useful_until(purpose, occasion)
    if now >= end:
        return "too-late"
    if now >= end - row.lead:
        return "too-little-time"
    promotional = row.kind == "promotional"
    allowed, why = now, ""
    if row.pace != "at-once" or promotional:
        hours = terms.promotional if promotional else terms.day
        if row.pace == "early" and local_day(occasion.starts_at, terms.zone) == local_day(now, terms.zone):
            hours = ANY_HOUR
        allowed, why = _awake(now, terms.zone, hours, own_quiet), "quiet-hours"
    if (row.counted or promotional) and today >= terms.a_day:
        tomorrow = _at(local_day(now, terms.zone) + timedelta(days=1), terms.day.opens, terms.zone)
        allowed, why = _awake(tomorrow, terms.zone, terms.day, own_quiet), "enough-today"
    if allowed <= now:
        return None
    if row.pace == "wakes" and allowed > occasion.starts_at - WAKE_BEFORE:
        return None
    if allowed < end - row.lead:
        return PutOff(allowed, why)
    # An answer to what they did is worth a message too many; what nobody asked for is not worth a night's sleep.
    return None if row.pace == "at-once" and not promotional else "too-little-time"


def remind_from(starts_at: datetime, terms: Terms) -> datetime:
    """The house's hour for it on the day before, by the wall clock: right on both days of a clock change."""
    return _at(local_day(starts_at, terms.zone) - timedelta(days=1), terms.remind_at, terms.zone)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def midnight(at: datetime, zone: ZoneInfo) -> datetime:
    """When that day began."""
    return _at(local_day(at, zone), time(), zone)


def retry_in(attempts: int) -> timedelta | None:
    """How long to wait after that many attempts; None: give up."""
    return timedelta(seconds=RETRIES[attempts - 1]) if attempts <= len(RETRIES) else None


def _awake(at: datetime, zone: ZoneInfo, hours: Hours, own_quiet: Hours | None) -> datetime:
    """The first moment from `at` on that is in the hours and outside of their own quiet ones.

    Two days of looking: quiet hours that leave nothing of the day are overruled by the house's.
    """
    for days in range(3):
        day = local_day(at, zone) + timedelta(days=days)
        opens, closes = _at(day, hours.opens, zone), _at(day, hours.closes, zone)
        found = max(at, opens)
        if own_quiet is not None and _quiet(found.astimezone(zone).time(), own_quiet):
            ends = _at(day, own_quiet.closes, zone)
            found = ends if ends > found else _at(day + timedelta(days=1), own_quiet.closes, zone)
        if found < closes:
            return found
    return _awake(at, zone, hours, None)


def _quiet(at: time, quiet: Hours) -> bool:
    """Quiet hours may go over midnight: 21:00 to 8:30."""
    if quiet.opens <= quiet.closes:
        return quiet.opens <= at < quiet.closes
    return at >= quiet.opens or at < quiet.closes


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    # in UTC: Python compares two times of one zone by their wall clocks, wrongly in the night of a clock change
    return datetime.combine(day, at, zone).astimezone(UTC)
