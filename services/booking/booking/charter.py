"""What a request meets in the charter: pure, on the house's wall clock. Setting up and tidying are not counted."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ronde.house import Charter, House
from ronde.house.model import WEEKDAYS, Hours
from ronde.web import dates
from ronde_contracts.booking import Excess
from ronde_contracts.event import Slot

from booking.rules import Span

Tally = Mapping[date, int]
"""Seconds of peak time, by local day."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday, or a month: `first` is in it, `after` is not."""

    code: str
    first: date
    after: date
    budget: timedelta

    def has(self, day: date) -> bool:
        return self.first <= day < self.after


def excesses(
    house: House, charter: Charter, organisation: str, slot: Slot, held: Tally, previous: Slot | None = None,
    *, now: datetime, for_family: bool = False,
) -> tuple[Excess, ...]:  # fmt: skip
    """Why the slot has to be asked of the others; () when it is theirs to take.

    `held`: what else the organisation holds in the weeks and months that the slot touches, what is still asked too.
    `previous`: what the slot takes the place of; what does not go further over the charter than it is not asked again.
    `for_family`: its hours are nobody's, and what is free is open to families as many days ahead as the charter says.
    """
    kinds = {one.id: one.kind for one in house.organisations}
    ahead = charter.horizon.of("family" if for_family else kinds.get(organisation, "guest"))
    return (
        *(() if for_family else _over_budget(house, charter, organisation, slot, held, previous)),
        *_in_a_window(house, charter, organisation, slot, previous, now),
        *_beyond_the_horizon(house, ahead, slot, previous, now),
    )


def tally(house: House, charter: Charter, held: Iterable[Slot | Span]) -> Counter[date]:
    """The seconds of peak time that they take of each day, together."""
    found: Counter[date] = Counter()
    for one in held:
        found.update(peak_by_day(house, charter, one))
    return found


def peak_by_day(house: House, charter: Charter, during: Slot | Span) -> dict[date, int]:
    """The seconds of each local day's peak time that it takes."""
    found = {}
    for day in _days(house, during):
        spans = charter.peak.get(WEEKDAYS[day.weekday()], ())  # type: ignore[call-overload]
        if taken := sum(_shared(house, day, hours, during) for hours in spans):
            found[day] = taken
    return found


def months_around(house: House, during: Slot | Span) -> Span:
    """All the weeks and months that it touches."""
    days = list(_days(house, during))
    first = min(_monday(days[0]), days[0].replace(day=1))
    last = max(_monday(days[-1]) + timedelta(days=7), _next_month(days[-1]))
    return Span(datetime.combine(first, time(), house.timezone), datetime.combine(last, time(), house.timezone))


def _over_budget(
    house: House, charter: Charter, organisation: str, slot: Slot, held: Tally, previous: Slot | None
) -> Iterator[Excess]:
    adds = peak_by_day(house, charter, slot)
    gives = peak_by_day(house, charter, previous) if previous else {}
    for period in _periods(charter, organisation, adds):
        before = _within(period, held)
        after, was = before + _within(period, adds), before + _within(period, gives)
        if after > period.budget and after > was:
            yield _over(house, period, after)


def _in_a_window(
    house: House, charter: Charter, organisation: str, slot: Slot, previous: Slot | None, now: datetime
) -> Iterator[Excess]:
    rooms = {room.id: room.spaces for room in house.rooms}
    spaces = rooms.get(slot.room, frozenset())
    for window in charter.windows:
        if window.organisation == organisation or not spaces & rooms.get(window.room, frozenset()):
            continue
        for day in _days(house, slot):
            if WEEKDAYS[day.weekday()] != window.day or day - _today(house, now) <= timedelta(days=window.release_days):
                continue
            shared = _shared(house, day, window.hours, slot)
            same_room = previous is not None and rooms.get(previous.room, frozenset()) & spaces
            if shared > (_shared(house, day, window.hours, previous) if previous and same_room else 0):
                whose = next((one.name for one in house.organisations if one.id == window.organisation), "")
                yield Excess(
                    code="reserved-window",
                    reason={
                        "fr": f"Ce créneau est gardé pour {whose} jusqu'à {window.release_days} jours avant.",
                        "en": f"This time is kept for {whose} until {window.release_days} days before.",
                    },
                )


def _beyond_the_horizon(house: House, days: int, slot: Slot, previous: Slot | None, now: datetime) -> Iterator[Excess]:
    ahead = slot.starts_at.astimezone(house.timezone).date() - _today(house, now)
    if ahead > timedelta(days=days) and not (previous and slot.starts_at <= previous.starts_at):
        yield Excess(
            code="beyond-horizon",
            reason={
                "fr": f"C'est dans {ahead.days} jours ; la charte va jusqu'à {days}.",
                "en": f"That is {ahead.days} days ahead; the charter goes to {days}.",
            },
        )


def _periods(charter: Charter, organisation: str, adds: Tally) -> list[Period]:
    """Whoever the charter does not name has no peak hours of their own."""
    budget = charter.budgets.get(organisation)
    week = timedelta(hours=budget.hours_per_week if budget else 0)
    month = timedelta(hours=budget.hours_per_month if budget else 0)
    mondays, firsts = {_monday(day) for day in adds}, {day.replace(day=1) for day in adds}
    return [
        *(Period("over-week", monday, monday + timedelta(days=7), week) for monday in sorted(mondays)),
        *(Period("over-month", first, _next_month(first), month) for first in sorted(firsts)),
    ]


def _over(house: House, period: Period, total: timedelta) -> Excess:
    would, may = (_hours(one) for one in (total, period.budget))
    fr, en = (dates.day(period.first, lang, house.timezone) for lang in ("fr", "en"))
    when = {
        "over-week": {"fr": f"la semaine du {fr}", "en": f"the week of {en}"},
        "over-month": {"fr": f"le mois du {fr}", "en": f"the month of {en}"},
    }[period.code]
    return Excess(
        code=period.code,
        reason={
            "fr": f"Cela ferait {would} d'heures de pointe dans {when['fr']} ; la charte en prévoit {may}.",
            "en": f"That would make {would} of peak time in {when['en']}; the charter has {may}.",
        },
        minutes_over=math.ceil((total - period.budget) / timedelta(minutes=1)),
    )


def _hours(length: timedelta) -> str:
    hours, minutes = divmod(math.ceil(length / timedelta(minutes=1)), 60)
    return f"{hours} h {minutes:02}" if minutes else f"{hours} h"


def _within(period: Period, by_day: Tally) -> timedelta:
    return timedelta(seconds=sum(length for day, length in by_day.items() if period.has(day)))


def _shared(house: House, day: date, hours: Hours, during: Slot | Span) -> int:
    opens, closes = (datetime.combine(day, at, house.timezone).timestamp() for at in hours)
    starts, ends = max(opens, during.starts_at.timestamp()), min(closes, during.ends_at.timestamp())
    return max(0, round(ends - starts))


def _days(house: House, during: Slot | Span) -> Iterator[date]:
    first, last = (at.astimezone(house.timezone).date() for at in (during.starts_at, during.ends_at))
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _today(house: House, now: datetime) -> date:
    return now.astimezone(house.timezone).date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
