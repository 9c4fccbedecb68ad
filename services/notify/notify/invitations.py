"""The .ics with an e-mail: a session or hours at a crèche in their calendar, moved there, gone when off (RFC 5546).

One event for each family and session, by a UID that stays. SEQUENCE is the second in which the news was said, so that
of two mails that overtake each other the newer one holds.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5

from icalendar import Calendar, Event, vCalAddress
from ronde.clock import now

from notify.providers import Invitation
from notify.purposes import Purpose
from notify.tables import Enrolment, Session

ASKED = (Purpose.CONFIRMED, Purpose.ACCEPTED, Purpose.PROMOTED, Purpose.CARE_BOOKED)
"""They have a place: it is put into their calendar."""
CHANGED = (Purpose.MOVED, Purpose.SUSPENDED, Purpose.RESUMED)
"""Only of those who have a place."""
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
"""SEQUENCE has 31 bits: seconds since then fit until 2088."""


def method_of(purpose: Purpose, facts: Mapping[str, Any]) -> str | None:
    """None: this message leaves their calendar as it is. `facts` as news keeps them, with the `state` they were in."""
    if purpose in ASKED or (purpose in CHANGED and facts.get("state") == "confirmed"):
        return "REQUEST"
    if purpose is Purpose.CARE_CANCELLED:
        return "CANCEL"
    if purpose is Purpose.CALLED_OFF and facts.get("state") == "confirmed":
        return "CANCEL"
    if purpose is Purpose.WITHDRAWN and facts.get("was") == "confirmed" and not facts.get("others"):
        return "CANCEL"
    return None


def invitation(
    purpose: Purpose,
    facts: Mapping[str, Any],
    said_at: datetime,
    enrolment: Enrolment,
    session: Session,
    *,
    title: str,
    house: str,
    sender: str,
    to: str,
) -> Invitation | None:
    """`title` and `house` in their language; `sender` is the organiser for calendars, `to` the only one who is invited.

    A calendar is shown to colleagues: it has no link to the family's page, no reference, no name.
    """
    if (method := method_of(purpose, facts)) is None:
        return None
    event = Event()
    event.add("uid", f"{uuid5(session.session_id, str(enrolment.party_id))}@{sender.rpartition('@')[2]}")
    event.add("sequence", int((said_at - SINCE).total_seconds()))
    event.add("dtstamp", now())
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("summary", title)
    event.add("location", f"{session.room_name}, {house}")
    uncertain = "TENTATIVE" if purpose is Purpose.SUSPENDED else "CONFIRMED"
    event.add("status", "CANCELLED" if method == "CANCEL" else uncertain)
    event.add("organizer", _person(sender, CN=house))
    event.add("attendee", _person(to, PARTSTAT="ACCEPTED", RSVP="FALSE"))
    calendar = Calendar()
    calendar.add("prodid", "-//Ronde//notify//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return Invitation(method, calendar.to_ical().decode())


def _person(address: str, **parameters: str) -> vCalAddress:
    who = vCalAddress(f"mailto:{address}")
    who.params.update(parameters)
    return who
