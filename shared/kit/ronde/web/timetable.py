"""A day's rooms as a table: one row per room, one column per quarter of an hour, blocks that span columns.

A real table reads well aloud, prints, and needs no script; on a phone the style sheet turns it into a list.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Something that takes a row from `starts_at` to `ends_at`. `kind`: `""`, `waiting`, `stop` or `buffer`."""

    row: str
    starts_at: datetime
    ends_at: datetime
    title: str
    organisation: str = ""
    detail: str = ""
    href: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Cell:
    """`span` quarters of an hour: a block, or nothing. Free cells end with the hour, so that its line can be drawn.

    `href` leads from a free cell to where its hour is asked for; "" when it cannot be.
    """

    span: int
    block: Block | None = None
    starts_at: datetime | None = None
    href: str = ""


@dataclass(frozen=True)
class Row:
    """One room's day, under the name people read."""

    name: str
    cells: Sequence[Cell]

    @property
    def taken(self) -> bool:
        return any(cell.block for cell in self.cells)


class Timetable:
    """One day. `rows` is row id -> the name people read; blocks of other days or rows are left out."""

    def __init__(
        self,
        day: date,
        rows: Mapping[str, str],
        blocks: Iterable[Block],
        *,
        opens: time,
        closes: time,
        zone: tzinfo,
        note: str = "",
        href: str = "",
        free: Callable[[str, datetime], str] | None = None,
    ) -> None:
        """`note` is said beside the day when nothing is in it: closed, and why.

        `href` leads to where something is asked for on that day, `free(row, start)` in that row at that hour.
        """
        self.day = day
        self.note = note
        self.href = href
        self._href_of = free
        self.opens = datetime.combine(day, opens, zone)
        self.columns = max(1, (datetime.combine(day, closes, zone) - self.opens) // QUARTER)
        here = [one for one in blocks if one.starts_at.astimezone(zone).date() == day and one.row in rows]
        self.rows = [
            Row(name, self._cells(id, [one for one in here if one.row == id], zone)) for id, name in rows.items()
        ]

    @property
    def taken(self) -> bool:
        """Whether anything is in it."""
        return any(row.taken for row in self.rows)

    @property
    def hours(self) -> Sequence[tuple[datetime, int]]:
        """The heads of the columns: each hour's start and how many quarters it spans."""
        return [(self.opens + at * QUARTER, span) for at, span in self._free(0, self.columns)]

    def _free(self, at: int, end: int) -> Iterator[tuple[int, int]]:
        """From `at` to `end`, cut at each full hour: (column, how many columns)."""
        while at < end:
            span = min(4 - (self.opens + at * QUARTER).minute // 15, end - at)
            yield at, span
            at += span

    def _cell(self, row: str, at: int, span: int) -> Cell:
        starts_at = self.opens + at * QUARTER
        return Cell(span, None, starts_at, self._href_of(row, starts_at) if self._href_of else "")

    def _cells(self, row: str, blocks: Sequence[Block], zone: tzinfo) -> list[Cell]:
        cells: list[Cell] = []
        at = 0
        for block in sorted(blocks, key=lambda one: one.starts_at):
            # wall-clock arithmetic: both ends in the house's zone, so that a clock change shifts nothing
            start = max(at, (block.starts_at.astimezone(zone) - self.opens) // QUARTER)
            end = min(self.columns, -((self.opens - block.ends_at.astimezone(zone)) // QUARTER))
            if start >= self.columns or end <= start:
                continue  # before opening, after closing, or under another block: the list of the day has it
            cells.extend(self._cell(row, column, span) for column, span in self._free(at, start))
            cells.append(Cell(end - start, block))
            at = end
        cells.extend(self._cell(row, column, span) for column, span in self._free(at, self.columns))
        return cells
