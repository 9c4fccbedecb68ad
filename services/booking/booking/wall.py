"""From the clock on the house's wall to moments: the one place that knows of hours that are missing or come twice."""

from datetime import UTC, date, datetime, time, tzinfo

from booking.refusals import TimeSkipped, TimeTwice


def moments(day: date, at: time, zone: tzinfo) -> list[datetime]:
    """That local time of that day, in UTC: none when clocks jump over it, two when they go back over it."""
    local = datetime.combine(day, at)
    found = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(one for one in found if one.astimezone(zone).replace(tzinfo=None, fold=0) == local)


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """The same when there is exactly one. Raises TimeSkipped and TimeTwice: which of two is meant is not guessed."""
    found = moments(day, at, zone)
    if len(found) != 1:
        raise (TimeTwice if found else TimeSkipped).this_one(datetime.combine(day, at, zone))
    return found[0]
