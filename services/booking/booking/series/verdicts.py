"""What each occurrence would meet: pure, but for what others hold, which the diary looks up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from ronde.house import House, Room
from ronde.refusal import Refused
from ronde_contracts.booking import Excess

from booking import rules
from booking.refusals import InThePast, RoomClosed, RoomTaken, TimeSkipped, TimeTwice, TooFarAhead
from booking.rules import Span
from booking.series.recurrence import span_on
from booking.series.refusals import SeriesClashes


class Mode(StrEnum):
    """What becomes of the whole when some of it is impossible."""

    ALL = "all-or-nothing"
    FREE = "what-is-free"


class Verdict(StrEnum):
    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"
    OUTSIDE_HOURS = "outside-hours"
    PAST = "past"
    TOO_FAR = "too-far-ahead"
    SKIPPED = "time-skipped"
    TWICE = "time-twice"
    TOO_SMALL = "room-too-small"
    OVER_CHARTER = "over-the-charter"


ASKABLE = (Verdict.FREE, Verdict.OVER_CHARTER)
"""What is taken: of what goes over the charter the founders are asked."""
VERDICTS: dict[type[Refused], Verdict] = {
    InThePast: Verdict.PAST,
    TooFarAhead: Verdict.TOO_FAR,
    TimeSkipped: Verdict.SKIPPED,
    TimeTwice: Verdict.TWICE,
    RoomClosed: Verdict.OUTSIDE_HOURS,
    RoomTaken: Verdict.TAKEN,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An occurrence as it is asked for: `day` names it in its series, `on` is the day that it shall be held."""

    id: UUID
    day: date
    on: date
    starts: time
    ends: time
    room: Room
    people: int


@dataclass(frozen=True)
class Judged:
    """`span` is None when the wall clock has no such time that day."""

    wanted: Wanted
    span: Span | None
    verdict: Verdict = Verdict.FREE
    reason: dict[str, str] | None = None
    excess: tuple[Excess, ...] = ()

    @property
    def held(self) -> Span:
        """Its span, of one that is free."""
        assert self.span is not None  # noqa: S101 (what has no span is not free)
        return self.span

    @property
    def blocked(self) -> Span:
        return rules.blocked(self.wanted.room, self.held)

    def but(self, refusal: Refused, verdict: Verdict | None = None) -> "Judged":
        return replace(self, verdict=verdict or VERDICTS.get(type(refusal), Verdict.TOO_SMALL), reason=refusal.reason)

    def shown(self) -> dict[str, Any]:
        return {
            "day": self.wanted.day.isoformat(),
            "verdict": str(self.verdict),
            "starts_at": self.span and self.span.starts_at.isoformat(),
            "ends_at": self.span and self.span.ends_at.isoformat(),
            "reason": self.reason,
        }


def judge(house: House, wanted: Wanted, *, now: datetime) -> Judged:
    """Whether it would be accepted if nobody else held anything."""
    try:
        span = span_on(wanted.on, wanted.starts, wanted.ends, house.timezone)
    except Refused as no_such_time:
        return Judged(wanted, None).but(no_such_time)
    found = Judged(wanted, span)
    if not rules.within_reach(span, now):
        return found.but(InThePast() if span.starts_at < now else TooFarAhead())
    refusal = rules.why_not(house, wanted.room, span, wanted.people, now=now)
    if refusal is None:
        return found
    all_day = isinstance(refusal, RoomClosed) and house.opening(wanted.on) is None
    return found.but(refusal, Verdict.CLOSED if all_day else None)


def taken(house: House, judged: Judged) -> Judged:
    """The same, somebody having the room; by whom is not said."""
    span = judged.held
    return judged.but(RoomTaken.this_one(judged.wanted.room, span.starts_at, span.ends_at, house))


def settle_new(judged: Sequence[Judged], mode: Mode) -> list[Judged]:
    """What of a new series is taken, and what of that is asked of the founders: as each verdict then says.

    A day on which the house is closed is left out of it whatever the mode: nobody holds it, and one public holiday
    is no reason to refuse a year of Tuesdays. Raises SeriesClashes.
    """
    wrong = [one for one in judged if one.verdict not in (*ASKABLE, Verdict.CLOSED)]
    if (mode is Mode.ALL and wrong) or all(one.verdict not in ASKABLE for one in judged):
        raise clashes(wrong or judged)
    return _as_a_whole(judged, mode)


def settle_changed(judged: Sequence[Judged], mode: Mode, house: House, kept: "Kept") -> list[Judged]:
    """The same of what is there already, which keeps what it has (`kept`) while it is asked. Raises SeriesClashes."""
    found = apart(house, _as_a_whole(judged, mode), kept)
    wrong = [one for one in found if one.verdict not in ASKABLE]
    if wrong and (mode is Mode.ALL or len(wrong) == len(found)):
        raise clashes(wrong)
    return found


def _as_a_whole(judged: Sequence[Judged], mode: Mode) -> list[Judged]:
    """What is wanted whole is asked whole: an objection to some dates must not leave the others."""
    if mode is Mode.FREE or all(one.verdict is not Verdict.OVER_CHARTER for one in judged):
        return list(judged)
    return [replace(one, verdict=Verdict.OVER_CHARTER) if one.verdict is Verdict.FREE else one for one in judged]


def clashes(judged: Sequence[Judged]) -> SeriesClashes:
    return SeriesClashes(occurrences=[one.shown() for one in judged])


Kept = Mapping[UUID, tuple[Room, Span]]
"""What reservations that may move hold now."""


def apart(house: House, judged: Sequence[Judged], kept: Kept) -> list[Judged]:
    """The same, where those that would be in each other's way are taken: these keep what they hold, which is `kept`.

    So does what is asked of the founders, beside what it asks for. What keeps its place may be in the way of another,
    so it goes on until nothing is in anyone's way.
    """
    found = list(judged)
    while True:
        busy: dict[int, list[tuple[UUID, Span]]] = defaultdict(list)

        def put(id: UUID, room: Room, span: Span, into: dict[int, list[tuple[UUID, Span]]] = busy) -> None:
            for space in room.spaces:
                into[space].append((id, rules.blocked(room, span)))

        for one in found:
            if one.verdict is not Verdict.FREE:
                put(one.wanted.id, *kept[one.wanted.id])
        lost = False
        for n, one in enumerate(found):
            if one.verdict not in ASKABLE:
                continue
            id, room = one.wanted.id, one.wanted.room
            others = {space: [span for whose, span in busy[space] if whose != id] for space in room.spaces}
            if rules.is_free(room, one.held, others):
                put(id, room, one.held)
            else:
                found[n], lost = taken(house, one), True
        if not lost:
            return found
