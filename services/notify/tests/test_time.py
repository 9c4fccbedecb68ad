"""Quiet nights, deadlines, reminders, and a service that was stopped: never late nonsense."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import Enrolment, Family, Postbox, Workshop, families, statuses
from notify.use_cases.notice_what_waits import notice_what_waits
from notify.use_cases.remind import remind, to_remind_of
from ronde.database import Database
from ronde.inbox import Verdict
from ronde_contracts.enrolment import SessionCalledOff, SessionOpened
from sqlalchemy import text

pytestmark = pytest.mark.database
PARIS = ZoneInfo("Europe/Paris")


def paris(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS).astimezone(UTC)


TUESDAY = paris("2035-01-16T09:30")


@pytest.fixture
def terms() -> Terms:
    """The house's own hours, unlike elsewhere."""
    return Terms(zone=PARIS, secret=b"s" * 40)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A Wednesday, noon, long before."""
    with time_machine.travel(paris("2035-01-10T12:00"), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def workshop() -> Workshop:
    return Workshop(starts_at=TUESDAY)


@pytest.fixture
def family() -> Family:
    return Family(email=None)


@pytest.fixture
async def confirmed(enrolment: Enrolment, sms: Sender, workshop: Workshop, family: Family) -> Family:
    """They have a place in the workshop, and have been told."""
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.confirms(family, workshop)
    await drain(sms)
    return family


async def drain(*senders: Sender) -> None:
    for sender in senders:
        while await sender.send():
            pass


async def look(db: Database, terms: Terms, sms: Sender) -> None:
    """What the reminders' worker does each minute."""
    async with db.reading() as session:
        found = await to_remind_of(session, terms)
    for organiser, id in found:
        async with db.transaction() as tx:
            await remind(tx, terms, organiser, id)
    await drain(sms)


def kinds(phones: Postbox, family: Family) -> list[str]:
    return [one.split(":")[0].strip() for one in phones.texts(family.phone)]


async def tasks(db: Database) -> list[str]:
    async with db.reading() as session:
        return list((await session.execute(text("SELECT code FROM tasks ORDER BY id"))).scalars())


async def test_a_move_at_night_is_told_in_the_morning_with_what_is_true_then(
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    workshop: Workshop,
    confirmed: Family,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(paris("2035-01-11T23:00"))
    await enrolment.moves(workshop, TUESDAY + timedelta(days=7))
    await drain(sms)
    await enrolment.moves(workshop, TUESDAY + timedelta(days=14))
    await drain(sms)
    assert kinds(phones, confirmed) == ["C'est confirmé"]
    clock.move_to(paris("2035-01-12T07:00"))
    await drain(sms)
    assert kinds(phones, confirmed) == ["C'est confirmé", "Changement"], "moved twice, told once"
    assert "mardi 30 janvier" in phones.texts(confirmed.phone)[1]
    assert "et non mardi 16 janvier" in phones.texts(confirmed.phone)[1], "what they had been told"


async def test_an_offer_with_too_little_time_left_becomes_a_task_and_goes_when_the_place_is_extended(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    workshop: Workshop,
    family: Family,
    clock: time_machine.Traveller,
) -> None:
    """pretix 1031: an offer sent after the event began. Here the service was stopped over the deadline."""
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.offers(family, workshop, until=paris("2035-01-11T18:00"))
    clock.move_to(paris("2035-01-11T17:30"))
    await drain(sms)
    assert phones.given == []
    assert await tasks(db) == ["too-little-time"]
    await enrolment.offers(family, workshop, until=paris("2035-01-12T18:00"))
    await drain(sms)
    assert kinds(phones, family) == ["Une place est libre pour vous"]
    assert await tasks(db) == ["too-little-time"], "a person decides that it is done"


async def test_reminded_once_the_day_before_and_not_of_what_was_just_told(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    terms: Terms,
    workshop: Workshop,
    clock: time_machine.Traveller,
) -> None:
    early, late, waiting = (Family(one.phone, None) for one in families(3))
    await enrolment.opens(workshop)
    await enrolment.knows(early, late, waiting)
    await enrolment.confirms(early, workshop)
    await enrolment.waitlists(waiting, workshop)
    await look(db, terms, sms)
    clock.move_to(paris("2035-01-15T16:59"))
    await look(db, terms, sms)
    assert kinds(phones, early) == ["C'est confirmé"]
    clock.move_to(paris("2035-01-15T17:00"))
    await enrolment.confirms(late, workshop)
    for _ in range(3):
        await look(db, terms, sms)
    assert kinds(phones, early) == ["C'est confirmé", "Rappel"]
    assert kinds(phones, late) == ["C'est confirmé"]
    assert "Rappel" not in kinds(phones, waiting)


async def test_a_reminder_follows_a_session_that_moves_and_never_comes_after_it(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    terms: Terms,
    workshop: Workshop,
    confirmed: Family,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(paris("2035-01-15T17:00"))
    async with db.transaction() as tx:
        await remind(tx, terms, "relais", workshop.session_id)
    await enrolment.moves(workshop, TUESDAY + timedelta(days=7))
    await look(db, terms, sms)
    assert kinds(phones, confirmed) == ["C'est confirmé", "Changement"], "the reminder was taken back"
    clock.move_to(paris("2035-01-22T17:00"))
    await look(db, terms, sms)
    assert kinds(phones, confirmed)[2:] == ["Rappel"]
    assert "mardi 23 janvier" in phones.texts(confirmed.phone)[2]


@pytest.mark.parametrize(
    ("back_at", "reminded"), [("2035-01-16T07:00", True), ("2035-01-16T07:31", False), ("2035-01-17T07:00", False)]
)
async def test_a_night_that_was_missed_is_caught_up_or_dropped(
    db: Database,
    sms: Sender,
    phones: Postbox,
    terms: Terms,
    confirmed: Family,
    clock: time_machine.Traveller,
    back_at: str,
    reminded: bool,
) -> None:
    """Stopped from the evening on. Two hours before the session is the last moment at which a reminder is of use."""
    clock.move_to(paris(back_at))
    await look(db, terms, sms)
    assert ("Rappel" in kinds(phones, confirmed)) is reminded
    assert await tasks(db) == [], "nobody has to be called for a reminder"


async def test_a_reminder_that_was_left_lying_is_dropped(
    db: Database,
    sms: Sender,
    phones: Postbox,
    terms: Terms,
    workshop: Workshop,
    confirmed: Family,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(paris("2035-01-15T17:00"))
    async with db.transaction() as tx:
        await remind(tx, terms, "relais", workshop.session_id)
    clock.move_to(paris("2035-01-16T08:00"))
    await drain(sms)
    assert kinds(phones, confirmed) == ["C'est confirmé"]
    assert (await statuses(db, confirmed))[-1] == ("session-reminder", "sms", "withdrawn")


async def test_a_deadline_that_is_near_is_recalled_once_and_not_when_they_answered(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    terms: Terms,
    workshop: Workshop,
    clock: time_machine.Traveller,
) -> None:
    silent, answered = (Family(one.phone, None) for one in families(2))
    await enrolment.opens(workshop)
    await enrolment.knows(silent, answered)
    for family in (silent, answered):
        await enrolment.offers(family, workshop, until=paris("2035-01-12T18:00"))
    await look(db, terms, sms)
    clock.move_to(paris("2035-01-12T07:00"))
    await enrolment.confirms(answered, workshop, accepted=True)
    for _ in range(3):
        await look(db, terms, sms)
    assert kinds(phones, silent) == ["Une place est libre pour vous", kinds(phones, silent)[1]]
    assert phones.texts(silent.phone)[1].startswith("La place gardée pour vous attend votre réponse avant")
    assert kinds(phones, answered) == ["Une place est libre pour vous", "Votre place est confirmée"]


async def test_what_never_comes_is_a_task_for_a_person_and_leaves_when_it_comes_after_all(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox, workshop: Workshop, family: Family,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    await enrolment.opens(workshop)
    await enrolment.say(family.contact())
    await enrolment.confirms(family, workshop)
    for shift in (3599, 2, 60):
        clock.shift(shift)
        async with db.transaction() as tx:
            await notice_what_waits(tx)
        assert await tasks(db) == ([] if shift == 3599 else ["no-link"])
    await enrolment.say(family.link_issued())
    await drain(sms)
    assert kinds(phones, family) == ["C'est confirmé"]


async def test_called_off_and_planned_again_while_we_were_stopped_is_told_all_the_same(
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    workshop: Workshop,
    clock: time_machine.Traveller,
) -> None:
    """Queues are per type: the new plan comes first, and the calling off is stale when it comes."""
    before, after = (Family(one.phone, None) for one in families(2))
    await enrolment.opens(workshop)
    await enrolment.knows(before, after)
    await enrolment.confirms(before, workshop)
    await drain(sms)
    clock.shift(3600)
    called_off = enrolment.envelope(SessionCalledOff(reason={"fr": "Grève."}, **workshop.said()))
    clock.shift(3600)
    opened = enrolment.envelope(SessionOpened(**workshop.said(TUESDAY + timedelta(days=7))))
    await enrolment.deliver(opened)
    await enrolment.confirms(after, workshop)
    await drain(sms)
    assert await enrolment.deliver(called_off) is Verdict.STALE
    assert await enrolment.deliver(called_off) is Verdict.DUPLICATE
    clock.shift(60)
    await drain(sms)
    assert kinds(phones, before) == ["C'est confirmé", "Annulation"], "and no move to a session that is not theirs"
    assert "mardi 16 janvier" in phones.texts(before.phone)[1], "the one that is off, not the one planned again"
    assert kinds(phones, after) == ["C'est confirmé"]
    await enrolment.moves(workshop, TUESDAY + timedelta(days=14))
    await drain(sms)
    assert kinds(phones, before) == ["C'est confirmé", "Annulation"]
    assert kinds(phones, after) == ["C'est confirmé", "Changement"]
