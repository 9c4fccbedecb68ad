"""What is decided without a database: who fits, who is offered a place, until when, what a session has become."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar

from ronde_contracts.notify import Channel

from enrolment.settings import Terms
from enrolment.states import SessionState


@dataclass(frozen=True)
class Born:
    """A birth date; with the month alone, `day` is its first day and `exact` is False."""

    day: date
    exact: bool = True

    def months_at(self, when: date) -> tuple[int, int]:
        """The least and the most whole months old that the child can be on that day."""
        if self.exact:
            age = whole_months(self.day, when)
            return age, age
        youngest = (self.day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return whole_months(youngest, when), whole_months(self.day, when)


def whole_months(born: date, when: date) -> int:
    """Completed months from `born` to `when`; negative before birth."""
    return (when.year - born.year) * 12 + when.month - born.month - (when.day < born.day)


def age_fits(born: Born, when: date, from_months: int, to_months: int) -> bool:
    """Both ends included; who gave only a month has the benefit of the doubt."""
    least, most = born.months_at(when)
    return most >= from_months and least <= to_months


class InLine(Protocol):
    """One that waits, with the places they need."""

    @property
    def children(self) -> int: ...
    @property
    def adults(self) -> int: ...


class Counted(Protocol):
    """A session, with its places and those that are taken."""

    @property
    def seats(self) -> int: ...
    @property
    def taken(self) -> int: ...
    @property
    def adult_seats(self) -> int | None: ...
    @property
    def adults_taken(self) -> int: ...


@dataclass(frozen=True)
class Places:
    """Places for children and, counted apart, for adults; `adults` None: they are not counted."""

    children: int
    adults: int | None = None

    @classmethod
    def free(cls, session: Counted) -> "Places":
        adults = None if session.adult_seats is None else session.adult_seats - session.adults_taken
        return cls(session.seats - session.taken, adults)

    def hold(self, one: InLine) -> bool:
        """Whether all of them fit: places are taken together or not at all."""
        return one.children <= self.children and (self.adults is None or one.adults <= self.adults)

    def without(self, one: InLine) -> "Places":
        return Places(self.children - one.children, None if self.adults is None else self.adults - one.adults)


class Lowered(Protocol):
    """A session, with the places that are planned now and those that are taken."""

    @property
    def places(self) -> int: ...
    @property
    def taken(self) -> int: ...
    @property
    def adult_places(self) -> int | None: ...
    @property
    def adults_taken(self) -> int: ...


def beyond(session: Lowered) -> Places:
    """What is taken beyond what is planned: places were lowered after people enrolled, and nobody was dropped."""
    adults = 0 if session.adult_places is None else session.adults_taken - session.adult_places
    return Places(max(session.taken - session.places, 0), max(adults, 0))


L = TypeVar("L", bound=InLine)


def next_in_line(free: Places, line: Iterable[L]) -> list[L]:
    """Who is offered a place, of a line in its order of arrival.

    The rule that is published: first come, first served; brothers and sisters are not separated, nor a child from the
    adults who come along, so who needs more places than there are keeps their rank and the next who fits is asked.
    """
    chosen: list[L] = []
    for one in line:
        if free.hold(one):
            chosen.append(one)
            free = free.without(one)
        if not free.children:
            break
    return chosen


@dataclass(frozen=True)
class History:
    """What the rules of points look at: how often somebody came, waited in vain, and did not come without a word."""

    came: int
    missed: int
    no_shows: int


def points(rule: Mapping[str, int], history: History) -> dict[str, int]:
    """What each rule of the session gives, those that give something."""
    counts = {"newcomer": int(history.came == 0), "missed": history.missed, "no_show": history.no_shows}
    return {name: worth * counts[name] for name, worth in rule.items() if worth * counts[name]}


def closing(starts_at: datetime, planned: datetime | None, terms: Terms) -> datetime | None:
    """Until when one may enrol: as the organiser planned it, else as the house does, never after the start.

    None: until it starts.
    """
    until = planned or terms.closes(starts_at)
    return min(until, starts_at) if until else None


def answer_within(channels: Collection[Channel], terms: Terms) -> timedelta:
    """How long an answer may take by the slowest of the channels that somebody has."""
    return terms.answer_by_email if "email" in channels else terms.answer_by_sms


def last_moment(now: datetime, starts_at: datetime, terms: Terms) -> datetime | None:
    """The latest deadline that an offer may have: the start, or the evening before a start in the night.

    None when no answer could come in time: the session has begun, or only the night is left before it.
    """
    latest = evening_before(starts_at, terms)
    return latest if latest > now else None


def deadline(now: datetime, starts_at: datetime, within: timedelta, terms: Terms) -> datetime | None:
    """Until when an offer made now is held: never in the night, never after the start. None as `last_moment`."""
    latest = last_moment(now, starts_at, terms)
    return min(morning_after(now + within, terms), latest) if latest else None


def morning_after(when: datetime, terms: Terms) -> datetime:
    """`when`, or the end of the night in which it falls."""
    local = when.astimezone(terms.timezone)
    if local.time() < terms.quiet_until:
        return _at(local.date(), terms.quiet_until, terms)
    if local.time() > terms.quiet_from:
        return _at(local.date() + timedelta(days=1), terms.quiet_until, terms)
    return when


def evening_before(when: datetime, terms: Terms) -> datetime:
    """`when`, or the beginning of the night in which it falls."""
    local = when.astimezone(terms.timezone)
    if local.time() < terms.quiet_until:
        return _at(local.date() - timedelta(days=1), terms.quiet_from, terms)
    if local.time() > terms.quiet_from:
        return _at(local.date(), terms.quiet_from, terms)
    return when


def _at(day: date, clock: time, terms: Terms) -> datetime:
    return datetime.combine(day, clock, terms.timezone)


class Answer(Protocol):
    """What booking says about one reservation of the session."""

    @property
    def state(self) -> str: ...


A = TypeVar("A", bound=Answer)


def room_held(answers: Sequence[A]) -> A | None:
    """The reservation that holds a room for the session, of all those it ever had in the order they were asked."""
    return next((one for one in reversed(answers) if one.state == "held"), None)


def session_state(*, called_off: bool, answers: Sequence[Answer]) -> SessionState:
    """What the session is, from all that is known and whatever the order in which it was learnt."""
    if called_off:
        return "called-off"
    if room_held(answers):
        return "open"
    return "without-room" if answers else "waiting-for-room"
