"""Codes to come in with: sent at once and once, to that address alone, and forgotten."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from notify.codes import AGAIN, LEASE, CodeSender, CodeWords
from notify.gsm import parts, plain
from notify.providers import Letter, NotNow, Rejected, Taken, Unknown
from notify.testing import Enrolment, Family, Postbox
from ronde.clock import now
from ronde.database import Database
from ronde.house import House
from ronde.ids import new_id
from ronde_contracts.enrolment import CodeIssued, FamilyErased
from sqlalchemy import text

pytestmark = pytest.mark.database


def code(address: str = "+33639980001", **facts: Any) -> CodeIssued:
    given: dict[str, Any] = {
        "code_id": new_id(),
        "purpose": "enter",
        "channel": "email" if "@" in address else "sms",
        "address": address,
        "code": "407193",
        "url": "https://ronde.example/c/h4Zp9LwXc2Tb",
        "expires_at": now() + timedelta(minutes=15),
    }
    return CodeIssued.model_validate({**given, **facts})


async def kept(db: Database) -> int:
    async with db.reading() as session:
        return int(await session.scalar(text("SELECT count(*) FROM codes")) or 0)


@pytest.fixture
def by_sms(db: Database, phones: Postbox, house: House) -> CodeSender:
    return CodeSender(db, "sms", phones, CodeWords(house))


@pytest.fixture
def by_email(db: Database, mailboxes: Postbox, house: House) -> CodeSender:
    return CodeSender(db, "email", mailboxes, CodeWords(house))


async def test_a_code_leaves_at_once_by_its_channel_and_is_forgotten(
    db: Database, enrolment: Enrolment, by_sms: CodeSender, by_email: CodeSender, phones: Postbox, mailboxes: Postbox
) -> None:
    await enrolment.say(code())
    await enrolment.say(code("camille@example.org", language="en", purpose="contact"))
    for _ in range(2):
        await by_sms.send()
        await by_email.send()
    (sms,), (mail,) = phones.taken, mailboxes.taken
    assert sms.text.startswith("407 193 : votre code pour")
    assert "https://ronde.example/c/h4Zp9LwXc2Tb" in sms.text
    assert (mail.subject, mail.to) == ("Confirm your address: 407 193", "camille@example.org")
    assert "you agree to our messages" in mail.text
    assert "407 193" in mail.html
    assert await kept(db) == 0


@pytest.mark.parametrize("outcome", [Rejected("no-such-number"), Unknown("timeout")])
async def test_who_waits_for_a_code_asks_for_another(
    db: Database, enrolment: Enrolment, by_sms: CodeSender, phones: Postbox, outcome: Rejected | Unknown
) -> None:
    phones.answer = lambda _letter: outcome
    await enrolment.say(code())
    await by_sms.send()
    await by_sms.send()
    assert len(phones.given) == 1
    assert await kept(db) == 0


async def test_a_provider_that_says_not_now_is_asked_again_until_the_code_is_over(
    db: Database, enrolment: Enrolment, by_sms: CodeSender, phones: Postbox
) -> None:
    phones.answer = lambda _letter: NotNow("busy")
    await enrolment.say(code())
    await by_sms.send()
    await by_sms.send()
    assert len(phones.given) == 1
    with time_machine.travel(now() + AGAIN + timedelta(seconds=1), tick=True):
        await by_sms.send()
    assert len(phones.given) == 2
    with time_machine.travel(now() + timedelta(minutes=16), tick=True):
        await by_sms.send()
    assert len(phones.given) == 2, "too late is never"
    assert await kept(db) == 0


async def test_what_a_dead_sender_had_taken_is_sent_by_another(
    db: Database, enrolment: Enrolment, by_sms: CodeSender, phones: Postbox
) -> None:
    def die(_letter: Letter) -> Taken:
        raise ConnectionResetError

    phones.answer = die
    await enrolment.say(code())
    with pytest.raises(ConnectionResetError):
        await by_sms.send()
    phones.answer = lambda letter: Taken(f"p-{letter.id}")
    with time_machine.travel(now() + LEASE + timedelta(seconds=1), tick=True):
        await by_sms.send()
    assert len(phones.taken) == 1
    assert await kept(db) == 0


async def test_no_code_goes_to_a_family_that_is_forgotten(
    db: Database, enrolment: Enrolment, by_sms: CodeSender, phones: Postbox
) -> None:
    family = Family()
    await enrolment.say(family.contact())
    await enrolment.say(code(str(family.phone)))
    await enrolment.say(code("+33639980099", purpose="contact", party_id=family.party_id))
    await enrolment.say(code("+33639980050"))
    await enrolment.say(FamilyErased(party_id=family.party_id, party_kind="family"))
    await by_sms.send()
    assert [one.to for one in phones.taken] == ["+33639980050"]
    assert await kept(db) == 0


def test_an_sms_with_a_code_stays_within_two_parts(house: House) -> None:
    words = CodeWords(house)
    for purpose in ("enter", "contact"):
        for language in house.languages:
            row = code(purpose=purpose, language=language, url="https://ronde.villeurbanne.example/c/h4Zp9LwXc2Tb")
            letter = words.letter(_Row(row))
            assert letter.text == plain(letter.text)
            assert parts(letter.text) <= 2, letter.text


class _Row:
    """As the database gives it."""

    def __init__(self, said: CodeIssued) -> None:
        self.__dict__.update(said.model_dump())
        self.id = said.code_id
