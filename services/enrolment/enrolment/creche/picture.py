"""A day of a crèche as it is drawn: stretches of quarter-hours that are alike, and their shapes. Numbers, no words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from enrolment.creche.hours import clock
from enrolment.creche.occupation import Moment, Occupation
from enrolment.creche.rules import RuleName

QUARTER, CHILD, PROFESSIONAL, GAP = 12, 5, 8, 12
"""How wide a quarter-hour is, how high a child, how high a professional, and what is between the two pictures."""


@dataclass(frozen=True)
class Stretch:
    """From one quarter-hour to another, the second not included; nobody comes or goes in between."""

    start: int
    end: int
    moment: Moment

    @property
    def begins(self) -> str:
        return clock(self.start)

    @property
    def until(self) -> str:
        return clock(self.end)

    @property
    def full(self) -> RuleName | None:
        """The rule that refuses the next child who does not walk yet."""
        return self.moment.binding.rule if self.moment.binding else None


@dataclass(frozen=True)
class Bar:
    """A rectangle; `kind`: `walking`, `not-walking`, `planned`, `needed`, `missing` or `full`; or `age-0` and so on."""

    kind: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Day:
    """One day on which it is open. `limit`: how many children may be there; `staff`: how many are drawn."""

    day: date
    stretches: Sequence[Stretch]
    limit: int
    staff: int

    @property
    def most(self) -> int:
        return max([self.limit, *(one.moment.present.children for one in self.stretches)])

    @property
    def width(self) -> int:
        return QUARTER * (self.stretches[-1].end - self.stretches[0].start)

    @property
    def floor(self) -> int:
        """Where the children stand."""
        return GAP + CHILD * self.most

    @property
    def height(self) -> int:
        return self.floor + GAP + PROFESSIONAL * self.staff

    @property
    def line(self) -> int:
        """Where the most children at one moment are drawn."""
        return self.floor - CHILD * self.limit

    @property
    def bars(self) -> list[Bar]:
        return [bar for one in self.stretches for bar in self._bars(one)]

    def _bars(self, one: Stretch) -> list[Bar]:
        x, width = QUARTER * (one.start - self.stretches[0].start), QUARTER * (one.end - one.start)
        there, needed = one.moment.present, one.moment.needed
        walking, babies = CHILD * there.walking, CHILD * there.not_walking
        have, missing = min(needed, there.staff), max(needed - there.staff, 0)
        staff = [("needed", 0, have), ("planned", have, there.staff - have), ("missing", have, missing)]
        bars = [
            Bar("walking", x, self.floor - walking, width, walking),
            Bar("not-walking", x, self.floor - walking - babies, width, babies),
            *(Bar(k, x, self.height - PROFESSIONAL * (n + up), width, PROFESSIONAL * n) for k, up, n in staff),
            Bar("full", x, 0, width, GAP // 2 if one.full else 0),
        ]
        return [bar for bar in bars if bar.height]


def week(occupation: Occupation, monday: date) -> list[Day]:
    """The days of that week on which it is open. ValueError outside of the occupation."""
    days = {day: _stretches(occupation, day) for day in (monday + timedelta(days=n) for n in range(7))}
    several = [one.moment for stretches in days.values() for one in stretches]
    staff = max((max(moment.needed, moment.present.staff) for moment in several), default=0)
    return [Day(day, stretches, occupation.rules.most, staff) for day, stretches in days.items() if stretches]


def _stretches(occupation: Occupation, day: date) -> list[Stretch]:
    found = []
    for moment, alike in groupby(occupation.moments(day), key=lambda one: one[1]):
        quarters = [quarter for quarter, _ in alike]
        found.append(Stretch(quarters[0], quarters[-1] + 1, moment))
    return found
