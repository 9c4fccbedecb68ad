"""A session that lost its room: uncertain, then on again, elsewhere, or off. And a place that came free."""

from datetime import timedelta

import pytest
import time_machine
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, statuses
from notify.use_cases.remind import remind, to_remind_of
from ronde.database import Database

FAMILY = Family(email=None)
WORKSHOP = Workshop()


@pytest.fixture(autouse=True)
async def enrolled(enrolment: Enrolment, sms: Sender, phones: Postbox) -> None:
    await enrolment.opens(WORKSHOP)
    await enrolment.knows(FAMILY)
    await enrolment.confirms(FAMILY, WORKSHOP)
    await sms.send()
    phones.taken.clear()


async def test_who_was_told_that_it_is_uncertain_is_told_that_it_takes_place(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    await enrolment.suspends(WORKSHOP)
    await sms.send()
    await enrolment.opens(WORKSHOP)
    await enrolment.again()
    await sms.send()
    uncertain, on = phones.texts(FAMILY.phone)
    assert "nous cherchons une autre salle" in uncertain
    assert "aura bien lieu mardi 16 janvier" in on
    await enrolment.opens(WORKSHOP)
    await sms.send()
    assert len(phones.taken) == 2, "said again with other places, it is no news"


async def test_who_never_knew_that_it_was_uncertain_is_told_nothing(
    enrolment: Enrolment, sms: Sender, phones: Postbox, db: Database
) -> None:
    await enrolment.suspends(WORKSHOP)
    await enrolment.opens(WORKSHOP)
    await sms.send()
    assert phones.taken == []
    assert ("session-suspended", "sms", "withdrawn") in await statuses(db, FAMILY)


async def test_uncertain_then_elsewhere_is_one_move(enrolment: Enrolment, sms: Sender, phones: Postbox) -> None:
    await enrolment.suspends(WORKSHOP)
    await enrolment.moves(WORKSHOP, TUESDAY, room="Grande salle")
    await sms.send()
    (moved,) = phones.texts(FAMILY.phone)
    assert "Grande salle" in moved


async def test_uncertain_then_off_is_told_as_off(enrolment: Enrolment, sms: Sender, phones: Postbox) -> None:
    await enrolment.suspends(WORKSHOP)
    await enrolment.calls_off(WORKSHOP)
    await sms.send()
    (off,) = phones.texts(FAMILY.phone)
    assert off.startswith("Annulation")


async def test_nobody_is_reminded_of_what_is_uncertain(enrolment: Enrolment, db: Database, terms: Terms) -> None:
    await enrolment.suspends(WORKSHOP)
    with time_machine.travel(TUESDAY - timedelta(hours=12)):
        async with db.reading() as session:
            assert await to_remind_of(session, terms) == []
        async with db.transaction() as tx:
            await remind(tx, terms, "relais", WORKSHOP.session_id)
    assert "session-reminder" not in {purpose for purpose, _, _ in await statuses(db, FAMILY)}


async def test_who_waited_and_has_a_place_is_told_that_it_came_free(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    waiting = Family("+33639980002", None)
    await enrolment.knows(waiting)
    await enrolment.waitlists(waiting, WORKSHOP, position=2)
    await sms.send()
    await enrolment.confirms(waiting, WORKSHOP)
    await sms.send()
    assert phones.texts(waiting.phone)[-1].startswith("Vous avez maintenant une place : Matinée d'éveil")
