"""A move over the charter: the old slot stays while the founders are asked, and for good when one objects."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from booking.finding import AsksToMove
from booking.refusals import RoomClosed, RoomTaken
from booking.tables import Reservation, State
from booking.testing import Desk
from booking.testing.charter import TODAY, answer, at, fill, settled, state, the_consent, types
from ronde.clock import now
from ronde.refusal import Refused
from sqlalchemy import text

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


async def asked_move(desk: Desk) -> tuple[Reservation, Reservation]:
    """What is confirmed on a Friday afternoon, and what holds its morning for it: hour 25 to 27 of 24."""
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4, "14:00", "16:00"))
    return made, await desk.move(made.id, at(desk, 4), people=5, title={"fr": "Pain"})


async def hours(desk: Desk, id: UUID) -> str:
    query = text("SELECT to_char(starts_at AT TIME ZONE 'Europe/Paris', 'DY HH24:MI') FROM reservations WHERE id = :id")
    async with desk.db.reading() as session:
        return str(await session.scalar(query, {"id": id}))


async def test_what_is_confirmed_keeps_its_slot_while_the_founders_are_asked_for_another(desk: Desk) -> None:
    made, successor = await asked_move(desk)
    assert (made.state, successor.state, successor.moves) == (State.CONFIRMED, State.ASKED, made.id)
    type, sequence, data = (await desk.said())[-1]
    assert (type, sequence, data["reservation_id"], data["reference"]) == (
        "consent.asked", 1, str(made.id), made.reference,
    )  # fmt: skip
    assert data["replaces"]["starts_at"].startswith("2027-03-05T13:00")
    assert [one["code"] for one in data["excess"]] == ["over-week"]
    for span in (at(desk, 4), at(desk, 4, "14:00", "16:00")):  # nobody else has either of them
        with pytest.raises(RoomTaken):
            await desk.reserve("cuisine", span, organisation="acepp")


async def test_silence_moves_it_with_one_event_and_frees_the_old_slot(desk: Desk) -> None:
    made, successor = await asked_move(desk)
    with time_machine.travel(TODAY + timedelta(days=5, minutes=1)):
        assert await settled(desk) == 1
    assert await types(desk, 2) == ["consent.given", "reservation.moved"]
    _, _, data = (await desk.said())[-1]
    assert (data["reservation_id"], data["previous"]["starts_at"][11:16]) == (str(made.id), "13:00")
    assert (await hours(desk, made.id), await state(desk, successor.id)) == ("FRI 09:00", "None")
    assert len(await desk.holds(made.id)) == 1
    assert (await desk.reserve("cuisine", at(desk, 4, "14:00", "16:00"), organisation="acepp")).state == "confirmed"
    with pytest.raises(RoomTaken):
        await desk.reserve("cuisine", at(desk, 4), organisation="acepp")


async def test_an_objection_leaves_it_where_it_was_and_says_why(desk: Desk) -> None:
    made, _ = await asked_move(desk)
    await answer(desk, made.id, "relais", "Nous y recevons un groupe.")
    type, _, data = (await desk.said())[-1]
    assert (type, data["code"], data["reason"]["fr"]) == (
        "reservation.refused", "objected", "Nous y recevons un groupe.",
    )  # fmt: skip
    assert (data["kept"]["starts_at"][11:16], data["asked"]["people"]) == ("13:00", 5)
    assert (await state(desk, made.id), await hours(desk, made.id)) == ("confirmed", "FRI 14:00")
    assert (await desk.reserve("cuisine", at(desk, 4), organisation="acepp")).state == "confirmed"
    with pytest.raises(RoomTaken):
        await desk.reserve("cuisine", at(desk, 4, "14:00", "16:00"), organisation="acepp")


async def test_the_asker_withdraws_the_move_or_all_of_it(desk: Desk) -> None:
    made, successor = await asked_move(desk)
    with pytest.raises(AsksToMove):
        await desk.move(successor.id, at(desk, 5, "10:00"))
    assert (await desk.cancel(successor.id)).id == made.id
    assert await types(desk, 1) == ["consent.withdrawn"]
    await desk.move(made.id, at(desk, 4))
    await desk.move(made.id, at(desk, 4, "14:00", "16:00"))  # asks for what it has
    assert await types(desk, 2) == ["consent.asked", "consent.withdrawn"]
    assert await state(desk, made.id) == "confirmed"
    await desk.move(made.id, at(desk, 4))
    await desk.cancel(made.id)
    assert await types(desk, 2) == ["consent.withdrawn", "reservation.cancelled"]
    for span in (at(desk, 4), at(desk, 4, "14:00", "16:00")):
        assert (await desk.reserve("cuisine", span, organisation="acepp")).state == State.CONFIRMED


async def test_something_else_is_asked_instead_or_nothing_when_that_is_impossible(desk: Desk) -> None:
    made, successor = await asked_move(desk)
    said = len(await desk.said())
    assert (await desk.move(made.id, at(desk, 4), title={"fr": "Brioche"})).id == successor.id
    with pytest.raises(RoomClosed):
        await desk.move(made.id, at(desk, 6))  # a Sunday
    assert len(await desk.said()) == said
    assert len(await desk.holds(successor.id)) == 1
    await desk.move(made.id, at(desk, 4, "09:30", "12:30"))  # overlaps what is asked
    assert await types(desk, 2) == ["consent.withdrawn", "consent.asked"]
    await desk.move(made.id, at(desk, 4, "15:00", "17:00"))  # no hour of peak
    assert await types(desk, 2) == ["consent.withdrawn", "reservation.moved"]
    assert await hours(desk, made.id) == "FRI 15:00"


@pytest.mark.parametrize("later", [("08:30", "10:30"), ("10:30", "13:30"), ("08:30", "13:30")])
async def test_a_move_may_overlap_its_own_slot_on_either_side(desk: Desk, later: tuple[str, str]) -> None:
    """Nobody else has any of it meanwhile, and what is not needed after is free."""
    for day, room in [(day, room) for day in (0, 1, 2) for room in ("salle-atelier", "salle-reunion")]:
        await desk.reserve(room, at(desk, day))
    for day, ends in ((3, "12:00"), (4, "11:30")):  # 23 h 30 of 24
        await desk.reserve("salle-atelier", at(desk, day, "09:00", ends))
    made = await desk.reserve("cuisine", at(desk, 3, "08:00", "09:30"))
    assert made.state == State.CONFIRMED
    moved = await desk.move(made.id, at(desk, 3, *later))
    assert moved.moves == made.id
    for span in (at(desk, 3, "08:00", "09:00"), at(desk, 3, "10:00", "11:00"), at(desk, 3, *later)):
        with pytest.raises(RoomTaken):
            await desk.reserve("cuisine", span, organisation="acepp")
    await answer(desk, made.id, "relais")
    await answer(desk, made.id, "acepp")
    assert (await hours(desk, made.id))[4:] == later[0]
    assert len(await desk.holds(made.id)) == 1
    assert await desk.holds(moved.id) == []
    await desk.cancel(made.id)
    assert (await desk.reserve("cuisine", at(desk, 3, *later), organisation="acepp")).state == State.CONFIRMED


async def test_the_whole_hall_can_be_asked_for_instead_of_its_half(desk: Desk) -> None:
    await fill(desk)
    half = await desk.reserve("grande-salle-rue", at(desk, 4, "14:00", "16:00"))
    await desk.move(half.id, at(desk, 4), room="grande-salle")
    await answer(desk, half.id, "relais", "Trop grand.")
    assert len(await desk.holds(half.id)) == 1
    await desk.move(half.id, at(desk, 4), room="grande-salle")
    with time_machine.travel(TODAY + timedelta(days=6)):
        assert await settled(desk) == 1
    assert len(await desk.holds(half.id)) == 2


async def test_the_round_ends_before_the_slot_that_is_kept_begins(desk: Desk) -> None:
    """Else it would take place, and then be moved."""
    await fill(desk)
    soon = await desk.reserve("cuisine", at(desk, -26, "14:00", "16:00"))  # in two days
    await desk.move(soon.id, at(desk, 4))
    assert (await the_consent(desk, soon.id)).until < now() + timedelta(days=2)


async def test_an_answer_a_withdrawal_another_move_and_the_timer_at_once_have_one_outcome(desk: Desk) -> None:
    made, _ = await asked_move(desk)
    for n in range(4):
        with time_machine.travel(TODAY + timedelta(days=6 * (n + 1) - 1)):
            outcomes = await asyncio.gather(
                answer(desk, made.id, "relais", "Non."), desk.move(made.id, at(desk, 4)), settled(desk),
                desk.move(made.id, at(desk, 4, "15:00", "17:00")), settled(desk), return_exceptions=True,
            )  # fmt: skip
        assert all(isinstance(one, Refused) or not isinstance(one, BaseException) for one in outcomes), outcomes
        async with desk.db.reading() as session:
            query = "SELECT count(*) FROM consents WHERE state = 'asked'"
            pending = "SELECT count(*) FROM reservations WHERE moves IS NOT NULL"
            assert await session.scalar(text(query)) == await session.scalar(text(pending))
        await desk.move(made.id, at(desk, 4, "14:00", "16:00"))
        await desk.move(made.id, at(desk, 4))
