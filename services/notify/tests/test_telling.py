"""Right person, right news, once: from what enrolment says to what leaves."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from notify.providers import Letter, NotNow, Outcome, Rejected
from notify.sending import Sender
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, families, statuses
from ronde.clock import now
from ronde.database import Database
from ronde.ears import Ears
from ronde.work import Worker
from ronde_contracts.enrolment import SessionOpened
from ronde_contracts.event import Event
from sqlalchemy import text

pytestmark = pytest.mark.database
LATER = TUESDAY + timedelta(days=7)


async def drain(*senders: Sender) -> None:
    for sender in senders:
        while await sender.send():
            pass


async def test_a_confirmation_comes_by_sms_with_the_link_and_by_email(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    family, workshop = Family(), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await drain(sms, email)
    [text_message] = phones.texts(family.phone)
    assert "mardi 16 janvier 2035, 9 h 30" in text_message
    assert family.link in text_message
    [letter] = mailboxes.taken
    assert letter.to == family.email
    assert letter.subject.startswith("Inscription confirmée")
    assert family.link in letter.text
    assert await statuses(db, family) == [
        ("enrolment-confirmed", "sms", "sent"),
        ("enrolment-confirmed", "email", "sent"),
    ]


async def test_who_has_one_address_only_is_told_everything_by_it(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    by_mail, by_phone, workshop = Family(phone=None), Family(email=None), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(by_mail, by_phone)
    for family in (by_mail, by_phone):
        await enrolment.waitlists(family, workshop)
        await drain(sms, email)
        await enrolment.withdraws(family, workshop, was="waiting")
        await drain(sms, email)
    assert len(mailboxes.texts(by_mail.email)) == len(phones.texts(by_phone.phone)) == 2
    assert len(mailboxes.taken) == len(phones.taken) == 2


async def test_each_in_their_own_language(enrolment: Enrolment, sms: Sender, phones: Postbox) -> None:
    english, arabic, workshop = Family("+33639980001", language="en"), Family("+33639980002", language="ar"), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(english, arabic)
    for family in (english, arabic):
        await enrolment.confirms(family, workshop)
    await drain(sms)
    [text_message] = phones.texts(english.phone)
    assert text_message.startswith("Confirmed: Early learning morning, Tuesday 16 January 2035, 9:30 am")
    [text_message] = phones.texts(arabic.phone)
    assert text_message.startswith("C'est confirmé")


@pytest.mark.parametrize("missing", ["session", "contact", "link"])
async def test_what_is_not_known_yet_is_waited_for_in_the_table(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox, missing: str
) -> None:
    """Not on the ladder, where the wait is a second at least: it is due in the moment in which the last part comes."""
    family, workshop = Family(email=None), Workshop()
    parts: dict[str, Event] = {
        "session": SessionOpened(**workshop.said()),
        "contact": family.contact(),
        "link": family.link_issued(),
    }
    last = parts.pop(missing)
    for part in parts.values():
        await enrolment.say(part)
    await enrolment.confirms(family, workshop)
    await drain(sms)
    assert await statuses(db, family) == []
    await enrolment.say(last)
    await drain(sms)
    assert len(phones.texts(family.phone)) == 1
    assert await statuses(db, family) == [("enrolment-confirmed", "sms", "sent")]


async def test_redelivering_every_event_three_times_sends_one_message(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    family, workshop = Family(), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.waitlists(family, workshop)
    await drain(sms)
    await enrolment.offers(family, workshop)
    await drain(sms)
    await enrolment.confirms(family, workshop, accepted=True)
    await enrolment.again()
    await drain(sms, email)
    await enrolment.moves(workshop, LATER)
    await drain(sms)
    await enrolment.calls_off(workshop)
    for _ in range(3):
        await enrolment.again()
        await drain(sms, email)
    assert [one.split(":")[0].strip() for one in phones.texts(family.phone)] == [
        "C'est complet pour l'instant",
        "Une place est libre pour vous",
        "Votre place est confirmée",
        "Changement",
        "Annulation",
    ]
    sent = [one.method for letter in mailboxes.taken for one in letter.invitations]
    assert sent == ["REQUEST", "CANCEL"], "into their calendar, and out of it"


async def test_a_move_is_told_to_those_whom_it_concerns_and_to_nobody_else(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    workshop, other = Workshop(), Workshop()
    confirmed, waiting, offered, declined, expired, withdrawn, elsewhere = people = families(7)
    for one in (workshop, other):
        await enrolment.opens(one)
    await enrolment.knows(*people)
    await enrolment.confirms(confirmed, workshop)
    await enrolment.confirms(elsewhere, other)
    for family in (waiting, offered, declined, expired, withdrawn):
        await enrolment.waitlists(family, workshop)
    for family in (offered, declined, expired):
        await enrolment.offers(family, workshop)
    await enrolment.declines(declined, workshop)
    await enrolment.expires(expired, workshop)
    await enrolment.withdraws(withdrawn, workshop, was="waiting")
    await drain(sms, email)
    phones.taken.clear()
    mailboxes.taken.clear()
    await enrolment.moves(workshop, LATER)
    await drain(sms, email)
    assert sorted(letter.to for letter in phones.taken) == sorted(
        str(family.phone) for family in (confirmed, waiting, offered)
    )
    assert all("mardi 23 janvier 2035" in letter.text for letter in phones.taken)
    assert [letter.to for letter in mailboxes.taken] == [confirmed.email], "whose calendar has the old time"


async def test_a_move_overtaken_by_later_news_of_the_session_is_told_all_the_same(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    """Queues are per type: while we were stopped the session moved and then got a new title, and that comes first."""
    family, workshop = Family(email=None), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await sms.send()
    await enrolment.say(SessionOpened(**workshop.said(LATER)))
    await sms.send()
    assert [text.startswith("Changement") for text in phones.texts(family.phone)] == [False, True]
    await enrolment.again()
    await enrolment.say(SessionOpened(**workshop.said(LATER)))
    await sms.send()
    assert len(phones.texts(family.phone)) == 2


async def test_who_was_not_told_yet_gets_the_new_time_in_one_message(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family, workshop = Family(), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await enrolment.moves(workshop, LATER)
    await drain(sms)
    [text_message] = phones.texts(family.phone)
    assert text_message.startswith("C'est confirmé")
    assert "mardi 23 janvier 2035" in text_message


async def test_called_off_before_the_confirmation_left_only_that_is_told(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family, workshop = Family(email=None), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await enrolment.calls_off(workshop)
    await drain(sms)
    [text_message] = phones.texts(family.phone)
    assert text_message == (
        "Annulation : Matinée d'éveil, mardi 16 janvier 2035, 9 h 30, n'aura pas lieu. L'animatrice est absente."
    )
    assert await statuses(db, family) == [
        ("enrolment-confirmed", "sms", "withdrawn"),
        ("session-called-off", "sms", "sent"),
    ]


async def test_a_session_planned_again_is_nothing_to_those_who_were_in_it_before(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family, workshop = Family(email=None), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await enrolment.calls_off(workshop)
    await enrolment.opens(workshop)
    await enrolment.moves(workshop, LATER)
    await drain(sms)
    assert [text.split(" : ")[0] for text in phones.texts(family.phone)] == ["Annulation"]


async def test_who_enrolled_in_a_session_already_called_off_is_told_that(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    """The two events travel in two queues: the later may come first."""
    late, gone, workshop = *families(2), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(late, gone)
    await enrolment.calls_off(workshop)
    await enrolment.confirms(late, workshop)
    await enrolment.withdraws(gone, workshop)
    await drain(sms)
    [text_message] = phones.texts(late.phone)
    assert text_message.startswith("Annulation")
    assert phones.texts(gone.phone) == []


async def test_withdrawn_before_it_left_is_never_sent(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    family, workshop = Family(), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await enrolment.withdraws(family, workshop)
    await drain(sms, email)
    assert phones.given == []
    assert [letter.subject.split(" :")[0] for letter in mailboxes.given] == ["Inscription annulée"]
    assert [status for _, _, status in await statuses(db, family)] == ["withdrawn", "withdrawn", "sent"]


async def test_overtaken_while_it_failed_is_not_tried_again(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    """The provider says "not now" at the very moment when the family withdraws."""
    family, workshop = Family(email=None), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)

    async def withdraws(_letter: Letter) -> None:
        await enrolment.withdraws(family, workshop)

    phones.meanwhile = withdraws
    phones.answer = lambda _letter: NotNow("busy")
    await sms.send()
    assert (await statuses(db, family))[0] == ("enrolment-confirmed", "sms", "withdrawn")


async def test_a_temporary_refusal_is_tried_again_later_with_what_is_true_then(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family, workshop = Family(email=None), Workshop()
    answers: list[Outcome] = [NotNow("http-429")]
    phones.answer = lambda letter: answers.pop() if answers else Postbox().answer(letter)
    with time_machine.travel(now(), tick=False) as clock:
        await enrolment.opens(workshop)
        await enrolment.knows(family)
        await enrolment.confirms(family, workshop)
        await drain(sms)
        await enrolment.moves(workshop, LATER)
        await drain(sms)
        assert phones.taken == []
        clock.shift(31)
        await drain(sms)
    [text_message] = phones.texts(family.phone)
    assert "mardi 23 janvier 2035" in text_message
    assert await statuses(db, family) == [("enrolment-confirmed", "sms", "sent")]


async def test_an_offer_is_not_sent_after_its_deadline_and_staff_can_see_it(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family, workshop = Family(email=None), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.offers(family, workshop, until=TUESDAY - timedelta(days=1))
    with time_machine.travel(TUESDAY - timedelta(hours=23)):
        await drain(sms)
    assert phones.given == []
    assert await statuses(db, family) == [("enrolment-offered", "sms", "failed")]
    assert await told(db) == [("message.failed.v1", "too-late")]


async def test_nothing_is_told_of_a_session_that_is_over(enrolment: Enrolment, sms: Sender, phones: Postbox) -> None:
    family, workshop = Family(), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    with time_machine.travel(TUESDAY + timedelta(hours=2)):
        await drain(sms)
    assert phones.given == []


async def test_a_refused_address_and_no_address_are_failures_that_the_house_hears_of(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    refused, nowhere, workshop = Family(email=None), Family(phone=None, email=None), Workshop()
    phones.answer = lambda _letter: Rejected("refused-by-provider")
    await enrolment.opens(workshop)
    await enrolment.knows(refused, nowhere)
    await enrolment.waitlists(refused, workshop)
    await enrolment.waitlists(nowhere, workshop)
    await drain(sms)
    assert sorted(await told(db)) == [
        ("message.failed.v1", "no-address"),
        ("message.failed.v1", "refused-by-provider"),
    ]


async def test_a_new_number_is_used_by_what_still_waits(enrolment: Enrolment, sms: Sender, phones: Postbox) -> None:
    family, workshop = Family(), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    moved = Family(phone="+33639989999", party_id=family.party_id, enrolment_id=family.enrolment_id)
    await enrolment.say(moved.contact())
    await drain(sms)
    assert [letter.to for letter in phones.taken] == ["+33639989999"]


async def test_neither_texts_nor_addresses_stay_with_the_messages_or_go_to_the_shared_exchange(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender
) -> None:
    family, workshop = Family(), Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await drain(sms, email)
    async with db.reading() as session:
        kept = [str(row) for row in await session.execute(text("SELECT * FROM messages"))]
        said = [bytes(row[0]).decode() for row in await session.execute(text("SELECT body FROM outbox"))]
    assert len(kept) == len(said) == 2
    for secret in (family.phone, family.email, family.link, "confirmé"):
        assert not any(str(secret) in one for one in kept + said)


async def test_a_message_leaves_when_its_cause_is_committed_and_not_at_the_next_look(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family, workshop, left = Family(email=None), Workshop(), asyncio.Event()

    async def leaves(_letter: Letter) -> None:
        left.set()

    phones.meanwhile = leaves
    worker, listening, woken_by = Worker("send sms", sms.send, every=3600), asyncio.Event(), list[str]()

    def heard(said: str) -> None:
        woken_by.append(said)
        listening.set()
        worker.wake()

    ears = Ears(db.engine, "notify_messages", heard)
    worker.start()
    ears.start()
    async with asyncio.timeout(20):
        await listening.wait()
        await enrolment.opens(workshop)
        await enrolment.knows(family)
        await enrolment.confirms(family, workshop)
        await left.wait()
    await worker.stop()
    await ears.stop()
    assert woken_by == ["", "messages sms"], "when it began to listen, and by what there is to send"


async def told(db: Database) -> list[tuple[str, str]]:
    """(type, code) of what notify says."""
    asked = text("SELECT type, convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'code' FROM outbox ORDER BY position")
    async with db.reading() as session:
        return [(row[0], row[1]) for row in await session.execute(asked)]
