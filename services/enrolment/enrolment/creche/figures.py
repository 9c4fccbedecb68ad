"""What a crèche's supervisor (the département's PMI) asks: how full each week was, the overflow used, the team."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from enrolment.creche.occupation import Occupation


class WeekFigures(NamedTuple):
    """A week on whose days it is open at all. All but `peak` and `short_by` are counts of quarter-hours.

    `used` of the children, `allowed` by the week's rule; `over`: with more children than places, `peak` at most;
    `staff` planned while it is open; `short`: with fewer than the ratio or the least team asks for, by `short_by` at
    worst.
    """

    monday: date
    used: int
    allowed: int
    over: int
    peak: int
    staff: int
    short: int
    short_by: int

    @property
    def percent(self) -> float:
        return 100 * self.used / self.allowed if self.allowed else 0.0


def figures(occupation: Occupation) -> list[WeekFigures]:
    """Of each week of the occupation; one in which it is closed has none."""
    mondays = range(0, occupation.size, 7)
    return [one for at in mondays if (one := _week(occupation, at)) is not None]


def total(weeks: Sequence[WeekFigures]) -> WeekFigures:
    """Of all, from the first Monday; the worst where the worst is counted. ValueError when there is none."""
    return WeekFigures(
        monday=weeks[0].monday,
        used=sum(one.used for one in weeks),
        allowed=sum(one.allowed for one in weeks),
        over=sum(one.over for one in weeks),
        peak=max(one.peak for one in weeks),
        staff=sum(one.staff for one in weeks),
        short=sum(one.short for one in weeks),
        short_by=max(one.short_by for one in weeks),
    )


def _week(occupation: Occupation, monday: int) -> WeekFigures | None:
    days = range(monday, monday + 7)
    moments = [moment for at in days for _, moment in occupation.moments(occupation.day(at))]
    if not moments:
        return None
    used, allowed = occupation.week(monday)
    children = [moment.present.children for moment in moments]
    missing = [moment.needed - moment.present.staff for moment in moments]
    return WeekFigures(
        monday=occupation.day(monday),
        used=used,
        allowed=allowed,
        over=sum(number > occupation.rules.creche.places for number in children),
        peak=max(children),
        staff=sum(moment.present.staff for moment in moments),
        short=sum(by > 0 for by in missing),
        short_by=max(*missing, 0),
    )
