"""Rooms for families: reserved by an organisation's staff, a few days ahead, in hours that are nobody's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from booking import asking
from booking.ledger import FAMILIES, ledger, span_of
from booking.tables import State
from booking.testing import Desk, Running
from booking.testing.charter import MONDAY, TODAY, at, fill, settled, types
from booking.use_cases.hold_room import HeldOverTheCharter, HoldRoom, hold_room
from ronde.ids import new_id
from sqlalchemy import text

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


async def test_what_is_free_is_a_family_s_from_fourteen_days_before(desk: Desk) -> None:
    """Before, the founders are asked, as for everybody's horizon."""
    early = await desk.reserve("cuisine", at(desk, 4), for_family=True)
    assert early.state == State.ASKED
    assert [one["code"] for one in (await desk.said())[-1][2]["excess"]] == ["beyond-horizon"]
    with time_machine.travel(at(desk, 4).starts_at - timedelta(days=14)):
        made = await desk.reserve("salle-atelier", at(desk, 4), for_family=True)
    assert (made.state, (await desk.said())[-1][2]["for_family"]) == (State.CONFIRMED, True)


async def test_its_hours_are_in_nobody_s_budget(desk: Desk) -> None:
    with time_machine.travel(TODAY + timedelta(days=25)):
        await fill(desk)  # 24 hours, of 24
        made = await desk.reserve("cuisine", at(desk, 4), for_family=True)
        assert made.state == State.CONFIRMED
        await desk.move(made.id, at(desk, 5))
        assert await types(desk, 1) == ["reservation.moved"]
        own = await desk.reserve("cuisine", at(desk, 4))
    assert own.state == State.ASKED
    [over] = (await desk.said())[-1][2]["excess"]
    assert over["minutes_over"] == 180  # without the family's three hours


async def test_a_family_s_room_is_held_under_the_same_rule(desk: Desk) -> None:
    wish = HoldRoom(organisation="bottines", span=at(desk, 4), people=4, room="cuisine", for_family=True)
    with pytest.raises(HeldOverTheCharter):
        async with desk.db.transaction() as tx:
            await hold_room(tx, desk.settings, wish)


async def test_the_ledger_tells_them_apart(desk: Desk) -> None:
    with time_machine.travel(TODAY + timedelta(days=25)):
        await desk.reserve("cuisine", at(desk, 4), for_family=True)
        await desk.reserve("cuisine", at(desk, 3))
    house = desk.settings.house
    async with desk.db.reading() as session:
        used = await asking.used(session, span_of(house, MONDAY))
    found = ledger(house, MONDAY, used)
    assert (found.totals["bottines"], found.totals[FAMILIES]) == (3.0, 3.0)
    assert found.even == pytest.approx(1 / 3)  # among the founders: a family is none


async def test_at_the_json_door_a_family_is_a_flag_and_nothing_else(doors: Running) -> None:
    body = {
        "room": "cuisine", "starts_at": "2027-02-05T09:00:00+01:00", "ends_at": "2027-02-05T11:00:00+01:00",
        "people": 4, "for_family": True,
    }  # fmt: skip
    async with doors.visitor("bottines") as visitor:
        for path in ("/reservations", "/holds"):
            answered = await visitor.post(path, json=body, headers={"Idempotency-Key": str(new_id())})
            assert (answered.status_code, answered.json()["for_family"]) == (201, True)
            await visitor.post(f"/reservations/{answered.json()['id']}/cancel")
        named = await visitor.post(
            "/reservations", json={**body, "family": "Martin"}, headers={"Idempotency-Key": str(new_id())}
        )
    assert named.status_code == 422


async def test_who_consents_consents_to_a_family_s_hours_too(desk: Desk) -> None:
    early = await desk.reserve("cuisine", at(desk, 4), for_family=True)
    with time_machine.travel(TODAY + timedelta(days=6)):
        assert await settled(desk) == 1
    query = text("SELECT state || ' ' || for_family FROM reservations WHERE id = :id")
    async with desk.db.reading() as session:
        assert await session.scalar(query, {"id": early.id}) == "confirmed true"
