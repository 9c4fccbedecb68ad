"""The term of the programme, or the same term of a later year once it has begun to lie in the past."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_NEEDED = date(2027, 1, 21)
"""The earliest session that the day does something with."""
YEAR = timedelta(weeks=52)
A_DAY = re.compile(r"(?<=[:=,])(20\d{6})(?=T)")


@dataclass(frozen=True)
class Term:
    """So many times 52 weeks later: the weekdays stay, holidays may fall on a session, and the house then says so."""

    years: int = 0

    @classmethod
    def to_come(cls, now: date) -> "Term":
        years = 0
        while FIRST_NEEDED + YEAR * years <= now + timedelta(days=2):
            years += 1
        return cls(years)

    def day(self, day: date) -> date:
        """A day of the programme, in this term."""
        return day + YEAR * self.years

    def shifted(self, calendar: str) -> str:
        """The iCalendar text with every day moved to this term."""

        def later(found: re.Match[str]) -> str:
            text = found[1]
            return f"{self.day(date(int(text[:4]), int(text[4:6]), int(text[6:]))):%Y%m%d}"

        return A_DAY.sub(later, calendar) if self.years else calendar
