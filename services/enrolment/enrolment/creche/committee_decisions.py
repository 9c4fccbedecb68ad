"""What the committee decides: the run's proposal, or otherwise, with a reason that stays beside it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from enrolment.creche.committee import Ledger
from enrolment.creche.matching_forms import Pool, needs


class Departure(NamedTuple):
    """The committee gives another wish, counted from 0, or none: `by` whom, when, and why in their words."""

    application: str
    to: int | None
    by: str
    on: datetime
    reason: str


class Decision(NamedTuple):
    """`departures`: all that there were, in order; the last one counts. None: decided as proposed."""

    proposed: int | None
    decided: int | None
    departures: tuple[Departure, ...]


class NoReason(ValueError):
    """A departure without a reason, or to a wish that the family does not have."""


class TooMany(ValueError):
    """What is decided needs more places than there are: `over` says where, and by how many."""

    def __init__(self, over: Mapping[Pool, int]) -> None:
        self.over = over
        super().__init__(f"more is given than there is: {dict(over)}")


def decisions(ledger: Ledger, departures: Iterable[Departure]) -> dict[str, Decision]:
    """Of every application. KeyError for one that was not in the run; NoReason; TooMany.

    Nobody is put out without being named: who makes room for another needs a departure, with its own reason.
    """
    found = {id: Decision(wish, wish, ()) for id, wish in ledger.run.proposed.items()}
    for one in sorted(departures, key=lambda departure: departure.on):
        wishes = ledger.by_id[one.application].wishes
        if not one.reason.strip() or not one.by or not (one.to is None or 0 <= one.to < len(wishes)):
            raise NoReason(f"{one.application}: a departure says who, why, and which of the family's wishes")
        before = found[one.application]
        found[one.application] = Decision(before.proposed, one.to, (*before.departures, one))
    taken: Counter[Pool] = Counter()
    for id, decision in found.items():
        if decision.decided is not None:
            application = ledger.by_id[id]
            for pool, seats in needs(application.wishes[decision.decided], ledger.groups(application)):
                taken[pool] += seats
    if over := {pool: more for pool, n in sorted(taken.items()) if (more := n - ledger.places.get(pool, 0)) > 0}:
        raise TooMany(over)
    return found
