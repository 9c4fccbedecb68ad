"""A crèche that looks at every child in every quarter-hour, one after the other: slow, plain, and what is compared to.

And a crèche to try: as many children as one wants, with weeks, absences and bookings as they come, and a team.
"""

from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from random import Random

from ronde.house import Creche

from enrolment.creche.book import Absence, Adaptation, Book, Booking, Child, Contract, Shift, months_after
from enrolment.creche.fitting import No
from enrolment.creche.hours import A_DAY, Grid, Hours, between, grid
from enrolment.creche.rules import Present, RuleName

FULL_DAY = between(30, 74)
"""7:30 to 18:30."""


class Naive:
    """The questions of `Occupation` and `fits`, with nothing kept from one quarter-hour to the next."""

    def __init__(self, creche: Creche, book: Book) -> None:
        self.creche, self.book = creche, book

    def present(self, day: date, quarter: int) -> Present:
        here = [child for child in self.book.children if self._there(child, day, quarter)]
        walking = sum(self._walks(child, day) for child in here)
        staff = [one for one in self.book.staff if self._open(day, quarter) and _weekly(one, day) >> quarter & 1]
        return Present(
            len(here) - walking, walking, sum(child.place == "insertion" for child in here), len(staff),
            sum(one.first_category for one in staff),
        )  # fmt: skip

    def fits(self, child: Child, asked: Grid, start: date, end: date) -> No | None:
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        for day in days:
            outside = [q for q in _asked(asked, day) if not self._open(day, q, usually=True)]
            if outside:
                return No("opening", day, outside[0], len(outside))
        for monday in sorted({day - timedelta(days=day.weekday()) for day in days}):
            week = [monday + timedelta(days=n) for n in range(7)]
            wanted = [(d, q) for d in week if d in days for q in _asked(asked, d) if self._open(d, q)]
            for day, quarter in wanted:
                if (no := self._refused(child, day, quarter)) is not None:
                    return No(no[0], day, quarter, no[1])
            opened = sum(self._open(day, quarter) for day in week for quarter in range(A_DAY))
            most = int(Fraction(self.creche.places * opened * self.creche.week.percent, 100))
            used = sum(self.present(day, quarter).children for day in week for quarter in range(A_DAY))
            if wanted and used + len(wanted) > most:
                day, quarter = wanted[max(most - used, 0)]
                return No("week", day, quarter, used + len(wanted) - most)
        return None

    def free(self, child: Child, day: date) -> Hours:
        """The quarter-hours of usual opening in which the child may come, or it is closed."""
        usual = [quarter for quarter in range(A_DAY) if self._open(day, quarter, usually=True)]
        return sum(1 << q for q in usual if not self._open(day, q) or self._refused(child, day, q) is None)

    def _refused(self, child: Child, day: date, quarter: int) -> tuple[RuleName, int] | None:
        there, walks, creche = self.present(day, quarter), self._walks(child, day), self.creche
        feet, children = there.walking + walks, there.children + 1
        most = ceil(Fraction(creche.places * creche.overflow.percent, 100))
        if children > most:
            return "overflow", children - most
        kept = max(0, creche.insertion.places - there.insertion)
        if child.place == "ordinary" and children + kept > most:
            return "insertion", children + kept - most
        arms = Fraction(children - feet, creche.ratio.not_walking)
        legs = Fraction(feet, creche.ratio.walking)
        needed = ceil(arms) + ceil(legs) if creche.rounding.way == "per-group" else ceil(arms + legs)
        if creche.ratio.mode == "any-age":
            needed = ceil(Fraction(children, creche.ratio.any_age))
        if there.staff < max(needed, creche.team.at_least):
            rule: RuleName = "ratio" if needed >= creche.team.at_least else "team"
            return rule, max(needed, creche.team.at_least) - there.staff
        first = creche.first_category
        if creche.places > first.over_places and there.first_category < first.at_least:
            return "first_category", first.at_least - there.first_category
        return None

    def _there(self, child: Child, day: date, quarter: int) -> bool:
        book, id = self.book, child.id
        if not self._open(day, quarter):
            return False
        if any(
            one.child == id and one.start <= day <= one.end and (one.hours is None or one.hours >> quarter & 1)
            for one in book.absences
        ):
            return False
        if any(one.child == id and one.day == day and one.hours >> quarter & 1 for one in book.bookings):
            return True
        for adaptation in book.adaptations:
            if adaptation.child == id and adaptation.start <= day <= adaptation.end:
                return bool(adaptation.days.get(day, 0) >> quarter & 1)
        return any(one.child == id and _weekly(one, day) >> quarter & 1 for one in book.contracts)

    def _walks(self, child: Child, day: date) -> bool:
        return day >= (child.walks_from or months_after(child.born_on, self.creche.walking.from_months))

    def _open(self, day: date, quarter: int, *, usually: bool = False) -> bool:
        hours = self.creche.opening.on(day.weekday()) if usually else self.creche.hours(day)
        minute = 15 * quarter
        return hours is not None and (
            60 * hours.opens.hour + hours.opens.minute <= minute < 60 * hours.closes.hour + hours.closes.minute
        )


def a_book(random: Random, children: int, start: date, end: date, team: int = 8, first_category: int = 2) -> Book:
    """Part-time and full-time weeks, absences, adaptations and bookings as they come; a team that is there all day."""
    known = [
        Child(
            id=f"child-{n}",
            born_on=start - timedelta(days=random.randrange(70, 1000)),
            walks_from=start + timedelta(days=random.randrange(300)) if random.random() < 0.3 else None,
            place="insertion" if random.random() < 0.06 else "ordinary",
        )
        for n in range(children)
    ]
    length = (end - start).days

    def some_day() -> date:
        return start + timedelta(days=random.randrange(length))

    def some_hours() -> Hours:
        begins = random.randrange(30, 46)
        return between(begins, random.randrange(begins + 8, 75))

    contracts, adaptations, absences, bookings = [], [], [], []
    for child in known:
        begins = start if random.random() < 0.7 else some_day()
        week = [some_hours() if random.random() < 0.8 else 0 for _ in range(5)]
        exceptions = {some_day(): some_hours() for _ in range(3)}
        days = {begins + timedelta(days=n): between(36, 36 + 2 * n + 2) for n in range(5)}
        contracts.append(Contract(child=child.id, start=begins, end=end, grid=_week(week), exceptions=exceptions))
        if begins > start:
            adaptations.append(Adaptation(child=child.id, start=begins, end=begins + timedelta(days=4), days=days))
        for _ in range(6):
            first = some_day()
            hours = None if random.random() < 0.7 else some_hours()
            last = first + timedelta(days=random.randrange(5))
            absences.append(Absence(child=child.id, start=first, end=last, hours=hours))
        bookings += [Booking(child=child.id, day=some_day(), hours=some_hours()) for _ in range(2)]
    staff = [
        Shift(start=start - timedelta(days=7), grid=grid(*["07:30-18:30"] * 5), first_category=n < first_category)
        for n in range(team)
    ]
    return Book(
        children=tuple(known), contracts=tuple(contracts), adaptations=tuple(adaptations), absences=tuple(absences),
        bookings=tuple(bookings), staff=tuple(staff),
    )  # fmt: skip


def _week(days: list[Hours]) -> Grid:
    return (days[0], days[1], days[2], days[3], days[4], 0, 0)


def _weekly(one: Contract | Shift, day: date) -> Hours:
    if day < one.start or (one.end is not None and day > one.end):
        return 0
    return one.exceptions.get(day, one.grid[day.weekday()])


def _asked(asked: Grid, day: date) -> list[int]:
    return [quarter for quarter in range(A_DAY) if asked[day.weekday()] >> quarter & 1]
