"""Each family's own account of a run: its points, its place in the order, and why each wish was met or was not."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from enrolment.creche.criteria import Answer, Criteria
from enrolment.creche.fitting import No
from enrolment.creche.hours import Grid
from enrolment.creche.matching import Run
from enrolment.creche.matching_forms import Application, Order, Places, Pool, Rank, Slots, Wish, digest, needs


class Full(NamedTuple):
    """Places of a wish that went to applications ahead, all but fewer than it needs; `last_points`: the last of these.

    None: there were too few places whoever asked.
    """

    pool: Pool
    last_points: int | None
    by_lot: bool


class Last(NamedTuple):
    """The points of the last admitted to that crèche, of that age group, with those very slots; None: nobody was."""

    group: str | None
    slots: Slots
    points: int | None


class WishAccount(NamedTuple):
    """`place` of `among` all who asked for that crèche for a child of that age group. `full` when it was refused.

    `unfit`: there were places, and the week did not fit beside those of the applications ahead. `shifted`: it is met by
    about the hours asked for, these, of one child or several. `not-needed`: a dearer wish was met.
    """

    wish: Wish
    outcome: Literal["met", "refused", "not-needed"]
    points: int
    place: int
    among: int
    last: tuple[Last, ...]
    full: tuple[Full, ...]
    unfit: No | None
    shifted: tuple[Grid, ...]


@dataclass(frozen=True, kw_only=True)
class Account:
    """What one family reads; of the others, numbers only."""

    application: str
    answers: tuple[Answer, ...]
    wishes: tuple[WishAccount, ...]
    proposed: int | None
    run: str
    criteria: str


class Ledger:
    """A run with all that it was computed from: it answers for every application. ValueError when they differ."""

    def __init__(self, criteria: Criteria, applications: Collection[Application], places: Places, run: Run) -> None:
        if run.inputs != digest(applications, places):
            raise ValueError("these are not the applications and places of that run")
        self.criteria, self.places, self.run = criteria, places, run
        self._order = Order(applications, run.seed)
        self.by_id = {one.id: one for one in applications}
        self._asked: dict[tuple[str, str | None], list[Rank]] = defaultdict(list)
        self._holders: dict[Pool, list[Rank]] = defaultdict(list)
        self._last: dict[tuple[str, str | None, Slots], int] = {}
        for one in applications:
            self._note(one)
        for ranks in (*self._asked.values(), *self._holders.values()):
            ranks.sort()

    def account(self, application: str) -> Account:
        """KeyError when it was not in the run."""
        one, met = self.by_id[application], self.run.proposed[application]
        return Account(
            application=application,
            answers=one.answers,
            wishes=tuple(self._wish(one, n, wish, met) for n, wish in enumerate(one.wishes)),
            proposed=met,
            run=self.run.digest,
            criteria=self.run.criteria,
        )

    def points(self, one: Application, wish: Wish) -> int:
        """In the crèche of that wish."""
        return self._order.points(one.id, wish.creche)

    def rank(self, application: str) -> Rank:
        """In the line, whichever crèche: the greater goes first."""
        return self._order.rank(application)

    def groups(self, one: Application) -> tuple[str | None, ...]:
        return tuple(self.criteria.group_of(child.born) for child in one.children)

    def refused_for(self, one: Application, wish: Wish) -> Iterator[Full]:
        """The places that were gone to whoever is ahead; none, of a week that was not unfit: a justified envy."""
        rank = self._order.rank(one.id, wish.creche)
        for pool, seats in needs(wish, self.groups(one)):
            holders = self._holders.get(pool, [])
            ahead = holders[bisect_right(holders, rank) :]
            if self.places.get(pool, 0) - len(ahead) < seats:
                last = ahead[0][0] if ahead else None
                yield Full(pool, last, last == rank[0])

    def _note(self, one: Application) -> None:
        groups = self.groups(one)
        asked = {(w.creche, g) for w in one.wishes for grid, g in zip(w.grids, groups, strict=True) if grid}
        for creche, group in asked:
            self._asked[creche, group].append(self._order.rank(one.id, creche))
        if (met := self.run.proposed[one.id]) is None:
            return
        wish = one.wishes[met]
        rank = self._order.rank(one.id, wish.creche)
        for pool, seats in needs(wish, groups):
            self._holders[pool] += [rank] * seats
        for grid, group in zip(wish.grids, groups, strict=True):
            if grid:
                key = (wish.creche, group, grid)
                self._last[key] = min(self._last.get(key, rank[0]), rank[0])

    def _wish(self, one: Application, n: int, wish: Wish, met: int | None) -> WishAccount:
        coming = [(group, grid) for group, grid in zip(self.groups(one), wish.grids, strict=True) if grid]
        rank = self._order.rank(one.id, wish.creche)
        asked = self._asked[wish.creche, coming[0][0]]
        refused = met is None or n < met
        return WishAccount(
            wish=wish,
            outcome="met" if n == met else "refused" if refused else "not-needed",
            points=rank[0],
            place=len(asked) - bisect_right(asked, rank) + 1,
            among=len(asked),
            last=tuple(Last(group, grid, self._last.get((wish.creche, group, grid))) for group, grid in coming),
            full=tuple(self.refused_for(one, wish)) if refused else (),
            unfit=self.run.unfit.get((one.id, n)) if refused else None,
            shifted=tuple(w for child in one.children if n == met and (w := self.run.shifted.get(child.id))),
        )
