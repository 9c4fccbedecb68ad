"""What of a series shall be otherwise, and how its rows say so: at once, or when the founders have consented."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from typing import Any

from pydantic import TypeAdapter

from booking.series.finding import Which
from booking.tables import Reservation, Series


@dataclass(frozen=True, kw_only=True)
class Change:
    """`day` says which occurrence, for all but ALL. What is None stays as each of them has it.

    `on` is another day, for THIS alone.
    """

    which: Which
    day: date | None = None
    room: str | None = None
    on: date | None = None
    starts: time | None = None
    ends: time | None = None
    people: int | None = None
    title: dict[str, str] | None = None

    def kept(self) -> dict[str, Any]:
        """In JSON, for as long as it is asked."""
        change = Change(**{field.name: getattr(self, field.name) for field in fields(Change)})
        return dict(CHANGE.dump_python(change, mode="json"))


CHANGE = TypeAdapter(Change)


def note(rows: Sequence[Reservation], series: Series, change: Change) -> bool:
    """What needs no other slot, and what is now asked of all of it; whether a title changed."""
    renamed = [row for row in rows if change.title is not None and row.title != change.title]
    for row in rows:
        row.title, row.people = change.title or row.title, change.people or row.people
    if change.which is Which.ALL:
        series.room, series.people = change.room or series.room, change.people or series.people
        series.title = change.title or series.title
        series.starts = series.starts if change.starts is None else change.starts
        series.ends = series.ends if change.ends is None else change.ends
    return bool(renamed)
