"""Who wins when many ask at once: exactly one, whichever door they come through."""

import asyncio
from collections import Counter
from contextlib import suppress

import pytest
from booking.refusals import RoomTaken
from booking.tables import Reservation
from booking.testing import Desk, OpenDay
from booking.use_cases.reserve_room import ReserveRoom, reserve_room
from ronde.refusal import Refused
from sqlalchemy import text

pytestmark = pytest.mark.database


async def outcome(asking: asyncio.Task[Reservation]) -> str:
    try:
        return str((await asking).state)
    except Refused as refused:
        return refused.code


async def test_two_pending_requests_for_one_slot_are_never_both_approved(desk: Desk, day: OpenDay) -> None:
    """And a check made before the insert is not what decides: all of them see the slot free first."""
    span = day.at("9:00", "11:00")
    asking = [asyncio.create_task(desk.reserve("salle-motricite", span)) for _ in range(40)]
    results = Counter([await outcome(one) for one in asking])
    assert results == {"confirmed": 1, "room-taken": 39}
    assert len(await desk.said()) == 1


async def test_the_whole_and_its_halves_never_share_an_hour(desk: Desk, day: OpenDay) -> None:
    rooms = ["grande-salle", "grande-salle-jardin", "grande-salle-rue"] * 10
    asking = [asyncio.create_task(desk.reserve(room, day.at("9:00", "11:00"))) for room in rooms]
    results = Counter([await outcome(one) for one in asking])
    assert results["confirmed"] in (1, 2)  # the whole, or both halves
    assert results["room-taken"] == 30 - results["confirmed"]


async def test_two_that_change_places_neither_wait_for_ever_nor_lose_theirs(desk: Desk, day: OpenDay) -> None:
    span = day.at("9:00", "11:00")
    for _ in range(5):
        one, other = await desk.reserve("cuisine", span), await desk.reserve("salle-reunion", span)
        swapping = [
            asyncio.create_task(desk.move(one.id, span, room="salle-reunion")),
            asyncio.create_task(desk.move(other.id, span, room="cuisine")),
        ]
        async with asyncio.timeout(0.9):  # a deadlock is broken after a second
            assert [await outcome(each) for each in swapping] == ["room-taken", "room-taken"]
        assert len(await desk.holds(one.id)) == len(await desk.holds(other.id)) == 1
        await desk.cancel(one.id)
        await desk.cancel(other.id)


async def test_the_constraint_refuses_a_row_that_went_round_the_diary(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"))
    again = text(
        "INSERT INTO occupancies SELECT gen_random_uuid(), space, during FROM occupancies WHERE reservation_id = :id"
    )
    with pytest.raises(Exception, match="occupancies_one_at_a_time"):
        async with desk.db.transaction() as tx:
            await tx.session.execute(again, {"id": made.id})


async def test_any_room_for_more_than_there_are_gives_each_room_once(desk: Desk, day: OpenDay) -> None:
    asking = [asyncio.create_task(desk.reserve(None, day.at("9:00", "11:00"), 4)) for _ in range(12)]
    done = await asyncio.gather(*asking, return_exceptions=True)
    rooms = [str(one.room) for one in done if isinstance(one, Reservation)]
    assert sorted(rooms) == sorted(set(rooms))
    assert sum(isinstance(one, RoomTaken) for one in done) == 12 - len(rooms)
    assert len(rooms) == 6  # the whole hall is taken by its halves


async def test_those_who_waited_for_a_slot_that_was_given_up_do_not_end_in_a_deadlock(desk: Desk, day: OpenDay) -> None:
    """Their rows would each wait for the other's, a second, until Postgres breaks one off. So they queue before."""
    span = day.at("9:00", "11:00")
    asking: list[asyncio.Task[Reservation]] = []
    with suppress(ZeroDivisionError):
        async with asyncio.timeout(10), desk.db.transaction() as tx:
            cmd = ReserveRoom(organisation="relais", span=span, people=4, room="cuisine")
            await reserve_room(tx, desk.settings, cmd)
            both = (desk.reserve("cuisine", span, organisation=who) for who in ("bottines", "acepp"))
            asking += [asyncio.create_task(one) for one in both]
            while await waiting(desk) < len(asking):  # noqa: ASYNC110 (they wait inside Postgres)
                await asyncio.sleep(0.01)
            raise ZeroDivisionError  # it gives up
    async with asyncio.timeout(0.9):
        assert sorted([await outcome(one) for one in asking]) == ["confirmed", "room-taken"]


async def waiting(desk: Desk) -> int:
    """How many wait for a lock of this database."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with desk.db.reading() as session:
        return int(await session.scalar(text(query)))
