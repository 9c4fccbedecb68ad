"""What a run is given: applications, places, and the order that points and the draw make of them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from enrolment.creche.criteria import Answer, Criteria, NotAsPublished

Slots = frozenset[str]
"""The slots of the week in which one child comes; none: that child does not come."""


class Child(NamedTuple):
    """`born`: or due on that day."""

    id: str
    born: date


class Wish(NamedTuple):
    """One crèche and, for each child of the application in its order, the slots of its week: all of it or nothing.

    Brothers and sisters are wished for together; with no slots for one of them, a wish is for the others alone.
    """

    creche: str
    grids: tuple[Slots, ...]


class Application(NamedTuple):
    """`wishes` from the dearest; what is not in it the family does not want."""

    id: str
    children: tuple[Child, ...]
    answers: tuple[Answer, ...]
    wishes: tuple[Wish, ...]


class Pool(NamedTuple):
    """Places that are alike: of one crèche, for one age group, in one slot."""

    creche: str
    group: str
    slot: str


Places = Mapping[Pool, int]
Rank = tuple[int, int, str]
"""The greater goes first: points, then the lot, then, for two equal hashes, the id."""


class Order:
    """The order of applications in each crèche: by points, equal points by lot.

    The lot of an application is SHA-256 of the seed and its id: it does not change when another one comes or goes.
    """

    def __init__(self, applications: Iterable[Application], seed: str) -> None:
        self._lots: dict[str, int] = {}
        self._anywhere: dict[str, int] = {}
        self._at: dict[tuple[str, str], int] = {}
        for one in applications:
            drawn = hashlib.sha256(f"{seed}\n{one.id}".encode()).digest()
            self._lots[one.id] = -int.from_bytes(drawn, "big")
            self._anywhere[one.id] = sum(answer.points for answer in one.answers if answer.creche is None)
            for answer in one.answers:
                if answer.creche is not None:
                    key = (one.id, answer.creche)
                    self._at[key] = self._at.get(key, 0) + answer.points

    def points(self, application: str, creche: str | None = None) -> int:
        """In that crèche; or those that count everywhere."""
        here = self._at.get((application, creche), 0) if creche and self._at else 0
        return self._anywhere[application] + here

    def rank(self, application: str, creche: str | None = None) -> Rank:
        return self.points(application, creche), self._lots[application], application


def check(criteria: Criteria, applications: Iterable[Application], places: Places) -> None:
    """Raises NotAsPublished: an id or a child that is there twice, points or slots that the file does not have."""
    slots, groups = {one.id for one in criteria.slots}, {one.id for one in criteria.groups}
    creches = {pool.creche for pool in places}
    for pool, seats in places.items():
        if pool.slot not in slots or pool.group not in groups or seats < 0:
            raise NotAsPublished(f"{criteria.commission} has no such places: {pool}, {seats}")
    seen: set[str] = set()
    good: set[Slots] = set()
    for one in applications:
        for id in (one.id, *(child.id for child in one.children)):
            if id in seen:
                raise NotAsPublished(f"{id} is there twice: a child is in one application")
            seen.add(id)
        criteria.check(one.answers)
        for wish in one.wishes:
            if wish.creche not in creches or len(wish.grids) != len(one.children) or not any(wish.grids):
                raise NotAsPublished(f"{one.id}: a wish is for a crèche of the run, and says each child's slots")
            for grid in wish.grids:
                if grid not in good:
                    if not grid <= slots:
                        raise NotAsPublished(f"{one.id}: {written(grid)} are not all slots of {criteria.commission}")
                    good.add(grid)
            if criteria.counted_by == "pattern" and (len(wish.grids) > 1 or len(wish.grids[0]) > 1):
                raise NotAsPublished(f"{one.id}: places counted by pattern are asked for by one child, one at a time")


def digest(applications: Iterable[Application], places: Places) -> str:
    """SHA-256 of what a run is given, in whatever order."""
    sealed = hashlib.sha256()
    for line in (*sorted(map(_line, applications)), *sorted(f"{'/'.join(pool)} {n}" for pool, n in places.items())):
        sealed.update(line.encode() + b"\n")
    return sealed.hexdigest()


@lru_cache(maxsize=4096)
def written(grid: Slots) -> str:
    return "+".join(sorted(grid))


def needs(wish: Wish, groups: Iterable[str | None]) -> Iterator[tuple[Pool, int]]:
    """The places that it takes, and how many: for twins two in each slot that they share.

    A child of no age group needs places that there are none of, so its wish is never met.
    """
    wanted: dict[Pool, int] = {}
    for grid, group in zip(wish.grids, groups, strict=True):
        for slot in grid:
            pool = Pool(wish.creche, group or "", slot)
            wanted[pool] = wanted.get(pool, 0) + 1
    yield from sorted(wanted.items())


def _line(one: Application) -> str:
    children = ",".join(f"{child.id} {child.born}" for child in one.children)
    answers = ",".join(sorted(f"{a.criterion} {a.points} {a.creche or ''} {'+'.join(a.seen_by)}" for a in one.answers))
    wishes = ",".join(f"{wish.creche} {'|'.join(map(written, wish.grids))}" for wish in one.wishes)
    return f"{one.id};{children};{answers};{wishes}"
