"""Reservations written as an iCalendar (RFC 5545): pure. In UTC, so that no reader has to know our zone's rules."""

from collections.abc import Sequence
from datetime import timedelta

from icalendar import Calendar, Event, Timezone
from ronde.house import House
from ronde.web.language import pick

from booking.tables import Reservation, State
from booking.week import UNNAMED

STATUS = {State.CONFIRMED: "CONFIRMED", State.CANCELLED: "CANCELLED"}
"""Anything else holds its room and waits: for the founders' consent, or to be confirmed."""
EVERY = timedelta(hours=1)
"""How often a subscriber is asked to look again."""


def written(
    house: House, name: str, reservations: Sequence[Reservation], *, lang: str, public_url: str, whose: bool
) -> bytes:
    """The calendar called `name`. `whose`: say of each whose it is, where that is not always the same."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Ronde//{house.id}//{lang.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for property in ("name", "x-wr-calname"):
        calendar.add(property, name)
    calendar.add("x-wr-timezone", str(house.timezone))
    calendar.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    names = {one.id: one.name for one in house.organisations}
    rooms = {room.id: pick(room.name, lang) for room in house.rooms}
    for one in reservations:
        organisation = names.get(one.organisation, one.organisation)
        if event := _event(house, one, organisation, rooms, lang, public_url, whose):
            calendar.add_component(event)
    if not calendar.subcomponents:  # a calendar has at least one (3.6)
        calendar.add_component(Timezone.from_tzid(str(house.timezone)))
    return calendar.to_ical()  # type: ignore[no-any-return]


def _event(
    house: House,
    one: Reservation,
    organisation: str,
    rooms: dict[str, str],
    lang: str,
    public_url: str,
    whose: bool,
) -> Event | None:
    slot = one.slot
    if slot is None:
        return None
    title = pick(one.title or UNNAMED, lang)
    day = slot.starts_at.astimezone(house.timezone).date()
    event = Event()
    event.add("uid", f"{one.id}@{house.id}")
    event.add("sequence", one.version)
    # Without a METHOD, DTSTAMP is when this revision was made (RFC 5545, 3.8.7.2): it must not move by itself.
    event.add("dtstamp", one.updated_at)
    event.add("last-modified", one.updated_at)
    event.add("created", one.created_at)
    event.add("dtstart", slot.starts_at)
    event.add("dtend", slot.ends_at)
    event.add("summary", printable(f"{title} · {organisation}" if whose else title))
    event.add("location", printable(rooms.get(slot.room, slot.room_name)))
    event.add("description", one.reference)
    event.add("categories", [printable(organisation)])
    event.add("url", f"{public_url}/?week={day.isoformat()}")
    event.add("status", STATUS.get(one.state, "TENTATIVE"))
    event.add("transp", "TRANSPARENT" if one.state == State.CANCELLED else "OPAQUE")
    return event


def printable(text: str) -> str:
    """Without the control characters that the format forbids; line breaks stay, and are escaped."""
    return "".join(letter for letter in text if letter == "\n" or letter.isprintable())
