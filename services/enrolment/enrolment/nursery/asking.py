"""When a family may be asked whether its child comes in some hours, and until when it may answer."""

from datetime import date, datetime, time, timedelta

from ronde.house import Occasional

from enrolment.creche.hours import A_DAY, Hours, between, first, last
from enrolment.rules import evening_before, morning_after
from enrolment.settings import Terms

QUARTER = timedelta(minutes=15)


def in_time(now: datetime, day: date, occasional: Occasional, terms: Terms) -> Hours:
    """The quarter-hours of a day for which it is not too late to come."""
    soonest = (now + timedelta(minutes=occasional.last_minutes)).astimezone(terms.timezone)
    if soonest.date() != day:
        return between(0, A_DAY) if soonest.date() < day else 0
    minutes = soonest.hour * 60 + soonest.minute + (soonest.second + soonest.microsecond > 0)
    return between(min(-(-minutes // 15), A_DAY), A_DAY)


def answer_by(now: datetime, begins: datetime, occasional: Occasional, terms: Terms, *, early: bool) -> datetime | None:
    """Until when an offer made now is held: never in the night. None: not now, or too late.

    In the night only hours of the same day are offered, to who said that they may be (`early`).
    """
    answer, ahead = timedelta(minutes=occasional.answer_minutes), timedelta(minutes=occasional.last_minutes)
    if now + ahead > begins:
        return None
    if morning_after(now, terms) != now:
        today = now.astimezone(terms.timezone).date() == begins.astimezone(terms.timezone).date()
        return now + answer if early and today else None
    until = min(morning_after(now + answer, terms), evening_before(begins - ahead + answer, terms))
    return until if until >= now + answer else None


def next_morning(now: datetime, day: date, occasional: Occasional, terms: Terms) -> datetime:
    """When hours of that day that nobody was asked about are looked at again: the end of a night, near enough."""
    local = now.astimezone(terms.timezone)
    coming = local.date() + timedelta(days=local.time() >= terms.quiet_until)
    return datetime.combine(max(coming, day - timedelta(days=occasional.ahead_days)), terms.quiet_until, terms.timezone)


def moments(day: date, hours: Hours, terms: Terms) -> tuple[datetime, datetime]:
    """From the first quarter-hour to the end of the last, as the house's clock shows them."""

    def at(quarter: int) -> datetime:
        days, rest = divmod(quarter, A_DAY)
        return datetime.combine(day + timedelta(days=days), time(rest // 4, rest % 4 * 15), terms.timezone)

    return at(first(hours)), at(last(hours) + 1)
