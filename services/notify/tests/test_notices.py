"""What goes to one address or to one organisation by itself: codes, and what a structure has to decide."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from notify.notices import Courier
from notify.providers import NotNow, Unknown
from notify.settings import Terms
from notify.suppressions import hash_of, suppress
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, doors
from notify.wording import Wording
from ronde.clock import now
from ronde.database import Database
from ronde.house import House, HouseFileError, parse
from ronde.ids import new_id
from ronde_contracts.booking import ConsentAsked, ConsentGiven, ConsentRefused, ConsentWithdrawn, StatementReady
from ronde_contracts.enrolment import CodeIssued, SessionOverfull
from ronde_contracts.event import Event
from sqlalchemy import text

PHONE = "+33639980001"


@pytest.fixture
def by_sms(db: Database, phones: Postbox, wording: Wording, terms: Terms) -> Courier:
    return Courier(db, "sms", phones, wording, terms, lease=timedelta(minutes=2))


@pytest.fixture
def by_email(db: Database, mailboxes: Postbox, house: House, terms: Terms) -> Courier:
    """Of a house that knows how two of its three organisations are reached."""
    known = {"bottines": "equipe@bottines.example", "relais": "relais@ville.example"}
    people = tuple(one.model_copy(update={"notices": known.get(one.id)}) for one in house.organisations)
    wording = Wording(house.model_copy(update={"organisations": people}))
    return Courier(db, "email", mailboxes, wording, terms, lease=timedelta(minutes=2))


def code(**given: Any) -> CodeIssued:
    return CodeIssued.model_validate(
        {
            "code_id": new_id(),
            "purpose": "enter",
            "channel": "sms",
            "address": PHONE,
            "code": "482915",
            "url": "https://ronde.example/c/AbCdEfGhIjKlMnOp",
            "expires_at": now() + timedelta(minutes=15),
            **given,
        }
    )


async def kept(db: Database) -> list[tuple[str, str | None, Any, str | None]]:
    """(status, address, facts, problem) of every notice."""
    async with db.reading() as session:
        found = await session.execute(text("SELECT status, address, facts, problem FROM notices ORDER BY id"))
        return [(row[0], row[1], row[2], row[3]) for row in found]


async def test_a_code_leaves_at_once_and_once_and_is_not_kept(
    enrolment: Enrolment, by_sms: Courier, phones: Postbox, db: Database
) -> None:
    await enrolment.say(code())
    await by_sms.send()
    await enrolment.again()
    await by_sms.send()
    (written,) = phones.texts(PHONE)
    assert "482915" in written
    assert "https://ronde.example/c/AbCdEfGhIjKlMnOp" in written
    assert await kept(db) == [("sent", None, None, None)]


async def test_a_code_that_is_over_is_not_sent(
    enrolment: Enrolment, by_sms: Courier, phones: Postbox, db: Database
) -> None:
    await enrolment.say(code())
    with time_machine.travel(now() + timedelta(minutes=16)):
        await by_sms.send()
    assert phones.given == []
    assert await kept(db) == [("withdrawn", None, None, "too-late")]


async def test_a_code_whose_sending_is_in_doubt_is_forgotten_and_not_sent_again(
    enrolment: Enrolment, by_sms: Courier, phones: Postbox, db: Database
) -> None:
    phones.answer = lambda _: Unknown("ReadTimeout")
    await enrolment.say(code())
    await by_sms.send()
    await by_sms.send()
    assert len(phones.given) == 1
    assert await kept(db) == [("unknown", None, None, "ReadTimeout")]


async def test_not_now_is_tried_again_while_the_code_is_of_use(
    enrolment: Enrolment, by_sms: Courier, phones: Postbox, db: Database
) -> None:
    phones.answer = lambda _: NotNow("busy")
    await enrolment.say(code(expires_at=now() + timedelta(seconds=80)))
    await by_sms.send()
    assert [row[0] for row in await kept(db)] == ["scheduled"]
    with time_machine.travel(now() + timedelta(seconds=40)):
        await by_sms.send()
    assert len(phones.given) == 2
    assert await kept(db) == [("failed", None, None, "busy")]


async def test_a_sender_that_died_with_a_code_leaves_nothing_of_it(
    enrolment: Enrolment, by_sms: Courier, phones: Postbox, db: Database
) -> None:
    await enrolment.say(code())
    async with db.transaction() as tx:
        await tx.session.execute(text("UPDATE notices SET status = 'sending', claimed_at = now() - interval '1 hour'"))
    await by_sms.send()
    assert phones.given == []
    assert await kept(db) == [("unknown", None, None, "interrupted")]


async def test_no_code_goes_where_somebody_said_stop_nor_to_a_family_that_is_forgotten(
    enrolment: Enrolment, by_sms: Courier, phones: Postbox, db: Database, terms: Terms
) -> None:
    async with db.transaction() as tx:
        await suppress(tx.session, "sms", hash_of(terms, "sms", PHONE), "stop")
    await enrolment.say(code())
    family = Family()
    await enrolment.say(code(purpose="contact", address="+33639980002", party_id=family.party_id))
    await enrolment.forgets(family)
    await enrolment.say(code(purpose="contact", address="+33639980002", party_id=family.party_id))
    await by_sms.send()
    assert phones.given == []
    assert await kept(db) == [("withdrawn", None, None, "stopped")]


def consent() -> dict[str, Any]:
    """What each event about the relay's request says."""
    return {
        "consent_id": new_id(),
        "reservation_id": new_id(),
        "reference": "R-7K3QX9",
        "organisation": "relais",
        "charter": 1,
        "room": "grande-salle",
        "room_name": "Grande salle",
        "excess": ({"code": "over-week", "reason": {"fr": "2 h de plus que prévu cette semaine."}},),
        "founders": ("bottines", "relais", "acepp"),
        "starts_at": TUESDAY,
        "ends_at": TUESDAY + timedelta(hours=2),
        "until": TUESDAY - timedelta(days=2),
    }


async def test_the_founders_who_may_object_are_asked_and_the_asker_is_not(
    enrolment: Enrolment, by_email: Courier, mailboxes: Postbox, db: Database
) -> None:
    await enrolment.say(ConsentAsked(**consent()))
    await enrolment.again()
    await by_email.send()
    (letter,) = mailboxes.taken
    assert letter.to == "equipe@bottines.example"
    assert "relais petite enfance" in letter.subject
    assert "2 h de plus que prévu cette semaine." in letter.text
    assert "avant dimanche 14 janvier 2035, 9 h 30" in letter.text.replace("\u00a0", " ")
    assert sorted(row[0] for row in await kept(db)) == ["sent", "withdrawn"], "acepp gave no address"


ANSWERS = [
    (ConsentGiven, {}, "answered"),
    (ConsentRefused, {"by": "acepp", "reason": {"fr": "Nous en avons besoin."}}, "answered"),
    (ConsentWithdrawn, {}, "not-asked-any-more"),
]


@pytest.mark.parametrize(("event", "more", "why"), ANSWERS)
async def test_a_question_that_is_answered_or_taken_back_is_not_asked(
    event: type[Event],
    more: dict[str, Any],
    why: str,
    enrolment: Enrolment,
    by_email: Courier,
    mailboxes: Postbox,
    db: Database,
) -> None:
    said = consent()
    await enrolment.say(ConsentAsked(**said))
    await enrolment.say(ConsentAsked(**{**said, "consent_id": new_id()}))
    await enrolment.say(event.model_validate({**said, **more}))
    await by_email.send()
    assert len(mailboxes.taken) == 1, "the other request is still open"
    assert [row for row in await kept(db) if row[3] == why] == [("withdrawn", None, None, why)] * 2


async def test_a_question_that_is_answered_while_it_fails_is_not_asked_again(
    enrolment: Enrolment, by_email: Courier, mailboxes: Postbox, db: Database
) -> None:
    said = consent()
    await enrolment.say(ConsentAsked(**{**said, "founders": ("bottines", "relais")}))
    mailboxes.answer = lambda _: NotNow("busy")
    mailboxes.meanwhile = lambda _: enrolment.say(ConsentGiven(**said))
    await by_email.send()
    assert await kept(db) == [("failed", None, None, "busy")]


async def test_the_organiser_is_told_that_a_session_has_too_many(
    enrolment: Enrolment, by_email: Courier, mailboxes: Postbox
) -> None:
    await enrolment.say(SessionOverfull(taken=10, adults_taken=0, **Workshop().said()))
    await by_email.send()
    (letter,) = mailboxes.taken
    assert letter.to == "relais@ville.example"
    assert "Places : 8, enfants inscrits : 10" in letter.text


async def test_an_organisation_is_told_that_its_statement_is_ready(
    enrolment: Enrolment, by_email: Courier, mailboxes: Postbox
) -> None:
    await enrolment.say(StatementReady(organisation="relais", month="2026-10"))
    await enrolment.again()
    await by_email.send()
    (letter,) = mailboxes.taken
    assert letter.subject == "Votre relevé d'octobre 2026 est prêt"


async def test_staff_find_what_an_organisation_was_told_and_no_address(
    enrolment: Enrolment, by_email: Courier, db: Database, house_file: Path, tmp_path: Path
) -> None:
    await enrolment.say(StatementReady(organisation="relais", month="2026-10"))
    await enrolment.say(code())
    await by_email.send()
    async with doors(db, house_file, tmp_path) as web:
        await web.post("/sign-in", data={"key": "key-of-acepp"})
        sent = (await web.get("/")).text
        found = (await web.post("/search", data={"typed": "Relais petite"})).text
        guessed = (await web.post("/search", data={"typed": "relais@"})).text
    assert "Relevé du mois" in sent
    assert "Code de confirmation" in sent
    assert PHONE not in sent
    assert "482915" not in sent
    assert "Relevé du mois" in found
    assert "Code de confirmation" not in found
    assert "Relevé du mois" not in guessed


def test_the_house_file_says_where_an_organisation_is_told_and_a_mistake_is_shown(house_file: Path) -> None:
    written = house_file.read_text()
    given = written.replace('name      = "Acepp 69"', 'name      = "Acepp 69"\nnotices   = "equipe@acepp.example"')
    assert {one.id: one.notices for one in parse(given).organisations}["acepp"] == "equipe@acepp.example"
    assert "equipe@acepp.example" not in parse(given).model_dump_json(), "it goes nowhere but to who writes there"
    with pytest.raises(HouseFileError, match="notices"):
        parse(given.replace("equipe@acepp.example", "equipe"))
