"""The .ics with an e-mail, read as strictly as calendars read it."""

import email
import email.policy
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from icalendar import Calendar
from notify.providers import Letter
from notify.providers.smtp import compose
from notify.sending import Sender
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop
from ronde.clock import now

FAMILY = Family()
WORKSHOP = Workshop()


@pytest.fixture(autouse=True)
async def known(enrolment: Enrolment) -> None:
    await enrolment.opens(WORKSHOP)
    await enrolment.knows(FAMILY)


def event_of(letter: Letter) -> tuple[str, Any]:
    """(method, event): taken out of the mail as it goes over the wire, and strictly parsed."""
    sealed = compose(letter, name="Pôle Petite enfance", sender="ronde@example.org")
    mail = email.message_from_bytes(sealed, policy=email.policy.default)
    assert sealed.isascii()
    assert mail["Content-Language"] == "fr"
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert part.get_filename() == "ronde.ics"
    calendar = Calendar.from_ical(part.get_content())
    assert calendar.errors == []
    assert calendar["METHOD"] == part.get_param("method")
    assert calendar["VERSION"] == "2.0"
    event: Any
    (event,) = calendar.walk("VEVENT")
    assert event.errors == []
    assert event["DTSTART"].to_ical().endswith(b"Z"), "in UTC: no time zone has to come with it"
    assert str(event["ATTENDEE"]) == f"mailto:{letter.to}"
    assert str(event["ORGANIZER"]).startswith("mailto:")
    return str(calendar["METHOD"]), event


async def later(minutes: int, sms: Sender, by_mail: Sender) -> None:
    with time_machine.travel(now() + timedelta(minutes=minutes)):
        await sms.send()
        await by_mail.send()


async def test_confirmed_moved_and_called_off_are_one_event_with_a_rising_number(
    enrolment: Enrolment, sms: Sender, email: Sender, mailboxes: Postbox
) -> None:
    await enrolment.confirms(FAMILY, WORKSHOP)
    await later(0, sms, email)
    moved_to = TUESDAY + timedelta(days=1)
    with time_machine.travel(now() + timedelta(minutes=1)):
        await enrolment.moves(WORKSHOP, moved_to)
    await later(2, sms, email)
    with time_machine.travel(now() + timedelta(minutes=3)):
        await enrolment.calls_off(WORKSHOP)
    await later(4, sms, email)
    (first, asked), (second, moved), (third, off) = (event_of(letter) for letter in mailboxes.taken)
    assert (first, second, third) == ("REQUEST", "REQUEST", "CANCEL")
    assert asked["UID"] == moved["UID"] == off["UID"]
    assert asked["SEQUENCE"] < moved["SEQUENCE"] < off["SEQUENCE"] < 2**31
    assert asked["DTSTART"].dt == TUESDAY
    assert moved["DTSTART"].dt == moved_to
    assert off["STATUS"] == "CANCELLED"
    assert asked["SUMMARY"] == "Matinée d'éveil"


async def test_who_cancels_their_place_has_it_out_of_their_calendar(
    enrolment: Enrolment, sms: Sender, email: Sender, mailboxes: Postbox
) -> None:
    await enrolment.confirms(FAMILY, WORKSHOP)
    await later(0, sms, email)
    with time_machine.travel(now() + timedelta(minutes=1)):
        await enrolment.withdraws(FAMILY, WORKSHOP)
    await later(2, sms, email)
    (_, asked), (method, gone) = (event_of(letter) for letter in mailboxes.taken)
    assert method == "CANCEL"
    assert gone["UID"] == asked["UID"]


async def test_a_calendar_is_seen_by_others_and_says_nothing_of_the_family(
    enrolment: Enrolment, email: Sender, mailboxes: Postbox
) -> None:
    await enrolment.confirms(FAMILY, WORKSHOP)
    await email.send()
    (letter,) = mailboxes.taken
    [ics] = letter.invitations
    assert FAMILY.link not in ics.content
    assert "DESCRIPTION" not in ics.content
    assert FAMILY.party_id.hex not in ics.content.replace("-", "")


async def test_an_uncertain_session_is_tentative(
    enrolment: Enrolment, sms: Sender, email: Sender, mailboxes: Postbox
) -> None:
    await enrolment.confirms(FAMILY, WORKSHOP)
    await later(0, sms, email)
    await enrolment.suspends(WORKSHOP)
    await later(1, sms, email)
    assert event_of(mailboxes.taken[-1])[1]["STATUS"] == "TENTATIVE"


@pytest.mark.parametrize("what", ["waiting", "offered"])
async def test_who_has_no_place_yet_has_nothing_in_their_calendar(
    enrolment: Enrolment, email: Sender, mailboxes: Postbox, what: str
) -> None:
    asked = Family(phone=None)
    await enrolment.knows(asked)
    await (enrolment.waitlists if what == "waiting" else enrolment.offers)(asked, WORKSHOP)
    await email.send()
    await enrolment.calls_off(WORKSHOP)
    await email.send()
    assert [letter.invitations for letter in mailboxes.taken] == [(), ()]
