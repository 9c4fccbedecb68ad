"""A commission's run: who is proposed which wish, from the criteria, the applications, the places and the draw.

One loop of deferred acceptance: each application asks for its dearest wish that it was not refused yet; a full place
goes to whoever is ahead in the crèche's order, and who loses it asks for the next. Applications ask in the order of
their points. So when that order is the same in every crèche nobody ever loses a place, and the same loop is serial
dictatorship: each in turn takes the dearest week that still fits. ADR 0030 says why a week of several half-days has
one order for all crèches, and an order of its own in each crèche has places by pattern.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappush, heapreplace

from enrolment.creche import criteria_seal
from enrolment.creche.criteria import Criteria, NotAsPublished
from enrolment.creche.fitting import No
from enrolment.creche.hours import Grid, texts
from enrolment.creche.matching_forms import Application, Order, Places, Pool, Rank, Wish, check, digest, needs

Shifted = Mapping[str, Grid]
"""The weeks of children, by their ids, who are given about the hours that were asked for; all others have those."""
Judge = Callable[[str, int], Shifted | No]
"""Gives an application the week of that wish, and says whose hours it shifted; or says why it does not fit."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """`proposed`: of each application the wish, counted from 0, or None. The rest says from what it was computed.

    `unfit`: the wishes for which there were places, and whose week did not fit beside those given before.
    """

    criteria: str
    inputs: str
    seed: str
    proposed: Mapping[str, int | None]
    unfit: Mapping[tuple[str, int], No] = field(default_factory=dict)
    shifted: Shifted = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it: two machines that agree on it agree on every place."""
        lines = [self.criteria, self.inputs, self.seed]
        lines += [f"{id} {'-' if wish is None else wish}" for id, wish in sorted(self.proposed.items())]
        lines += [f"{id} {wish} {' '.join(map(str, no))}" for (id, wish), no in sorted(self.unfit.items())]
        lines += [f"{child} {', '.join(texts(week))}" for child, week in sorted(self.shifted.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def run(
    criteria: Criteria, applications: Collection[Application], places: Places, seed: str, judge: Judge | None = None
) -> Run:
    """The same for the same inputs, in whatever order. Raises NotAsPublished before anything is decided.

    A `judge` is asked once for each, in the order of the line, so places counted by pattern, which may be lost again,
    have none.
    """
    if not seed.strip():
        raise NotAsPublished(f"{criteria.commission} has no draw yet")
    if judge and criteria.counted_by == "pattern":
        raise NotAsPublished(f"{criteria.commission} counts its places by pattern: they are judged beforehand")
    check(criteria, applications, places)
    order = Order(applications, seed)
    by_id = {one.id: one for one in applications}
    groups = {one.id: tuple(criteria.group_of(child.born) for child in one.children) for one in applications}
    seats = _Seats(places, may_be_lost=criteria.counted_by == "pattern")
    proposed: dict[str, int | None] = dict.fromkeys(by_id)
    refused = dict.fromkeys(by_id, 0)
    unfit: dict[tuple[str, int], No] = {}
    shifted: dict[str, Grid] = {}
    asking = sorted(by_id, key=order.rank)
    while asking:
        id = asking.pop()
        for n in range(refused[id], len(by_id[id].wishes)):
            wish = by_id[id].wishes[n]
            rank = order.rank(id, wish.creche)
            if judge and seats.left(wish, groups[id]):
                said = judge(id, n)
                if isinstance(said, No):
                    unfit[id, n] = said
                    continue
                shifted |= said
            given, loser = seats.ask(rank, wish, groups[id])
            if given:
                proposed[id] = n
                if loser is not None:
                    refused[loser] = (proposed[loser] or 0) + 1
                    proposed[loser] = None
                    asking.append(loser)
                break
        else:
            refused[id] = len(by_id[id].wishes)
    return Run(
        criteria=criteria_seal.digest(criteria),
        inputs=digest(applications, places),
        seed=seed,
        proposed=proposed,
        unfit=unfit,
        shifted=shifted,
    )


class _Seats:
    """What is left of the places. `may_be_lost`: to whoever is ahead; then each wish is for one place of one pool."""

    def __init__(self, places: Places, *, may_be_lost: bool) -> None:
        self._left = dict(places)
        self._may_be_lost = may_be_lost
        self._holders: dict[Pool, list[Rank]] = {}
        self._full: dict[tuple[str, str | None], set[str]] = defaultdict(set)

    def ask(self, rank: Rank, wish: Wish, groups: tuple[str | None, ...]) -> tuple[bool, str | None]:
        """Whether it is given, and who loses it by that."""
        for grid, group in zip(wish.grids, groups, strict=True):
            if not grid.isdisjoint(self._full[wish.creche, group]):
                return False, None
        wanted = list(needs(wish, groups))
        if self._may_be_lost:
            [(pool, _)] = wanted
            return self._ask_for_one(rank, pool)
        if not self.left(wish, groups):
            return False, None
        for pool, seats in wanted:
            self._left[pool] -= seats
            if not self._left[pool]:
                self._full[pool.creche, pool.group].add(pool.slot)
        return True, None

    def left(self, wish: Wish, groups: tuple[str | None, ...]) -> bool:
        """Whether there are still places for all of it."""
        return all(self._left.get(pool, 0) >= seats for pool, seats in needs(wish, groups))

    def _ask_for_one(self, rank: Rank, pool: Pool) -> tuple[bool, str | None]:
        holders = self._holders.setdefault(pool, [])
        if len(holders) < self._left.get(pool, 0):
            heappush(holders, rank)
            return True, None
        if not holders or rank < holders[0]:
            return False, None
        return True, heapreplace(holders, rank)[2]
