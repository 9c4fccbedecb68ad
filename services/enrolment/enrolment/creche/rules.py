"""The rules of capacity at one moment and over a week, as one crèche's part of the house file has them."""

from bisect import bisect
from collections.abc import Sequence
from typing import Literal, NamedTuple

from ronde.house import Creche

from enrolment.creche.book import Place
from enrolment.creche.hours import Grid, Hours, between, quarter

RuleName = Literal["opening", "overflow", "insertion", "ratio", "team", "first_category", "week"]
"""All but `opening` are the names of the house file, where their article stands."""


class Present(NamedTuple):
    """Who is there in one quarter-hour. `insertion`: how many of the children have a place kept for it.

    Visiting childminders and the children with them are not among these (CSP R.2324-43 II).
    """

    not_walking: int = 0
    walking: int = 0
    insertion: int = 0
    staff: int = 0
    first_category: int = 0

    @property
    def children(self) -> int:
        return self.not_walking + self.walking


class Kind(NamedTuple):
    """What the rules look at in a child who is asked for."""

    walking: bool
    place: Place = "ordinary"


class Broken(NamedTuple):
    """A rule, and how much is missing: children (`overflow`, `insertion`), professionals, or quarter-hours."""

    rule: RuleName
    short_by: int


class Rules:
    """Those of one crèche. `most`: children at one moment; `opening`: its week."""

    def __init__(self, creche: Creche) -> None:
        self.creche = creche
        self.most = _up(creche.places * creche.overflow.percent, 100)
        week = [self._opening(weekday) for weekday in range(7)]
        self.opening: Grid = (week[0], week[1], week[2], week[3], week[4], week[5], week[6])
        self._first_category = (
            creche.first_category.at_least if creche.places > creche.first_category.over_places else 0
        )

    def week_of(self, days: Sequence[Hours]) -> int:
        """The children's quarter-hours that a week may have, of the hours at which it is open on each day."""
        return self.creche.places * sum(day.bit_count() for day in days) * self.creche.week.percent // 100

    def by_ratio(self, not_walking: int, walking: int) -> int:
        """Professionals that the chosen ratio asks for, rounded as the crèche rounds."""
        ratio = self.creche.ratio
        if ratio.mode == "any-age":
            return _up(not_walking + walking, ratio.any_age)
        if self.creche.rounding.way == "per-group":
            return _up(not_walking, ratio.not_walking) + _up(walking, ratio.walking)
        return _up(not_walking * ratio.walking + walking * ratio.not_walking, ratio.not_walking * ratio.walking)

    def staff_needed(self, not_walking: int, walking: int) -> int:
        """Professionals needed: by the ratio, and never fewer than the least as soon as there is a child."""
        if not not_walking + walking:
            return 0
        return max(self.by_ratio(not_walking, walking), self.creche.team.at_least)

    def broken(self, present: Present, place: Place = "insertion") -> Broken | None:
        """The first rule that they break, in the order of `RuleName`.

        An `ordinary` child may not take the last places kept for insertion; a child already there is not sent away.
        """
        if not present.children:
            return None
        if (over := present.children - self.most) > 0:
            return Broken("overflow", over)
        kept = max(self.creche.insertion.places - present.insertion, 0)
        if place == "ordinary" and (over := present.children + kept - self.most) > 0:
            return Broken("insertion", over)
        by_ratio, team = self.by_ratio(present.not_walking, present.walking), self.creche.team.at_least
        if (missing := max(by_ratio, team) - present.staff) > 0:
            return Broken("ratio" if by_ratio >= team else "team", missing)
        if (missing := self._first_category - present.first_category) > 0:
            return Broken("first_category", missing)
        return None

    def against(self, present: Present, kind: Kind, more: int = 1) -> Broken | None:
        """What would be broken with one more child of that kind, or several."""
        not_walking, walking, insertion, staff, first_category = present
        if kind.walking:
            walking += more
        else:
            not_walking += more
        if kind.place == "insertion":
            insertion += more
        return self.broken(Present(not_walking, walking, insertion, staff, first_category), kind.place)

    def room(self, present: Present, kind: Kind) -> int:
        """How many more children of that kind may be there."""
        most = range(1, max(self.most - present.children, 0) + 1)
        return bisect(most, 0, key=lambda more: self.against(present, kind, more) is not None)

    def _opening(self, weekday: int) -> Hours:
        hours = self.creche.opening.on(weekday)
        return between(quarter(hours.opens), quarter(hours.closes)) if hours else 0


def _up(number: int, by: int) -> int:
    """Division, rounded up, without a float."""
    return -(-number // by)
