"""A crèche's families: told of a place, and of hours this morning, while it is true and of use."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from notify.holding import hold_families
from notify.providers import Letter, Rejected, Taken
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import Enrolment, Family, Postbox, doors, families
from notify.testing_creche import NINE, PARIS, Asked, paris
from notify.use_cases.remind_of_matter import matters_to_remind_of, remind_of_matter
from notify.wording import Wording
from ronde.database import Database
from ronde.ids import new_id
from ronde.inbox import Verdict
from ronde_contracts.enrolment_creche import (
    ApplicationDecided,
    ApplicationReceived,
    ApplicationRenewalDue,
    CrechePlaceAccepted,
    CrechePlaceDeclined,
    CrechePlaceOffered,
    OccasionalCareBooked,
    OccasionalCareOffered,
    OccasionalCareWithdrawn,
)
from sqlalchemy import text

pytestmark = pytest.mark.database
WAITS = text("""
    SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE NOT granted AND locktype = 'advisory' AND datname = current_database())
""")


class OneByOne(Postbox):
    """Takes no more than one message at once."""

    def room(self, most: int) -> int:
        return min(most, 1)


@pytest.fixture
def terms() -> Terms:
    """The house's own hours, 7:00 to 21:30."""
    return Terms(zone=PARIS, secret=b"s" * 40)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A Tuesday, 7:41."""
    with time_machine.travel(paris("2035-01-16T07:41"), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
async def asked(enrolment: Enrolment) -> Asked:
    """Of a family that is known, and whose page has been issued."""
    asked = Asked(Family())
    await enrolment.say(asked.family.contact())
    await enrolment.say(asked.page())
    return asked


async def drain(*senders: Sender) -> None:
    for sender in senders:
        while await sender.send():
            pass


async def offers_hours(enrolment: Enrolment, asked: Asked, minutes: int = 20, *, first_answer: bool = False) -> None:
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    await enrolment.say(OccasionalCareOffered(deadline=until, first_answer=first_answer, **asked.care()))


async def offers_place(enrolment: Enrolment, asked: Asked) -> None:
    await enrolment.say(CrechePlaceOffered(deadline=paris("2035-01-26T18:00"), **asked.place()))


def kinds(letters: list[str]) -> list[str]:
    """What each opens with."""
    return [one.partition(" : ")[0].partition("\n")[0] for one in letters]


def subjects(box: Postbox) -> list[str]:
    return kinds([letter.subject for letter in box.taken])


async def test_hours_of_this_morning_are_offered_booked_and_called_off_each_once(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox, asked: Asked
) -> None:
    """Twenty minutes to answer are enough to be told, and every event comes three times."""
    await offers_hours(enrolment, asked)
    await drain(sms, email)
    [offer] = phones.texts(asked.family.phone)
    assert offer == (
        "Votre enfant peut venir mardi 16 janvier, de 9 h à 12 h : Crèche Bottines et Bottillons."
        f" Gardé pour vous jusqu'à 8 h 01, pour dire oui ou non : {asked.link}"
    )
    await enrolment.say(OccasionalCareBooked(**asked.care()))
    await drain(sms, email)
    await enrolment.say(OccasionalCareWithdrawn(was="booked", why="not-free", **asked.care()))
    for _ in range(3):
        await enrolment.again()
        await drain(sms, email)
    assert kinds(phones.texts(asked.family.phone)[1:]) == [
        "C'est réservé",
        "Annulation, l'accueil n'est plus possible",
    ]
    [booked, cancelled] = [one for letter in mailboxes.taken for one in letter.invitations]
    assert (booked.method, cancelled.method) == ("REQUEST", "CANCEL"), "into their calendar, and out of it"
    assert "Bottines" in booked.content
    assert "O-7KQ3TN" not in booked.content


async def test_before_the_morning_hours_of_this_day_are_offered_and_no_others(
    enrolment: Enrolment, sms: Sender, phones: Postbox, asked: Asked, clock: time_machine.Traveller
) -> None:
    """Enrolment asks that early only who said that it may."""
    for at in ("2035-01-15T22:00", "2035-01-16T06:30"):
        clock.move_to(paris(at))
        await offers_hours(enrolment, asked)
        await drain(sms)
    [offer] = phones.texts(asked.family.phone)
    assert "jusqu'à 6 h 50" in offer


async def test_an_offer_with_no_time_to_answer_or_in_their_quiet_hours_goes_to_the_next_family(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, asked: Asked
) -> None:
    await offers_hours(enrolment, asked, minutes=2)
    await drain(sms, email)
    async with db.transaction() as tx:
        await tx.session.execute(text("UPDATE recipients SET quiet_from = '20:00', quiet_until = '08:30'"))
    await offers_hours(enrolment, asked)
    await drain(sms, email)
    assert phones.given == []
    assert await open_tasks(db) == [], "nobody of the team could call in time"


async def test_hours_taken_back_before_they_were_told_are_nothing_to_tell(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox, asked: Asked
) -> None:
    await offers_hours(enrolment, asked)
    await enrolment.say(OccasionalCareWithdrawn(was="offered", why="not-free", **asked.care()))
    await drain(sms, email)
    assert phones.given == mailboxes.given == []


async def test_hours_taken_back_are_corrected_once_by_the_way_that_was_used(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox, asked: Asked
) -> None:
    """The SMS was refused, so the e-mail told them; a telephone that works again is not what they were told by."""
    phones.answer = lambda _letter: Rejected("no-mobile")
    await offers_hours(enrolment, asked)
    await drain(sms, email)
    phones.answer = lambda letter: Taken(f"p-{letter.id}")
    await enrolment.say(OccasionalCareWithdrawn(was="offered", why="not-free", **asked.care()))
    await enrolment.again()
    await drain(sms, email)
    assert phones.taken == []
    assert subjects(mailboxes)[1:] == ["Ces heures ne sont plus libres"]
    asked_of = text("SELECT convert_from(body, 'UTF8')::jsonb -> 'data' FROM outbox ORDER BY position")
    async with db.reading() as session:
        said = list((await session.execute(asked_of)).scalars())
    assert [one["status"] for one in said] == ["failed", "sent", "sent"]
    assert {(one["about_id"], one["creche"]) for one in said} == {(str(asked.id), "bottines")}


async def test_of_several_who_are_asked_each_reads_that_the_first_yes_has_the_hours(
    enrolment: Enrolment, sms: Sender, phones: Postbox, asked: Asked
) -> None:
    """And who was slower, that another was faster: not that a child comes after all."""
    await offers_hours(enrolment, asked, first_answer=True)
    await drain(sms)
    await enrolment.say(OccasionalCareWithdrawn(was="offered", why="taken", **asked.care()))
    await drain(sms)
    offer, taken = phones.texts(asked.family.phone)
    assert f"La première famille à dire oui aura la place, avant 8 h 01 : {asked.link}" in offer
    assert "pour vous" not in offer
    assert taken == (
        "Désolés, une autre famille a été plus rapide : Crèche Bottines et Bottillons,"
        " mardi 16 janvier, de 9 h à 12 h. Vous restez sur la liste."
    )


async def test_hours_taken_back_at_any_moment_are_never_told_or_corrected_once(
    db: Database, enrolment: Enrolment, wording: Wording, terms: Terms
) -> None:
    """The absent children come after all, while two senders are at work."""
    many = [Asked(Family(one.phone, None)) for one in families(12)]
    for one in many:
        await enrolment.say(one.family.contact())
        await enrolment.say(one.page())
        await offers_hours(enrolment, one)

    async def takes_its_time(_letter: Letter) -> None:
        await asyncio.sleep(0.02)

    async def take_back(some: list[Asked]) -> None:
        for one in some:
            await enrolment.say(OccasionalCareWithdrawn(was="offered", why="not-free", **one.care()))

    phones = OneByOne()
    phones.meanwhile = takes_its_time
    senders = [Sender(db, "sms", phones, wording, terms, lease=timedelta(minutes=2)) for _ in range(2)]
    await asyncio.gather(*(drain(sender) for sender in senders), take_back(many[::-1]))
    await drain(*senders)
    ways = {tuple(kinds(phones.texts(one.family.phone))) for one in many}
    offer = "Votre enfant peut venir mardi 16 janvier, de 9 h à 12 h"
    assert ways == {(), (offer, "Désolés, ces heures ne sont plus libres")}


async def test_whatever_comes_first_the_latest_word_holds(
    enrolment: Enrolment, sms: Sender, phones: Postbox, asked: Asked
) -> None:
    """A queue for each type: the booking may come before the offer that it answers."""
    deadline = NINE - timedelta(minutes=30)
    offered = enrolment.envelope(OccasionalCareOffered(deadline=deadline, **asked.care()))
    booked = enrolment.envelope(OccasionalCareBooked(**asked.care()))
    assert await enrolment.deliver(booked) is Verdict.NEW
    assert await enrolment.deliver(offered) is Verdict.STALE
    await drain(sms)
    assert kinds(phones.texts(asked.family.phone)) == ["C'est réservé"]


async def test_booked_hours_are_recalled_once_the_day_before_and_not_what_was_just_booked(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    terms: Terms,
    clock: time_machine.Traveller,
) -> None:
    """Who gives the hours back before the reminder leaves gets none; who booked in the evening has just heard."""
    early, gives_back, evening = several = [Asked(Family(one.phone, None)) for one in families(3)]
    clock.move_to(paris("2035-01-14T10:00"))
    for one in several:
        await enrolment.say(one.family.contact())
        await enrolment.say(one.page())
    for one in several[:2]:
        await enrolment.say(OccasionalCareBooked(**one.care()))
    assert await recalled(db, sms, terms) == 0, "that is two days before"
    clock.move_to(paris("2035-01-15T17:05"))
    await enrolment.say(OccasionalCareBooked(**evening.care()))
    await drain(sms)
    assert [await recall(db, terms) for _ in range(2)] == [2, 0]
    await enrolment.say(OccasionalCareWithdrawn(was="booked", why="family", **gives_back.care()))
    assert await recalled(db, sms, terms) == 0
    given_back = "C'est annulé, comme vous l'avez demandé"
    told = [kinds(phones.texts(one.family.phone)) for one in several]
    assert told == [["C'est réservé", "Rappel"], ["C'est réservé", given_back], ["C'est réservé"]]
    assert phones.texts(early.family.phone)[1] == (
        "Rappel : Crèche Bottines et Bottillons, mardi 16 janvier, de 9 h à 12 h."
        f" Si votre enfant ne vient pas, dites-le ici : {early.link}"
    )


async def test_a_place_waits_for_its_page_is_recalled_once_and_confirmed(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    email: Sender,
    phones: Postbox,
    mailboxes: Postbox,
    terms: Terms,
    clock: time_machine.Traveller,
) -> None:
    asked = Asked(Family())
    await enrolment.say(asked.family.contact())
    await offers_place(enrolment, asked)
    await drain(sms, email)
    assert phones.given == mailboxes.given == [], "of no use without the page to answer on"
    await enrolment.say(asked.page())
    await drain(sms, email)
    [offer] = phones.texts(asked.family.phone)
    assert "dès le lundi 27 aout" in offer
    assert asked.link in offer
    week = mailboxes.taken[0].text.replace("\u00a0", " ")
    assert "lundi de 8 h à 17 h\njeudi de 8 h à 12 h, de 14 h à 17 h 30" in week
    assert await recalled(db, sms, terms) == 0
    clock.move_to(paris("2035-01-24T19:00"))
    assert [await recalled(db, sms, terms) for _ in range(2)] == [1, 0]
    assert "avant vendredi 26 janvier, 18 h" in phones.texts(asked.family.phone)[1]
    accepted = CrechePlaceAccepted(contract_id=new_id(), **asked.place())
    await enrolment.say(accepted)
    for _ in range(3):
        await enrolment.again()
    await drain(sms, email)
    assert kinds(phones.texts(asked.family.phone)[2:]) == ["Votre place en crèche est confirmée"]
    assert len(mailboxes.taken) == 2


async def test_a_place_answered_at_the_moment_when_it_is_recalled_is_not_recalled(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    phones: Postbox,
    asked: Asked,
    terms: Terms,
    clock: time_machine.Traveller,
) -> None:
    await offers_place(enrolment, asked)
    await drain(sms)
    clock.move_to(paris("2035-01-24T19:00"))
    async with asyncio.timeout(20), db.transaction() as answering:
        await hold_families(answering.session, [asked.family.party_id])
        recalling = asyncio.create_task(recalled(db, sms, terms))
        while not await answering.session.scalar(WAITS):
            pass
        await answering.session.execute(text("UPDATE enrolments SET state = 'accepted'"))
    await recalling
    assert len(phones.given) == 1


async def test_a_place_answered_in_the_night_is_not_told_in_the_morning(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, asked: Asked, clock: time_machine.Traveller
) -> None:
    clock.move_to(paris("2035-01-16T22:00"))
    await offers_place(enrolment, asked)
    await drain(sms, email)
    await enrolment.say(CrechePlaceDeclined(**asked.place()))
    clock.move_to(paris("2035-01-17T08:00"))
    await drain(sms, email)
    assert phones.given == []


async def test_an_application_is_kept_renewed_and_answered_without_its_points(
    db: Database,
    enrolment: Enrolment,
    sms: Sender,
    email: Sender,
    phones: Postbox,
    mailboxes: Postbox,
    asked: Asked,
    house_file: Path,
    tmp_path: Path,
) -> None:
    about = asked.application()
    await enrolment.say(ApplicationReceived(renew_by=date(2035, 7, 12), **about))
    await drain(sms, email)
    await enrolment.say(ApplicationRenewalDue(renew_by=date(2035, 7, 12), **about))
    await drain(sms, email)
    await enrolment.say(ApplicationDecided(outcome="waiting", **about))
    await drain(sms, email)
    await enrolment.say(ApplicationDecided(outcome="offered", **about))
    await drain(sms, email)
    told = phones.texts(asked.family.phone)
    assert ["jeudi 12 juillet" in one for one in told] == [True, False]
    assert all(asked.link in one for one in told)
    assert subjects(mailboxes) == [
        "Votre demande de place en crèche est enregistrée",
        "Souhaitez-vous toujours une place en crèche ?",
        "La commission de la crèche s'est réunie",
    ]
    async with doors(db, house_file, tmp_path) as client:
        await client.post("/sign-in", data={"key": "key-of-relais"})
        listed = (await client.get("/")).text
        assert listed.count("Réponse de la commission") == 2
        async with db.reading() as session:
            news = (await session.execute(text("SELECT id FROM news LIMIT 1"))).scalar_one()
        assert "D-4CFH7M" in (await client.get(f"/news/{news}")).text
        assert len((await client.get("/messages", headers={"Authorization": "Bearer key-of-relais"})).json()) == 5


async def recalled(db: Database, sms: Sender, terms: Terms) -> int:
    """What the reminders' worker does each minute, and what leaves then; gives how many it recalled."""
    found = await recall(db, terms)
    await drain(sms)
    return found


async def recall(db: Database, terms: Terms) -> int:
    async with db.reading() as session:
        found = await matters_to_remind_of(session, terms)
    for purpose, one in found:
        async with db.transaction() as tx:
            await remind_of_matter(tx, terms, purpose, one)
    return len(found)


async def open_tasks(db: Database) -> list[str]:
    async with db.reading() as session:
        return list((await session.execute(text("SELECT code FROM tasks ORDER BY id"))).scalars())
