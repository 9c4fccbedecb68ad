"""From what is asked to each of its occurrences: pure."""

from datetime import datetime

from ronde.house import House, Room
from ronde.ids import new_id

from booking.refusals import RoomTooSmall, UnknownRoom
from booking.series.recurrence import Recurrence, days
from booking.series.verdicts import Wanted
from booking.tables import Reservation


def room_of(house: House, id: str) -> Room:
    """Raises UnknownRoom."""
    try:
        return house.room(id)
    except KeyError:
        raise UnknownRoom from None


def wanted(house: House, room_id: str, asked: Recurrence, people: int, *, now: datetime) -> list[Wanted]:
    """Each day of the rule. Raises what is wrong with all of them: see `recurrence.days`, UnknownRoom, RoomTooSmall."""
    room = room_of(house, room_id)
    if people > room.capacity:
        raise RoomTooSmall.this_one(room, people)
    found = days(asked, house.timezone, now=now)
    return [
        Wanted(id=new_id(), day=day, on=day, starts=asked.starts, ends=asked.ends, room=room, people=people)
        for day in found
    ]


def as_held(house: House, row: Reservation) -> Wanted:
    """An occurrence as it stands, on the wall clock: what a change of it starts from. Raises UnknownRoom."""
    slot, day = row.slot, row.occurrence
    if slot is None or day is None:
        raise ValueError(f"reservation {row.id} is no occurrence of a series")
    starts_at, ends_at = slot.starts_at.astimezone(house.timezone), slot.ends_at.astimezone(house.timezone)
    return Wanted(
        id=row.id, day=day, on=starts_at.date(), starts=starts_at.time(), ends=ends_at.time(),
        room=room_of(house, slot.room), people=row.people or 1,
    )  # fmt: skip
