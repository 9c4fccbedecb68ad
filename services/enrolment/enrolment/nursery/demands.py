"""What a commission is asked, as its run reads it: applications that are for brothers and sisters together are one."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from enrolment.creche.criteria import Answer, Criteria
from enrolment.creche.hours import grid
from enrolment.creche.matching_forms import Application, Child, Wish
from enrolment.creche.places import FLEXIBLE, Asked
from enrolment.nursery.book import who_asks
from enrolment.tables import CrecheApplication

NOTICE = timedelta(days=7)
"""A family has at least so long between an offer and the child's first day."""


class Demand(NamedTuple):
    """One application, or those of brothers and sisters, in the order of their ids."""

    id: str
    rows: tuple[CrecheApplication, ...]

    @property
    def wishes(self) -> int:
        """Those that all of them have."""
        return min(len(one.wishes) for one in self.rows)

    def asked(self, wish: int, today: date) -> tuple[Asked, ...]:
        """The week of each child; none when it is too late for one of them."""
        found = [asked(one, wish, today) for one in self.rows]
        return tuple(one for one in found if one) if all(found) else ()


def demands(rows: Iterable[CrecheApplication]) -> list[Demand]:
    ordered = sorted(rows, key=lambda one: (_together(one), str(one.id)))
    return [Demand(id, tuple(several)) for id, several in groupby(ordered, key=_together)]


def asked(row: CrecheApplication, wish: int, today: date) -> Asked | None:
    """None when it is too late: the child would come in after the last day that the family can do with."""
    start = first_day(row, today)
    wished = row.wishes[wish]
    shift = FLEXIBLE if wished["flexible"] else 0
    return Asked(wished["creche"], who_asks(row), grid(*wished["week"]), start, shift) if start else None


def first_day(row: CrecheApplication, today: date) -> date | None:
    """The day that the family wishes for; when a place comes later, the first Monday that leaves time to answer."""
    soonest = today + NOTICE
    if row.entry_on >= soonest:
        return row.entry_on
    monday = soonest + timedelta(days=-soonest.weekday() % 7)
    return monday if monday <= row.entry_until else None


def form(criteria: Criteria, demand: Demand) -> Application:
    """As a run reads it; of brothers and sisters, with the proofs seen for the one who has more points."""
    kept = [
        tuple(Answer(a.criterion, a.points, tuple(a.seen_by), a.creche) for a in row.answers if a.points is not None)
        for row in demand.rows
    ]
    return Application(
        id=demand.id,
        children=tuple(Child(child_id(one), one.born) for one in demand.rows),
        answers=max(kept, key=lambda several: sum(one.points for one in several)),
        wishes=tuple(_wish(criteria, demand.rows, n) for n in range(demand.wishes)),
    )


def child_id(row: CrecheApplication) -> str:
    """In a run: an application may have the same id as its only child's."""
    return f"child/{row.id}"


def _wish(criteria: Criteria, rows: Sequence[CrecheApplication], n: int) -> Wish:
    weeks = (criteria.slots_of(grid(*one.wishes[n]["week"])) for one in rows)
    return Wish(rows[0].wishes[n]["creche"], tuple(weeks))


def weeks(several: Collection[Demand], today: date) -> dict[str, tuple[tuple[Asked, ...], ...]]:
    """Of each demand, for each of its wishes, each child's week."""
    return {one.id: tuple(one.asked(n, today) for n in range(one.wishes)) for one in several}


def _together(row: CrecheApplication) -> str:
    return str(row.with_siblings or row.id)
