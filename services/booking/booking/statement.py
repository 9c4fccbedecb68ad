"""An organisation's month: the hours that it held each room, for the sharing of costs. Pure.

Hours are elapsed hours: a night on which the clock goes back has one more. What goes over the end of a month counts in
each month for the part that lies in it.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from zoneinfo import ZoneInfo

from ronde.house import House
from ronde.web.language import pick

from booking.rules import Span

HOUR, CENT = Decimal(3600), Decimal("0.01")
BOM = "\ufeff"


@dataclass(frozen=True)
class Held:
    """A room as it was held: `span` in use, `blocked` with the time to set up and to tidy, as it was then."""

    room: str
    room_name: str
    span: Span
    blocked: Span


@dataclass(frozen=True)
class Line:
    """`reservations`: those that begin in the month. `around`: to set up and to tidy, zero where it is not counted."""

    name: str
    reservations: int
    used: timedelta
    around: timedelta

    @property
    def total(self) -> timedelta:
        return self.used + self.around


def month_of(first: date, zone: ZoneInfo) -> Span:
    """From the first midnight of the month to the first of the next, on the house's wall clock."""
    after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Span(*(datetime.combine(day, time(), zone).astimezone(UTC) for day in (first.replace(day=1), after)))


def lines(house: House, month: Span, held: Iterable[Held], *, around: bool, lang: str) -> list[Line]:
    """One for each room that was held, in the house file's order; rooms that left it come last."""
    by_room: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_room[one.room].append(one)
    order = {room.id: n for n, room in enumerate(house.rooms)}
    names = {room.id: pick(room.name, lang) for room in house.rooms}
    found = []
    for room, theirs in sorted(by_room.items(), key=lambda item: (order.get(item[0], len(order)), item[0])):
        used = sum((_inside(one.span, month) for one in theirs), timedelta())
        whole = sum((_inside(one.blocked, month) for one in theirs), timedelta())
        begun = sum(month.starts_at <= one.span.starts_at < month.ends_at for one in theirs)
        line = Line(names.get(room, theirs[-1].room_name), begun, used, whole - used if around else timedelta())
        if line.reservations or line.total:
            found.append(line)
    return found


def total(found: Sequence[Line], lang: str) -> Line:
    """Of the exact times, not of the rounded hours."""
    return Line(
        {"fr": "Total", "en": "Total"}[lang],
        sum(line.reservations for line in found),
        sum((line.used for line in found), timedelta()),
        sum((line.around for line in found), timedelta()),
    )


def hours(time: timedelta, lang: str) -> str:
    """`1,50` or `1.50`: hundredths of an hour, as a spreadsheet adds them up."""
    number = str((Decimal(time // timedelta(seconds=1)) / HOUR).quantize(CENT, ROUND_HALF_UP))
    return number.replace(".", ",") if lang == "fr" else number


def as_csv(found: Sequence[Line], *, organisation: str, month: str, around: bool, lang: str) -> bytes:
    """In French as French spreadsheets open it by a double click: a byte order mark, semicolons, decimal commas."""
    words = {
        "fr": ("Structure", "Mois", "Espace", "Réservations", "Heures", "Installation et rangement", "Total"),
        "en": ("Organisation", "Month", "Room", "Reservations", "Hours", "Setting up and tidying", "Total"),
    }[lang]
    file = StringIO()
    writer = csv.writer(file, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow(words if around else words[:5])
    for line in (*found, total(found, lang)):
        extra = (hours(line.around, lang), hours(line.total, lang)) if around else ()
        writer.writerow((organisation, month, line.name, line.reservations, hours(line.used, lang), *extra))
    return ((BOM if lang == "fr" else "") + file.getvalue()).encode()


def _inside(span: Span, month: Span) -> timedelta:
    """How much of it lies in the month; in UTC, because Python subtracts one zone's times by the wall."""
    starts_at, ends_at = max(span.starts_at, month.starts_at), min(span.ends_at, month.ends_at)
    return max(ends_at.astimezone(UTC) - starts_at.astimezone(UTC), timedelta())
