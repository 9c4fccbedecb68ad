"""A room is held until a deadline: confirmed, given back, or free again by itself."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from booking.tables import Reservation
from booking.testing import Desk, OpenDay, Running
from booking.use_cases.confirm_hold import ConfirmHold, HoldOver, confirm_hold
from booking.use_cases.expire_holds import expire_holds
from booking.use_cases.hold_room import HoldRoom, hold_room
from httpx import AsyncClient, Response
from ronde.clock import now
from ronde.ids import new_id

pytestmark = pytest.mark.database


async def hold(visitor: AsyncClient, day: OpenDay, **changes: Any) -> Response:
    span = day.at("9:00", "11:00")
    hours = {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}
    body = {"room": "cuisine", "people": 4, **hours, **changes}
    return await visitor.post("/holds", json=body, headers={"Idempotency-Key": str(new_id())})


async def expired(desk: Desk) -> int:
    """How many the timer frees now."""
    count = 0
    while True:
        async with desk.db.transaction() as tx:
            if not await expire_holds(tx):
                return count
        count += 1


@pytest.fixture
async def at_the_desk(doors: Running) -> Desk:
    return Desk(doors.service.db, doors.settings)


async def test_a_held_room_is_taken_and_then_confirmed(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        held = await hold(visitor, day, minutes=20, title={"fr": "Atelier"})
        assert (held.status_code, held.json()["state"]) == (201, "held")
        until = datetime.fromisoformat(held.json()["held_until"])
        assert timedelta(minutes=19) < until - now() <= timedelta(minutes=20)
        for _ in range(2):
            confirmed = await visitor.post(f"/holds/{held.json()['id']}/confirm")
            assert (confirmed.json()["state"], confirmed.json()["held_until"]) == ("confirmed", None)
    async with doors.visitor("relais") as visitor:
        assert (await hold(visitor, day)).json()["code"] == "room-taken"
    assert [type for type, _, _ in await at_the_desk.said()] == ["reservation.held", "reservation.confirmed"]


async def test_after_its_deadline_a_hold_is_over_and_the_room_is_free(
    doors: Running, at_the_desk: Desk, day: OpenDay
) -> None:
    async with doors.visitor("bottines") as visitor:
        id = (await hold(visitor, day, minutes=20)).json()["id"]
        with time_machine.travel(now() + timedelta(minutes=20, seconds=1)):
            late = await visitor.post(f"/holds/{id}/confirm")  # whether the timer came by or not
            assert (late.status_code, late.json()["code"]) == (409, "hold-over")
            await expired(at_the_desk)
            assert (await visitor.get(f"/reservations/{id}")).json()["state"] == "expired"
            assert await at_the_desk.holds(id) == []
            assert (await hold(visitor, day)).status_code == 201
            assert (await visitor.post(f"/reservations/{id}/cancel")).json()["state"] == "expired"
    assert [type for type, _, _ in await at_the_desk.said()] == [
        "reservation.held", "reservation.expired", "reservation.held",
    ]  # fmt: skip


async def test_a_hold_is_given_back_before_its_time(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        id = (await hold(visitor, day)).json()["id"]
        assert (await visitor.post(f"/reservations/{id}/cancel")).json()["state"] == "cancelled"
        assert (await visitor.post(f"/holds/{id}/confirm")).json()["code"] == "hold-over"
    assert await at_the_desk.holds(id) == []


async def test_a_hold_is_neither_endless_nor_another_s_to_confirm(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        long = await hold(visitor, day, minutes=doors.settings.hold_minutes + 1)
        assert (long.status_code, long.json()["code"]) == (422, "held-too-long")
        assert (await hold(visitor, day, minutes=0)).json()["code"] == "invalid"
        assert await doors.said() == 0
        id = (await hold(visitor, day)).json()["id"]
    async with doors.visitor("relais") as visitor:
        assert (await visitor.post(f"/holds/{id}/confirm")).json()["code"] == "not-yours"


async def test_a_hold_never_outlasts_the_beginning_of_what_it_holds(desk: Desk, day: OpenDay) -> None:
    span = day.at("9:00", "11:00")
    with time_machine.travel(span.starts_at - timedelta(minutes=5)):
        async with desk.db.transaction() as tx:
            cmd = HoldRoom(organisation="bottines", span=span, people=4, room="cuisine")
            held = await hold_room(tx, desk.settings, cmd)
    assert held.held_until == span.starts_at


async def test_a_late_confirmation_and_the_timers_at_once_have_one_outcome(desk: Desk, day: OpenDay) -> None:
    for _ in range(10):
        async with desk.db.transaction() as tx:
            cmd = HoldRoom(organisation="bottines", span=day.at("9:00", "11:00"), people=4, room="cuisine", minutes=1)
            held = await hold_room(tx, desk.settings, cmd)
        before = len(await desk.said())
        with time_machine.travel(now() + timedelta(seconds=61)):
            late, *_ = await asyncio.gather(
                confirm(desk, held.id), expired(desk), expired(desk), return_exceptions=True
            )  # fmt: skip
            assert isinstance(late, HoldOver)
            await expired(desk)  # skipped above, if the confirmation had its row just then
        assert await desk.holds(held.id) == []
        assert len(await desk.said()) == before + 1


async def confirm(desk: Desk, id: UUID) -> Reservation:
    async with desk.db.transaction() as tx:
        return await confirm_hold(tx, ConfirmHold(reservation_id=id, organisation="bottines"))
