"""The house, whole: what services ask it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from ronde_contracts.catalogue import EVENTS
from ronde_contracts.event import Language, PartyKind, Slug, Words

from .calendar import public_holidays, school_holiday, school_holidays_until
from .charter import Charter
from .creches import Creche
from .enrolments import Agreement, Enrolments
from .model import WEEKDAYS, Closure, Holidays, Hours, Opening, Organisation, Room

ANY_PARTNER = "*"
SERVICES: tuple[str, ...] = tuple(
    dict.fromkeys(producer for event in EVENTS if (producer := event.routing_key.split(".")[0]) != ANY_PARTNER)
)
"""The house's own services: booking, enrolment, notify."""
A_YEAR = 366
"""Days: a house that has been closed for longer closes no enrolment."""

_CLOSED_THAT_DAY = (
    {"fr": "Fermé le lundi", "en": "Closed on Mondays"},
    {"fr": "Fermé le mardi", "en": "Closed on Tuesdays"},
    {"fr": "Fermé le mercredi", "en": "Closed on Wednesdays"},
    {"fr": "Fermé le jeudi", "en": "Closed on Thursdays"},
    {"fr": "Fermé le vendredi", "en": "Closed on Fridays"},
    {"fr": "Fermé le samedi", "en": "Closed on Saturdays"},
    {"fr": "Fermé le dimanche", "en": "Closed on Sundays"},
)


class House(BaseModel):
    """A house file that was read and found right. Dates and times are local: the house's own wall clock."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    id: Slug
    name: Words
    timezone: ZoneInfo
    languages: tuple[Language, ...]
    organisations: tuple[Organisation, ...]
    rooms: tuple[Room, ...]
    hours: Opening
    holidays: Holidays
    closures: tuple[Closure, ...]
    enrolments: Enrolments | None = None
    agreements: tuple[Agreement, ...] = ()
    charter: Charter | None = None
    creches: tuple[Creche, ...] = ()

    @property
    def services(self) -> tuple[str, ...]:
        return SERVICES

    @cached_property
    def partners(self) -> Mapping[Slug, tuple[str, ...]]:
        """Each organisation's broker user (its id) -> the event types that its system may publish."""
        return {organisation.id: organisation.publishes for organisation in self.organisations}

    @property
    def founders(self) -> tuple[Slug, ...]:
        """Those whose consent is asked; in the order they joined, which is no rank."""
        return tuple(one.id for one in self.organisations if one.kind == "founder")

    @property
    def area(self) -> float:
        """m², a divisible room counted once."""
        return sum(room.area for room in self.rooms if room.half_of is None)

    def organisation(self, id: Slug) -> Organisation:
        """Raises KeyError when nobody is called that."""
        return self._organisations[id]

    def room(self, id: Slug) -> Room:
        """Raises KeyError when no room is called that."""
        return self._rooms[id]

    def opening(self, day: date) -> Hours | None:
        """(opens, closes) on that day, None exactly when `closed` has a reason."""
        return None if self.closed(day) else self.hours.on(day.weekday())

    def closed(self, day: date) -> Words | None:
        """Why the house is closed that day, for people to read; None when it is open."""
        for closure in self.closures:
            if closure.first <= day <= closure.last:
                return closure.reason
        if self.holidays.public == "closed" and (name := public_holidays(day.year).get(day)):
            return name
        if self.holidays.school == "closed" and (name := school_holiday(day, self.holidays.zone)):
            return name
        return None if self.hours.on(day.weekday()) else _CLOSED_THAT_DAY[day.weekday()]

    def closed_days(self, first: date, last: date) -> dict[date, Words]:
        """The closed days of a span, both ends included, with their reasons."""
        return {day: reason for day in _days(first, last) if (reason := self.closed(day))}

    def enrolments_close(self, starts_at: datetime) -> datetime | None:
        """Until when one may enrol in a session that starts then, in working time; None: until it starts."""
        if self.enrolments is None:
            return None
        day = starts_at.astimezone(self.timezone).date()
        before = (day - timedelta(days=n) for n in range(1, A_YEAR))
        last = next((one for one in before if self._works(self.enrolments, one)), None)
        if last is None:
            return None
        eve = last == day - timedelta(days=1)
        clock = self.enrolments.on_the_eve if eve else self.enrolments.before_days_off
        return datetime.combine(last, clock, self.timezone)

    def agreement(self, organisation: Slug, kind: PartyKind) -> Agreement | None:
        """What they sign before they enrol with that organisation for the first time; None: nothing."""
        wanted = (one for one in self.agreements if one.organisation == organisation and kind in one.signed_by)
        return next(wanted, None)

    def school_holiday(self, day: date) -> Words | None:
        """The school holidays of the house's zone on that day, open or closed; None when none are known."""
        return school_holiday(day, self.holidays.zone)

    @property
    def school_holidays_known_until(self) -> date:
        return school_holidays_until()

    def _works(self, enrolments: Enrolments, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in enrolments.working_days and self.closed(day) is None

    @cached_property
    def _organisations(self) -> Mapping[Slug, Organisation]:
        return {organisation.id: organisation for organisation in self.organisations}

    @cached_property
    def _rooms(self) -> Mapping[Slug, Room]:
        return {room.id: room for room in self.rooms}


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
