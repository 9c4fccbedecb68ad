"""What a crèche has free in a week: by half-day, for children who walk and for those who do not yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from enrolment.creche.hours import Span
from enrolment.creche.occupation import Moment, Occupation, monday_of


class Free(NamedTuple):
    """So many more children of that age could be there during the whole of these hours.

    Each by itself: who takes one half-day lowers what the others of the week may have left.
    """

    day: date
    hours: Span
    walking: bool
    places: int


def free_places(occupation: Occupation, monday: date) -> list[Free]:
    """Of the week's open days, in order; nought is said too.

    Every rule of the crèche is kept at every quarter-hour, and the week's share (100 %) holds them as well. Places kept
    for insertion and for emergencies are not for everybody, so they are not published.
    """
    used, most = occupation.week(occupation.index(monday))
    kept = occupation.rules.creche.emergency.places
    found = []
    for day in (monday + timedelta(days=n) for n in range(7)):
        for hours, moments in _half_days(occupation.moments(day)):
            of_week = max(most - used, 0) // (hours[1] - hours[0])
            for walking in (False, True):
                places = min(of_week, *(moment.room[walking] for moment in moments))
                found.append(Free(day, hours, walking, max(places - kept, 0)))
    return found


def published(today: date, weeks: int) -> list[date]:
    """The Mondays of so many weeks, from this one."""
    return [monday_of(today) + timedelta(weeks=n) for n in range(weeks)]


def _half_days(moments: Sequence[tuple[int, Moment]]) -> list[tuple[Span, list[Moment]]]:
    """Opening hours are cut in the middle: 7:30 to 18:30 is 7:30 to 13:00 and 13:00 to 18:30."""
    middle = len(moments) // 2
    halves = (moments[:middle], moments[middle:])
    return [((half[0][0], half[-1][0] + 1), [moment for _, moment in half]) for half in halves if half]
