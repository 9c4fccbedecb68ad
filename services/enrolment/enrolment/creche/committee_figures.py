"""What everybody may read of a run: figures by crèche and age group, in which nobody can be found again."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from enrolment.creche.committee import Ledger

LEAST = 5
"""A smaller count is not shown. There are no totals: what is hidden in one row could be computed from them."""
Row = tuple[str, str]
"""A crèche and an age group."""


class Figures(NamedTuple):
    """Children of whom it was the first wish, and children admitted; None: fewer than LEAST, or nobody.

    `last_points`: of the last admitted, where `admitted` is shown.
    """

    first_wishes: int | None
    admitted: int | None
    last_points: int | None


def public(ledger: Ledger) -> Mapping[Row, Figures]:
    """Counted in children: twins are two. A child of no age group is in none of the rows."""
    wished: Counter[Row] = Counter({(pool.creche, pool.group): 0 for pool in ledger.places})
    admitted: Counter[Row] = Counter()
    last: dict[Row, int] = {}
    for one in ledger.by_id.values():
        groups, met = ledger.groups(one), ledger.run.proposed[one.id]
        for n, wish in enumerate(one.wishes):
            for grid, group in zip(wish.grids, groups, strict=True):
                if not grid or group is None:
                    continue
                row = wish.creche, group
                wished[row] += n == 0
                if n == met:
                    admitted[row] += 1
                    last[row] = min(last.get(row, points := ledger.points(one, wish)), points)
    return {
        row: Figures(_shown(count), _shown(admitted[row]), last[row] if _shown(admitted[row]) else None)
        for row, count in sorted(wished.items())
    }


def _shown(count: int) -> int | None:
    return count if count >= LEAST else None
