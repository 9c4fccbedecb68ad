"""Several dates of a series at once are one message, and ten rows that know what became of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from notify.gsm import parts
from notify.providers import NotNow, Receipt, Unknown
from notify.receipts import keeper
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, statuses
from notify.use_cases.apply_receipts import apply_receipts
from notify.wording import SMS_PARTS, Wording
from ronde.clock import now
from ronde.database import Database
from ronde.ids import new_id

pytestmark = pytest.mark.database
A_MINUTE = timedelta(minutes=1)


class Chosen:
    """One family and the dates of a series that it chose."""

    def __init__(self, count: int, title: str = "Matinée d'éveil") -> None:
        series = new_id()
        self.family = Family()
        self.workshops = [
            Workshop(starts_at=TUESDAY + timedelta(weeks=n), title=title, series=series) for n in range(count)
        ]
        self.enrolments = [replace(self.family, enrolment_id=new_id()) for _ in self.workshops]

    async def known(self, enrolment: Enrolment) -> None:
        for workshop, one in zip(self.workshops, self.enrolments, strict=True):
            await enrolment.opens(workshop)
            await enrolment.knows(one)

    async def confirmed(self, enrolment: Enrolment) -> None:
        await self.known(enrolment)
        for workshop, one in zip(self.workshops, self.enrolments, strict=True):
            await enrolment.confirms(one, workshop)

    async def all_are(self, db: Database, status: str, channel: str) -> bool:
        found = [row for one in self.enrolments for row in await statuses(db, one) if row[1] == channel]
        return [row[2] for row in found] == [status] * len(self.enrolments)


async def later(*senders: Sender, by: timedelta = A_MINUTE) -> None:
    with time_machine.travel(now() + by):
        for sender in senders:
            while await sender.send():
                pass


async def test_ten_dates_are_one_sms_and_one_email_that_lists_them(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    ten = Chosen(10, title="Éveil musical, chansons et comptines d'ici et d'ailleurs pour les tout-petits")
    await ten.confirmed(enrolment)
    await later(sms, by=timedelta())
    assert phones.given == [], "the other dates may still come"
    await later(sms, email)
    await enrolment.again()
    await later(sms, email)
    [short] = phones.taken
    assert "Et 9 autres dates" in short.text
    assert ten.enrolments[0].link in short.text
    assert parts(short.text) <= SMS_PARTS
    [long] = mailboxes.taken
    assert long.subject.endswith("et 9 autres dates")
    assert all(one.link in long.text and one.link in long.html for one in ten.enrolments)
    assert long.text.count("janvier 2035") + long.text.count("février 2035") + long.text.count("mars 2035") == 10
    assert len({ics.content for ics in long.invitations}) == 10
    assert await ten.all_are(db, "sent", "sms")
    assert await ten.all_are(db, "sent", "email")


async def test_several_dates_are_one_message_of_a_days_share(
    db: Database, enrolment: Enrolment, wording: Wording, terms: Terms, phones: Postbox
) -> None:
    several, alone = Chosen(4), Workshop()
    narrow = Sender(db, "sms", phones, wording, replace(terms, a_day=2), lease=A_MINUTE)
    await several.confirmed(enrolment)
    await later(narrow)
    one_more = replace(several.family, enrolment_id=new_id())
    await enrolment.opens(alone)
    await enrolment.knows(one_more)
    await enrolment.confirms(one_more, alone)
    await later(narrow)
    assert len(phones.taken) == 2


async def test_what_differs_in_more_than_the_date_goes_apart_and_what_is_off_by_then_is_not_in_it(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    four = Chosen(4)
    await four.known(enrolment)
    for workshop, one, position in zip(four.workshops, four.enrolments, (3, 3, 5, 3), strict=True):
        await enrolment.waitlists(one, workshop, position)
    sibling = replace(four.family, enrolment_id=new_id())
    await enrolment.knows(sibling)
    await enrolment.waitlists(sibling, four.workshops[0], 3)
    await enrolment.calls_off(four.workshops[3])
    await later(sms)
    off, *told = sorted(letter.text for letter in phones.taken)
    assert off.startswith("Annulation")
    assert sorted(("3e place" in text, "Et 1 autre date " in text) for text in told) == [
        (False, False),
        (True, False),
        (True, True),
    ]


async def test_an_sms_that_did_not_arrive_is_one_email_and_not_ten(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    three = Chosen(3)
    await three.known(enrolment)
    for workshop, one in zip(three.workshops, three.enrolments, strict=True):
        await enrolment.waitlists(one, workshop)
    await later(sms)
    [letter] = phones.taken
    await keeper(db, "any")(Receipt("undeliverable", reference=letter.id, code="no-such-number"))
    async with db.transaction() as tx:
        await apply_receipts(tx)
    assert await three.all_are(db, "undeliverable", "sms")
    await later(email)
    assert [letter.subject.endswith("et 2 autres dates") for letter in mailboxes.taken] == [True]


@pytest.mark.parametrize("it_left", [True, False])
async def test_in_doubt_it_is_asked_once_and_holds_for_all_dates(
    it_left: bool,
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    three = Chosen(3)
    await three.confirmed(enrolment)
    answer, phones.answer = phones.answer, lambda _: Unknown("ReadTimeout")
    await later(sms)
    assert await three.all_are(db, "unknown", "sms")
    asked = []

    async def find(reference: object, _provider: str | None = None) -> object:
        asked.append(reference)
        return answer(phones.given[0]) if it_left else NotNow("not-taken")

    monkeypatch.setattr(phones, "find", find)
    phones.answer = answer
    with time_machine.travel(now() + 2 * A_MINUTE):
        await sms.look_up()
    assert asked == [phones.given[0].id]
    assert await three.all_are(db, "sent" if it_left else "scheduled", "sms")
    await later(sms, by=10 * A_MINUTE)
    assert len(phones.given) == (1 if it_left else 2)
    assert await three.all_are(db, "sent", "sms")
