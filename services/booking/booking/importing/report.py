"""What an import is asked, and what it answers: each event of the planning is in the report."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from booking.importing.planning import Planning


class Outcome(StrEnum):
    """What became of an occurrence. `absent`: it was imported, its room is held, and the planning has it no more."""

    TAKEN = "taken"
    ASKED = "asked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    NOT_UNDERSTOOD = "not-understood"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class Import:
    """`room` is for events that name no place, `people` for all: a planning does not say how many."""

    organisation: str
    planning: Planning
    room: str | None
    people: int


@dataclass(frozen=True, kw_only=True)
class Line:
    outcome: Outcome
    uid: str | None
    recurrence: str = ""
    title: str | None = None
    room: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reservation_id: UUID | None = None
    code: str | None = None
    reason: dict[str, str] | None = None
    alternatives: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """Everything that the planning had: `lines` for what is to come, and how many were `past`."""

    lines: tuple[Line, ...]
    past: int

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome == outcome for line in self.lines)
