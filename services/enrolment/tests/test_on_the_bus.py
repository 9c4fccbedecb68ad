"""The whole service on a real broker: partners and booking speak, it opens sessions and tells what became of them."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
import time_machine
from enrolment.testing import HOUR, ORGANISER, Desk, Running, in_days
from ronde.ids import new_id
from ronde.testing import Amqp
from ronde_contracts.booking import ReservationConfirmed, ReservationMoved
from ronde_contracts.event import Slot
from ronde_contracts.partners import AttendanceRecorded, Presence, SessionCancelled, SessionPlanned

pytestmark = [pytest.mark.database, pytest.mark.broker]
ROOM = {"room": "salle-motricite", "room_name": "Salle de motricité"}
MONDAY, TUESDAY = in_days(10), in_days(11)


def types(envelopes: list[dict[str, Any]]) -> list[str]:
    return sorted(one["type"] for one in envelopes)


async def test_from_a_partner_s_plan_to_a_place_and_back(desk: Desk, on_the_bus: Running, amqp: Amqp) -> None:
    private = await amqp.listen("#", exchange="ronde.private")
    session_id = new_id()
    reservation = {
        "reservation_id": new_id(),
        "reference": "R-7K3QX9",
        "organisation": ORGANISER,
        "session_id": session_id,
    }
    plan = SessionPlanned(
        session_id=session_id,
        title={"fr": "Matinée d'éveil"},
        starts_at=MONDAY,
        ends_at=MONDAY + HOUR,
        people=20,
        places=1,
    )
    held = ReservationConfirmed(**reservation, **ROOM, starts_at=MONDAY, ends_at=MONDAY + HOUR)
    await on_the_bus.say(plan, sequence=1, by=ORGANISER)
    await on_the_bus.say(held, sequence=1, by="booking")
    (opened,) = await on_the_bus.hears()
    assert (opened["type"], opened["source"]) == ("session.opened.v1", "/villeurbanne/enrolment")
    assert opened["subject"] == f"{ORGANISER}/{session_id}"

    first, second = await desk.enrol(session_id), await desk.enrol(session_id)
    assert types(await on_the_bus.hears(2)) == ["enrolment.confirmed.v1", "enrolment.waitlisted.v1"]
    sent = [await amqp.get(private) for _ in range(4)]
    assert sorted(one.routing_key for one in sent if one and one.routing_key) == [
        *["enrolment.contact.recorded.v1"] * 2,
        *["enrolment.link.issued.v1"] * 2,
    ]

    await desk.withdraw(first)
    heard = await on_the_bus.hears(2)
    assert types(heard) == ["enrolment.offered.v1", "enrolment.withdrawn.v1"]
    offered = next(one for one in heard if one["type"] == "enrolment.offered.v1")
    assert offered["subject"] == str(second.enrolment.id)

    previous = Slot(**ROOM, starts_at=MONDAY, ends_at=MONDAY + HOUR)
    moved = ReservationMoved(
        **reservation, **ROOM, starts_at=TUESDAY, ends_at=TUESDAY + HOUR, previous=previous
    )  # fmt: skip
    await on_the_bus.say(moved, sequence=2, by="booking")
    (told,) = await on_the_bus.hears()
    assert told["type"] == "session.moved.v1"
    assert datetime.fromisoformat(told["data"]["starts_at"]) == TUESDAY

    await on_the_bus.say(SessionCancelled(session_id=session_id), sequence=2, by=ORGANISER)
    (off,) = await on_the_bus.hears()
    assert off["type"] == "session.called-off.v1"
    assert off["data"]["reason"] is None


async def test_an_offer_expires_by_itself(desk: Desk, on_the_bus: Running) -> None:
    session = await desk.open_session(places=1)
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(first)
    assert await desk.state(second) == "offered"
    await desk.let_the_deadline_pass(second)
    async with asyncio.timeout(10):
        while await desk.state(third) != "offered":  # noqa: ASYNC110 (another's row)
            await asyncio.sleep(0.05)
    assert await desk.state(second) == "expired"
    heard = await on_the_bus.hears(7)
    assert heard[-1]["type"] in ("enrolment.expired.v1", "enrolment.offered.v1")


async def test_a_partner_cannot_cancel_another_s_session(desk: Desk, on_the_bus: Running) -> None:
    session = await desk.open_session()
    await on_the_bus.say(SessionCancelled(session_id=session), sequence=9, by="acepp")
    await on_the_bus.say(SessionCancelled(session_id=session), sequence=9, by=ORGANISER)
    heard = await on_the_bus.hears(2)
    assert [(one["type"], one["data"]["organiser"]) for one in heard] == [
        ("session.opened.v1", ORGANISER),
        ("session.called-off.v1", ORGANISER),
    ]


async def test_a_partner_says_who_came(desk: Desk, on_the_bus: Running) -> None:
    start = in_days(1)
    session = await desk.open_session(starts_at=start)
    one = await desk.enrol(session, children=2)
    await on_the_bus.hears(2)
    came = AttendanceRecorded(
        session_id=session,
        about="attendance",
        present=(Presence(enrolment_id=one.enrolment.id, children=2, adults=1),),
    )
    with time_machine.travel(start + HOUR):
        await on_the_bus.say(came, sequence=1, by=ORGANISER)
        (told,) = await on_the_bus.hears()
    assert told["type"] == "session.attended.v1"
    assert (told["data"]["confirmed"], told["data"]["children"], told["data"]["adults"]) == (1, 2, 1)
