"""Places of a commission, from a crèche's engine: how many could be given at most, and whether a week can be given.

A place is no seat: who may still come depends on who has come. So the engine says two things to a run. Beforehand, of
each age group and slot, how many could be given if nobody else came: more is never given. And of each week, in the
order of the line, whether it fits beside all that was given before.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from enrolment.creche.book import Child, Contract, months_after
from enrolment.creche.criteria import Criteria, Group
from enrolment.creche.fitting import No, fits, shifted
from enrolment.creche.hours import Grid, Hours
from enrolment.creche.matching_forms import Pool
from enrolment.creche.occupation import Occupation
from enrolment.creche.rules import Kind

YEAR = timedelta(days=364)
"""How long a week that is given must fit, from its first day: 53 weeks are never more than an occupation of them."""
FLEXIBLE = 4
"""Quarter-hours that each day may be earlier or later, for a family that says that about these hours will do."""


class Asked(NamedTuple):
    """A week in a crèche, of one child, from a day on. Each of its days may be shifted by so many quarter-hours."""

    creche: str
    child: Child
    week: Grid
    start: date
    shift: int = 0


class Giving:
    """Weeks that are given one after another, beside those that are there already. `occupations`: of each crèche."""

    def __init__(self, occupations: Mapping[str, Occupation]) -> None:
        self.occupations = dict(occupations)

    def give(self, several: Iterable[Asked]) -> tuple[Asked, ...] | No:
        """All of them, each with the nearest week that fits; or none, and why the first had none.

        One after the other, as they are given. KeyError for a crèche it does not have.
        """
        after, given = dict(self.occupations), []
        for one in several:
            full, week, end = after[one.creche], one.week, one.start + YEAR
            if no := fits(full, one.child, week, one.start, end):
                near = shifted(full, one.child, week, one.start, end, one.shift) if one.shift else None
                if near is None:
                    return no
                week = near
            after[one.creche] = full.plus(one.child, Contract(child=one.child.id, start=one.start, grid=week))
            given.append(one._replace(week=week))
        self.occupations = after
        return tuple(given)


def most(occupation: Occupation, criteria: Criteria, creche: str, starts: Collection[date]) -> dict[Pool, int]:
    """How many could be given at most, whoever comes in on one of these days; those kept for insertion are in it.

    In each slot as many as there is room for in its fullest quarter-hour of a year. Children of a group who may walk
    by then, or may not, count as is better: it is never too few.
    """
    rooms = {(group.id, slot.id): dict(_rooms(occupation, group, slot.grid, criteria.ages_on, starts))
             for group in criteria.groups for slot in criteria.slots}  # fmt: skip
    return {
        Pool(creche, group, slot): max(
            (min((n for day, n in by_day.items() if start <= day <= start + YEAR), default=0) for start in starts),
            default=0,
        )
        for (group, slot), by_day in rooms.items()
    }


def _rooms(
    occupation: Occupation, group: Group, slot: Grid, ages_on: date, starts: Collection[date]
) -> Iterator[tuple[date, int]]:
    """Of each day on which the slot is open, how many of that group may still come for all of it."""
    walking = occupation.rules.creche.walking.from_months
    eldest = months_after(months_after(ages_on, -group.to_months - 1), walking)
    youngest = months_after(months_after(ages_on, -group.from_months), walking)
    room = cache(occupation.rules.room)
    day, last = min(starts, default=ages_on), max(starts, default=ages_on - YEAR) + YEAR
    while day <= last:
        hours: Hours = slot[day.weekday()]
        kinds = [Kind(walks, "insertion") for walks, so in ((False, day < youngest), (True, day >= eldest)) if so]
        found = [
            max(room(moment.present, kind) for kind in kinds)
            for quarter, moment in occupation.moments(day)
            if hours >> quarter & 1
        ]
        if found:
            yield day, min(found)
        day += timedelta(days=1)


def digest(occupations: Mapping[str, Occupation]) -> str:
    """SHA-256 of who is there in each quarter-hour, and of the rules: what a run was computed beside."""
    sealed = hashlib.sha256()
    for creche, full in sorted(occupations.items()):
        sealed.update(f"{creche} {full.rules.creche.model_dump_json()}\n".encode())
        for at in range(full.size):
            for quarter, moment in full.moments(full.day(at)):
                sealed.update(f"{full.day(at)} {quarter} {tuple(moment.present)}\n".encode())
    return sealed.hexdigest()
