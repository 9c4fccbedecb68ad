"""A week of the rooms, as a page shows it: pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from ronde.clock import now
from ronde.house import House
from ronde.web.language import pick
from ronde.web.timetable import Block, Timetable

from booking.rules import Span
from booking.tables import Reservation, State

DAYS = 7
UNNAMED = {"fr": "Réservé", "en": "Reserved"}


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def span_of(house: House, monday: date) -> Span:
    """From Monday midnight to the next, on the house's wall clock."""
    starts, ends = (datetime.combine(day, time(), house.timezone) for day in (monday, monday + timedelta(days=DAYS)))
    return Span(starts, ends)


def timetables(
    house: House, monday: date, reservations: Sequence[Reservation], lang: str, staff: str | None = None
) -> list[Timetable]:
    """Each day of the week, closed ones with their reason.

    A row is an indivisible room: what takes a whole hall shows in each of its halves. For `staff`, an organisation
    that is signed in, its own reservations and what is free lead to their forms.
    """
    days = [monday + timedelta(days=n) for n in range(DAYS)]
    rows = {room.id: pick(room.name, lang) for room in house.rooms if not room.parts}
    blocks = [block for one in reservations for block in _blocks(house, one, lang, staff)]
    rows.update({block.row: block.detail for block in blocks if block.row not in rows})
    hours = [open for day in days if (open := house.opening(day))]
    opens = min((one.opens for one in hours), default=time(8))
    closes = max((one.closes for one in hours), default=time(20))
    return [
        Timetable(
            day,
            rows,
            blocks,
            opens=opens,
            closes=closes,
            zone=house.timezone,
            note=pick(house.closed(day) or {"": ""}, lang),
            href=f"/reserve?day={day}" if staff and _bookable(house, day) else "",
            free=_asking(house, day) if staff and _bookable(house, day) else None,
        )
        for day in days
    ]


def _bookable(house: House, day: date) -> bool:
    return day >= now().astimezone(house.timezone).date() and house.opening(day) is not None


def _asking(house: House, day: date) -> Callable[[str, datetime], str]:
    """Where a free hour leads: to the form, at the first time that leaves the room its time to be set up."""
    hours, rooms, at = house.opening(day), {room.id: room for room in house.rooms}, now()

    def href(row: str, starts_at: datetime) -> str:
        if hours is None or row not in rooms or starts_at <= at:
            return ""
        ready = datetime.combine(day, hours.opens, house.timezone) + rooms[row].setup
        return f"/reserve/{row}/{day}/{max(starts_at, ready):%H:%M}"  # short: there are hundreds

    return href


def _blocks(house: House, reservation: Reservation, lang: str, staff: str | None) -> Iterator[Block]:
    """One for each row that it takes; one of its own when its room left the house file."""
    slot = reservation.slot
    if slot is None:
        return
    room = next((room for room in house.rooms if room.id == slot.room), None)
    rows = [one.id for one in house.rooms if not one.parts and one.spaces & room.spaces] if room else [slot.room]
    name = pick(room.name, lang) if room else slot.room_name
    for row in rows:
        yield Block(
            row=row,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            title=pick(reservation.title or UNNAMED, lang),
            organisation=reservation.organisation,
            href=f"/r/{reservation.moves or reservation.id}" if staff == reservation.organisation else "",
            detail="" if row == slot.room and room else name,
            kind="" if reservation.state == State.CONFIRMED else "waiting",
        )
