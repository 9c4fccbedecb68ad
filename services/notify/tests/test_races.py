"""Two senders, cancellers and a session that moves, all at once: nothing twice, nothing false, nobody forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from notify.messages import CLAIM
from notify.providers import Letter, Unknown
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, families, statuses
from notify.use_cases.send_due import Parcel, take_due
from notify.wording import Wording
from ronde.clock import now
from ronde.database import Database
from sqlalchemy import text

pytestmark = pytest.mark.database
MANY = 60


async def enrolled(enrolment: Enrolment, workshop: Workshop, people: list[Family]) -> None:
    await enrolment.opens(workshop)
    await enrolment.knows(*people)
    for family in people:
        await enrolment.confirms(family, workshop)


def senders(db: Database, phones: Postbox, wording: Wording, terms: Terms, count: int) -> list[Sender]:
    return [Sender(db, "sms", phones, wording, terms, lease=timedelta(minutes=2)) for _ in range(count)]


async def drain(sender: Sender, quiet: int = 3) -> None:
    """Send until nothing was found a few times in a row, as others may still be writing."""
    while quiet:
        quiet = quiet if await sender.send() else quiet - 1
        await asyncio.sleep(0.005)


async def test_two_senders_send_each_message_once(
    db: Database, enrolment: Enrolment, phones: Postbox, wording: Wording, terms: Terms
) -> None:
    people = [Family(one.phone, None) for one in families(MANY)]
    await enrolled(enrolment, Workshop(), people)
    await asyncio.gather(*(drain(sender) for sender in senders(db, phones, wording, terms, 4)))
    assert sorted(letter.to for letter in phones.given) == sorted(str(family.phone) for family in people)


async def test_sent_or_withdrawn_never_both(
    db: Database, enrolment: Enrolment, phones: Postbox, wording: Wording, terms: Terms
) -> None:
    people, workshop = [Family(one.phone, None) for one in families(MANY)], Workshop()
    await enrolled(enrolment, workshop, people)

    async def takes_its_time(_letter: Letter) -> None:
        await asyncio.sleep(0.05)

    async def cancel(some: list[Family]) -> None:
        for family in some:
            await enrolment.withdraws(family, workshop)

    phones.meanwhile = takes_its_time
    await asyncio.gather(
        *(drain(sender, 10) for sender in senders(db, phones, wording, terms, 2)),
        cancel(people[::-2]),
        cancel(people[-2::-2]),
    )
    await drain(senders(db, phones, wording, terms, 1)[0])
    withdrawn = 0
    for family in people:
        confirmations = [one for one in phones.texts(family.phone) if one.startswith("C'est confirmé")]
        goodbyes = [one for one in phones.texts(family.phone) if one.startswith("Votre inscription est annulée")]
        [status] = [status for purpose, _, status in await statuses(db, family) if purpose == "enrolment-confirmed"]
        assert (status, len(confirmations)) in {("sent", 1), ("withdrawn", 0)}
        assert len(goodbyes) == 1
        withdrawn += status == "withdrawn"
    assert 0 < withdrawn < MANY, "a race with one winner proves nothing"


async def test_whatever_moves_meanwhile_the_last_word_is_the_right_time(
    db: Database, enrolment: Enrolment, phones: Postbox, wording: Wording, terms: Terms
) -> None:
    people, workshop = [Family(one.phone, None) for one in families(MANY)], Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(*people)

    async def confirm(some: list[Family]) -> None:
        for family in some:
            await enrolment.confirms(family, workshop)

    async def move() -> None:
        for week in range(1, 4):
            await asyncio.sleep(0.1)
            await enrolment.moves(workshop, TUESDAY + timedelta(days=7 * week))

    await asyncio.gather(
        *(drain(sender, 60) for sender in senders(db, phones, wording, terms, 2)),
        confirm(people[::2]),
        confirm(people[1::2]),
        move(),
    )
    await drain(senders(db, phones, wording, terms, 1)[0])
    lasts = {family.phone: phones.texts(family.phone)[-1] for family in people}
    assert all("mardi 6 février 2035" in last for last in lasts.values())
    assert any(last.startswith("Changement") for last in lasts.values())


async def test_a_sender_that_died_leaves_doubt_and_not_a_double(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    """Killed between the provider's answer and the commit: the provider is asked, nothing is sent again."""
    family = Family(email=None)
    await enrolled(enrolment, Workshop(), [family])

    async def dies(_letter: Letter) -> None:
        raise asyncio.CancelledError

    phones.meanwhile = dies
    with time_machine.travel(now(), tick=False) as clock:
        with pytest.raises(asyncio.CancelledError):
            await sms.send()
        assert (await statuses(db, family))[0][2] == "sending"
        phones.taken.append(phones.given[0])
        await sms.look_up()
        assert (await statuses(db, family))[0][2] == "sending", "it may be at work still"
        clock.shift(121)
        await sms.look_up()
    assert await statuses(db, family) == [("enrolment-confirmed", "sms", "sent")]
    assert len(phones.given) == 1


async def test_what_the_provider_cannot_say_stays_unknown_and_is_not_sent_again(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family = Family(email=None)
    phones.answer = lambda _letter: Unknown("ReadTimeout")
    await enrolled(enrolment, Workshop(), [family])
    with time_machine.travel(now(), tick=False) as clock:
        await sms.send()
        for _ in range(5):
            clock.shift(3600)
            await sms.look_up()
            await sms.send()
    assert await statuses(db, family) == [("enrolment-confirmed", "sms", "unknown")]
    assert len(phones.given) == 1
    async with db.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM outbox"))).scalar() == 0


async def test_a_move_waits_for_the_letter_that_is_being_written_and_then_corrects_it(
    db: Database, enrolment: Enrolment, wording: Wording, terms: Terms
) -> None:
    """The letter has the old time in it, and its claim is not committed: the move must not take it for waiting."""
    family, workshop = Family(email=None), Workshop()
    await enrolled(enrolment, workshop, [family])
    async with db.transaction() as tx:
        _, [parcel] = await take_due(tx, "sms", wording, terms, limit=10)
        moving = asyncio.create_task(enrolment.moves(workshop, TUESDAY + timedelta(days=7)))
        while not moving.done() and not await somebody_waits_for_a_lock(db):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await moving
    assert "16 janvier" in parcel.letter.text
    assert await statuses(db, family) == [
        ("enrolment-confirmed", "sms", "sending"),
        ("session-moved", "sms", "scheduled"),
    ]


async def test_two_senders_do_not_both_count_the_last_message_of_a_day(
    db: Database, enrolment: Enrolment, wording: Wording, terms: Terms
) -> None:
    family, once = Family(email=None), replace(terms, a_day=1)
    for _ in range(2):
        await enrolled(enrolment, Workshop(), [Family(email=None, party_id=family.party_id)])
    async with db.transaction() as tx:
        _, first = await take_due(tx, "sms", wording, once, limit=1)
        second = asyncio.create_task(take(db, wording, once))
        while not second.done() and not await somebody_waits_for_a_lock(db):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (len(first), len(await second)) == (1, 0)


async def take(db: Database, wording: Wording, terms: Terms) -> list[Parcel]:
    async with db.transaction() as tx:
        _, parcels = await take_due(tx, "sms", wording, terms, limit=1)
    return parcels


async def somebody_waits_for_a_lock(db: Database) -> bool:
    asked = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity"
                 " WHERE datname = current_database()))")  # fmt: skip
    async with db.reading() as session:
        return bool((await session.execute(asked)).scalar())


async def test_a_claim_takes_its_few_without_sorting_all_that_is_due(db: Database) -> None:
    """A hundred thousand due at one moment were sorted for every twenty."""
    known = {"channel": "sms", "now": now(), "soon": now(), "limit": 20}
    async with db.transaction() as tx:
        await tx.session.execute(text("SET LOCAL enable_sort = off"))
        await tx.session.execute(text("SET LOCAL enable_incremental_sort = off"))
        plan = (await tx.session.execute(text(f"EXPLAIN {CLAIM.text}"), known)).scalars()
    assert "Sort Key" not in "\n".join(plan)
