"""A partner's program asks for a room without a session: the path of a page's request, answered by an event."""

import pytest
from booking.testing import OpenDay, Running
from booking.testing.running import request
from ronde.ids import new_id

pytestmark = [pytest.mark.broker, pytest.mark.database]
ASKED, RELEASED = "room.requested.v1", "room.released.v1"


async def test_a_request_is_confirmed_moved_and_released(on_the_bus: Running, day: OpenDay) -> None:
    id = new_id()
    await on_the_bus.say((ASKED, 1, request(id, day.at("9:00", "11:00"), title={"fr": "Réunion"})))
    ((type, sequence, said),) = await on_the_bus.hears()
    assert (type, sequence, said["request_id"], said["session_id"]) == ("reservation.confirmed", 1, str(id), None)
    assert said["organisation"] == "relais"
    await on_the_bus.say((ASKED, 2, request(id, day.at("14:00", "16:00"), title={"fr": "Réunion"})))
    assert (await on_the_bus.hears())[0][:2] == ("reservation.moved", 2)
    await on_the_bus.say((RELEASED, 3, {"request_id": str(id)}))
    ((type, sequence, said),) = await on_the_bus.hears()
    assert (type, sequence, said["request_id"]) == ("reservation.cancelled", 3, str(id))
    async with on_the_bus.visitor() as visitor:
        shown = (await visitor.get(f"/reservations/{said['reservation_id']}")).json()
    assert (shown["state"], shown["request_id"]) == ("cancelled", str(id))


async def test_a_refused_request_is_told_why_and_what_instead(on_the_bus: Running, day: OpenDay) -> None:
    first, second = new_id(), new_id()
    await on_the_bus.say((ASKED, 1, request(first, day.at("9:00", "11:00"))))
    await on_the_bus.hears()
    await on_the_bus.say((ASKED, 1, request(second, day.at("10:00", "12:00"))), by="acepp")
    ((type, _, said),) = await on_the_bus.hears()
    assert (type, said["code"], said["organisation"]) == ("reservation.refused", "room-taken", "acepp")
    assert (said["request_id"], len(said["alternatives"])) == (str(second), 3)
    assert "relais" not in str(said)


async def test_a_request_that_comes_after_its_release_asks_for_nothing(on_the_bus: Running, day: OpenDay) -> None:
    id = new_id()
    await on_the_bus.say((RELEASED, 2, {"request_id": str(id)}))
    await on_the_bus.handled(1)
    await on_the_bus.say((ASKED, 1, request(id, day.at("9:00", "11:00"))))
    await on_the_bus.handled(2)
    assert await on_the_bus.said() == 0


async def test_the_same_id_of_two_partners_is_two_requests(on_the_bus: Running, day: OpenDay) -> None:
    id = new_id()
    await on_the_bus.say((ASKED, 1, request(id, day.at("9:00", "11:00"))))
    await on_the_bus.say((ASKED, 1, request(id, day.at("14:00", "16:00"))), by="acepp")
    heard = await on_the_bus.hears(2)
    assert {said["organisation"] for _, _, said in heard} == {"relais", "acepp"}
    await on_the_bus.say((RELEASED, 2, {"request_id": str(id)}), by="acepp")
    ((_, _, said),) = await on_the_bus.hears()
    assert said["organisation"] == "acepp"


async def test_what_a_program_asked_for_a_person_may_move_at_the_door(on_the_bus: Running, day: OpenDay) -> None:
    await on_the_bus.say((ASKED, 1, request(new_id(), day.at("9:00", "11:00"))))
    ((_, _, said),) = await on_the_bus.hears()
    later = day.at("14:00", "16:00")
    body = {"starts_at": later.starts_at.isoformat(), "ends_at": later.ends_at.isoformat()}
    async with on_the_bus.visitor("relais") as visitor:
        moved = await visitor.post(f"/reservations/{said['reservation_id']}/move", json=body)
    assert moved.status_code == 200
    ((type, _, said),) = await on_the_bus.hears()
    assert (type, said["request_id"] is not None) == ("reservation.moved", True)
