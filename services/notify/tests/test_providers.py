"""The conversations themselves, with a real SMTP server and a real HTTP provider that answer as they are told."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from notify.providers import Letter, NotNow, Outcome, Rejected, Taken, Unknown
from notify.providers.breaker import Breaker
from notify.providers.fleet import Fleet, Line
from notify.providers.pace import Pace
from notify.providers.sms import HttpSms
from notify.providers.smtp import Smtp
from notify.sending import HANDS, LOOK_AGAIN, Hand, Sender, wake_one
from notify.settings import Terms
from notify.testing import Enrolment, Family, Workshop, statuses
from notify.use_cases.send_due import LOOK_AFTER
from notify.wording import Wording
from ronde.catcher.answers import Answer
from ronde.catcher.serve import Running, running
from ronde.catcher.settings import CatcherSettings
from ronde.database import Database
from ronde.ids import new_id
from sqlalchemy import text

PHONE, MAIL = "+33639980001", "famille@example.org"


@pytest.fixture
async def catcher() -> AsyncIterator[Running]:
    async with running(CatcherSettings(http_port=0, smtp_port=0, sms_token="the token")) as catcher:
        yield catcher


@pytest.fixture
async def sms(catcher: Running) -> AsyncIterator[HttpSms]:
    provider = HttpSms(catcher.sms_url, token="the token", sender="Ronde", timeout=1)
    yield provider
    await provider.close()


@pytest.fixture
async def smtp(catcher: Running) -> AsyncIterator[Smtp]:
    provider = mail_server(catcher.smtp_port)
    yield provider
    await provider.close()


def mail_server(port: int, timeout: float = 0.5, connections: int = 4) -> Smtp:
    return Smtp(
        "127.0.0.1",
        port,
        security="none",
        user=None,
        password=None,
        name="Maison",
        sender="ronde@example.org",
        timeout=timeout,
        connections=connections,
    )


def letter(to: str) -> Letter:
    return Letter(new_id(), to, "fr", "Bonjour à vous", "Une place est libre", "<p>Bonjour à vous</p>")


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


async def test_an_email_arrives_as_it_was_written(catcher: Running, smtp: Smtp) -> None:
    sent = letter(MAIL)
    assert await smtp.send(sent) == Taken(None)
    [mail] = catcher.box.all(to=MAIL)
    assert (mail.subject, mail.text.strip(), mail.html.strip()) == (sent.subject, sent.text, sent.html)
    assert mail.headers["Content-Language"] == "fr"
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert mail.headers["Message-ID"] == f"<{sent.id}@example.org>"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(code=550), Rejected("refused-by-provider", lasting=True)),
        (Answer(code=550, at="data"), Rejected("refused-by-provider")),
        (Answer(code=451), NotNow("smtp-451", recipient=True)),
        (Answer(code=451, at="data"), NotNow("smtp-451", recipient=True)),
        (Answer(code=421), NotNow("smtp-421")),
        (Answer(delay=30, kept=True), Unknown("SMTPReadTimeoutError")),
    ],
)
async def test_smtp_answers_are_told_apart(catcher: Running, smtp: Smtp, answer: Answer, outcome: Outcome) -> None:
    catcher.answers.give(MAIL, answer)
    assert await smtp.send(letter(MAIL)) == outcome
    assert await smtp.send(letter("autre@example.org")) == Taken(None)


async def test_a_mail_server_that_is_away_took_nothing() -> None:
    assert isinstance(await mail_server(unused_port()).send(letter(MAIL)), NotNow)


async def test_an_address_that_no_server_takes_is_refused_at_once(smtp: Smtp) -> None:
    assert await smtp.send(letter("jérôme@example.org")) == Rejected("bad-address", lasting=True)


async def test_an_sms_arrives_as_it_was_written(catcher: Running, sms: HttpSms) -> None:
    sent = letter(PHONE)
    outcome = await sms.send(sent)
    [message] = catcher.box.all(to=PHONE)
    assert outcome == Taken(message.id)
    assert (message.text, message.sender, message.reference) == (sent.text, "Ronde", str(sent.id))
    assert await sms.find(sent.id) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(code=422), Rejected("refused-by-provider")),
        (Answer(code=429), NotNow("http-429")),
        (Answer(code=504, kept=True), Unknown("http-504")),
        (Answer(delay=30, kept=True), Unknown("ReadTimeout")),
    ],
)
async def test_sms_answers_are_told_apart(catcher: Running, sms: HttpSms, answer: Answer, outcome: Outcome) -> None:
    catcher.answers.give(PHONE, answer)
    sent = letter(PHONE)
    assert await sms.send(sent) == outcome
    assert isinstance(await sms.find(sent.id), Taken if answer.kept else NotNow)


async def test_our_own_account_refused_is_not_the_familys_fault(catcher: Running) -> None:
    provider = HttpSms(catcher.sms_url, token="an old one", sender="Ronde", timeout=1)
    assert await provider.send(letter(PHONE)) == NotNow("http-401")
    await provider.close()


async def test_an_sms_provider_that_is_away_took_nothing() -> None:
    provider = HttpSms(f"http://127.0.0.1:{unused_port()}/sms", token="x", sender="Ronde", timeout=1)
    assert isinstance(await provider.send(letter(PHONE)), NotNow)
    assert isinstance(await provider.find(new_id()), Unknown)
    await provider.close()


@pytest.mark.database
@pytest.mark.parametrize("kept", [True, False])
async def test_an_sms_provider_that_hangs_is_asked_and_the_family_gets_one_message(
    db: Database,
    enrolment: Enrolment,
    wording: Wording,
    terms: Terms,
    catcher: Running,
    sms: HttpSms,
    kept: bool,
) -> None:
    """It took the message and then hung, or hung and took nothing: only the provider knows, so it is asked."""
    family, workshop = Family(PHONE, None), Workshop()
    fleet = Fleet([Line("gateway", sms, 1, Breaker(failures=5, rest=60), Pace(None))])
    sender = Sender(db, "sms", fleet, wording, terms, lease=timedelta(minutes=2))
    catcher.answers.give(PHONE, Answer(delay=1.5, code=None if kept else 500, kept=kept, times=1))
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await sender.send()
    assert await statuses(db, family) == [("enrolment-confirmed", "sms", "unknown")]
    for wait in (LOOK_AFTER, LOOK_AGAIN):
        await pass_time(db, wait)
        await sender.send()
        await sender.look_up()
        await sender.send()
    assert await statuses(db, family) == [("enrolment-confirmed", "sms", "sent")]
    [message] = catcher.box.all(to=PHONE)
    assert message.times == 1


@pytest.mark.database
async def test_a_slow_answer_holds_up_no_other_message(
    db: Database, enrolment: Enrolment, sms: HttpSms, wording: Wording, terms: Terms, catcher: Running
) -> None:
    slow, quick, workshop = Family("+33639980001", None), Family("+33639980002", None), Workshop()
    fleet = Fleet([Line("gateway", sms, 1, Breaker(failures=5, rest=60), Pace(None))])
    sender = Sender(db, "sms", fleet, wording, terms, lease=timedelta(minutes=2))
    hands = [Hand("send sms", sender) for _ in range(HANDS)]
    catcher.answers.give(str(slow.phone), Answer(delay=0.8))
    await enrolment.opens(workshop)
    await enrolment.knows(slow, quick)
    for hand in hands:
        hand.start()
    await enrolment.confirms(slow, workshop)
    wake_one(hands)
    async with asyncio.timeout(5):
        while all(hand.idle for hand in hands):  # noqa: ASYNC110 - until it is being sent
            await asyncio.sleep(0.01)
    await enrolment.confirms(quick, workshop)
    wake_one(hands)
    async with asyncio.timeout(5):
        while not catcher.box.all(to=str(quick.phone)):  # noqa: ASYNC110 - the catcher has no event
            await asyncio.sleep(0.01)
    assert not catcher.box.all(to=str(slow.phone))
    for hand in hands:
        await hand.stop()


@pytest.mark.database
async def test_while_every_provider_is_away_nothing_is_claimed(
    db: Database, enrolment: Enrolment, wording: Wording, terms: Terms
) -> None:
    """Else the attempts of a whole morning's messages would be used up by one bad hour."""
    away = HttpSms(f"http://127.0.0.1:{unused_port()}/sms", token="x", sender="Ronde", timeout=0.5)
    fleet = Fleet([Line("gateway", away, 1, Breaker(failures=1, rest=60), Pace(None))])
    sender = Sender(db, "sms", fleet, wording, terms, lease=timedelta(minutes=2))
    workshop = Workshop()
    await enrolment.opens(workshop)
    for n in range(3):
        family = Family(f"+3363998000{n}", None)
        await enrolment.knows(family)
        await enrolment.confirms(family, workshop)
        await sender.send()
    async with db.reading() as session:
        attempts = await session.execute(text("SELECT attempts FROM messages ORDER BY id"))
        assert [row[0] for row in attempts] == [1, 0, 0]
    await away.close()


async def pass_time(db: Database, wait: timedelta) -> None:
    """Make what is due in `wait` due now: a clock moved for real conversations would end their timeouts too."""
    async with db.transaction() as tx:
        await tx.session.execute(text("UPDATE messages SET due_at = due_at - CAST(:wait AS interval)"), {"wait": wait})
