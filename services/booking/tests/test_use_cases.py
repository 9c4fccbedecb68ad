"""Reserve, move, cancel on a real Postgres: what is held and what is said."""

from datetime import datetime, timedelta

import pytest
from booking.finding import FollowsItsSession, NoSuchReservation, NotYours
from booking.refusals import InThePast, RoomClosed, RoomTaken, RoomTooSmall, UnknownRoom
from booking.rules import Span
from booking.tables import State
from booking.testing import Desk, OpenDay
from booking.use_cases.move_reservation import NothingToMove
from ronde.ids import new_id
from ronde.refusal import Refused
from time_machine import travel

pytestmark = pytest.mark.database


async def test_a_room_is_reserved_and_it_is_said_once(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"), title={"fr": "Confitures"})
    assert made.state == State.CONFIRMED
    assert made.reference.startswith("R-")
    [(type, sequence, data)] = await desk.said()
    assert (type, sequence) == ("reservation.confirmed", 1)
    assert data["reservation_id"] == str(made.id)
    assert (data["room"], data["room_name"]) == ("cuisine", "Cuisine partagée")
    assert data["starts_at"] == day.at("9:00", "11:00").starts_at.isoformat().replace("+00:00", "Z")


async def test_a_taken_room_is_refused_with_what_was_free_and_nothing_changes(desk: Desk, day: OpenDay) -> None:
    await desk.reserve("cuisine", day.at("9:00", "11:00"))
    with pytest.raises(RoomTaken) as refused:
        await desk.reserve("cuisine", day.at("10:00", "12:00"), organisation="acepp")
    alternatives = refused.value.extra["alternatives"]
    assert [slot["room"] for slot in alternatives[:2]] == ["salle-reunion", "cuisine"]
    assert "bottines" not in str((refused.value.reason, refused.value.extra))
    assert len(await desk.said()) == 1


async def test_an_alternative_is_accepted_when_it_is_asked_for(desk: Desk, day: OpenDay) -> None:
    await desk.reserve("grande-salle", day.at("9:00", "11:00"))
    with pytest.raises(RoomTaken) as refused:
        await desk.reserve("grande-salle-rue", day.at("9:00", "11:00"), 20)
    for slot in refused.value.extra["alternatives"]:
        span = Span(*(datetime.fromisoformat(slot[end]) for end in ("starts_at", "ends_at")))
        assert (await desk.reserve(slot["room"], span, 20)).state == State.CONFIRMED


async def test_the_whole_takes_its_halves_and_a_half_leaves_the_other(desk: Desk, day: OpenDay) -> None:
    garden = await desk.reserve("grande-salle-jardin", day.at("9:00", "11:00"))
    street = await desk.reserve("grande-salle-rue", day.at("9:00", "11:00"))
    with pytest.raises(RoomTaken):
        await desk.reserve("grande-salle", day.at("9:00", "11:00"))
    await desk.cancel(garden.id)
    with pytest.raises(RoomTaken):
        await desk.reserve("grande-salle", day.at("9:00", "11:00"))
    await desk.cancel(street.id)
    whole = await desk.reserve("grande-salle", day.at("9:00", "11:00"))
    assert len(await desk.holds(whole.id)) == 2
    for half in ("grande-salle-jardin", "grande-salle-rue"):
        with pytest.raises(RoomTaken):
            await desk.reserve(half, day.at("9:00", "11:00"))


async def test_the_time_to_tidy_and_to_set_up_is_kept_free(desk: Desk, day: OpenDay) -> None:
    await desk.reserve("cuisine", day.at("9:00", "11:00"))  # 20 min to tidy, 10 to set up
    with pytest.raises(RoomTaken):
        await desk.reserve("cuisine", day.at("11:15", "12:00"))
    assert (await desk.reserve("cuisine", day.at("11:30", "12:00"))).state == State.CONFIRMED


async def test_any_room_is_the_best_that_is_free(desk: Desk, day: OpenDay) -> None:
    rooms = [(await desk.reserve(None, day.at("9:00", "11:00"), 20)).room for _ in range(3)]
    assert rooms == ["grande-salle-rue", "salle-motricite", "grande-salle-jardin"]
    with pytest.raises(RoomTaken, match="No room that is large enough"):
        await desk.reserve(None, day.at("9:00", "11:00"), 20)


@pytest.mark.parametrize(
    ("refusal", "room", "people", "hours"),
    [
        (UnknownRoom, "salle-de-bal", 2, ("9:00", "11:00")),
        (RoomTooSmall, "cuisine", 9, ("9:00", "11:00")),
        (RoomClosed, "cuisine", 2, ("5:00", "7:00")),
    ],
)
async def test_what_no_room_can_do_is_refused_before_anything_is_written(
    desk: Desk, day: OpenDay, refusal: type[Refused], room: str, people: int, hours: tuple[str, str]
) -> None:
    with pytest.raises(refusal) as refused:
        await desk.reserve(room, day.at(*hours), people)
    assert refused.value.extra["alternatives"]
    assert await desk.said() == []


async def test_a_reservation_moves_and_what_it_held_is_free_again(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"))
    await desk.move(made.id, day.at("10:00", "12:00"), room="cuisine")  # over its own old slot
    await desk.reserve("cuisine", day.at("8:00", "9:00"))
    type, sequence, data = (await desk.said())[1]
    assert (type, sequence) == ("reservation.moved", 2)
    assert data["previous"]["starts_at"] < data["starts_at"]


async def test_an_impossible_move_keeps_the_old_slot(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"))
    await desk.reserve("cuisine", day.at("14:00", "16:00"))
    held = await desk.holds(made.id)
    with pytest.raises(RoomTaken):
        await desk.move(made.id, day.at("15:00", "17:00"), room="cuisine")
    assert await desk.holds(made.id) == held
    with pytest.raises(RoomTaken):
        await desk.reserve("cuisine", day.at("9:00", "11:00"))


async def test_a_move_without_a_wish_stays_in_its_room_while_it_can(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("salle-motricite", day.at("9:00", "11:00"))
    assert (await desk.move(made.id, day.at("14:00", "16:00"))).room == "salle-motricite"
    await desk.reserve("salle-motricite", day.at("9:00", "11:00"))
    assert (await desk.move(made.id, day.at("9:00", "11:00"))).room == "cuisine"


async def test_nothing_new_says_nothing(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"))
    moved = await desk.move(made.id, day.at("9:00", "11:00"), people=7, title={"fr": "Pain"})
    assert (moved.people, moved.title) == (7, {"fr": "Pain"})
    assert len(await desk.said()) == 1


async def test_cancelling_twice_frees_once(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"))
    for _ in range(2):
        assert (await desk.cancel(made.id)).state == State.CANCELLED
    assert [type for type, *_ in await desk.said()] == ["reservation.confirmed", "reservation.cancelled"]
    assert await desk.holds(made.id) == []
    with pytest.raises(NothingToMove):
        await desk.move(made.id, day.at("14:00", "16:00"))


async def test_nobody_else_changes_it(desk: Desk, day: OpenDay) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"))
    with pytest.raises(NotYours):
        await desk.move(made.id, day.at("14:00", "16:00"), organisation="acepp")
    with pytest.raises(NotYours):
        await desk.cancel(made.id, organisation="acepp")
    with pytest.raises(NoSuchReservation):
        await desk.cancel(new_id())


async def test_a_session_s_room_is_changed_by_its_session_alone(desk: Desk, day: OpenDay) -> None:
    session_id = new_id()
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"), session_id=session_id)
    with pytest.raises(FollowsItsSession):
        await desk.cancel(made.id)
    assert (await desk.cancel(made.id, session_id=session_id)).state == State.CANCELLED


async def test_the_past_is_never_touched(desk: Desk, day: OpenDay) -> None:
    span = day.at("9:00", "11:00")
    made = await desk.reserve("cuisine", span)
    with travel(span.starts_at + timedelta(minutes=1), tick=True):
        with pytest.raises(InThePast):
            await desk.move(made.id, day.at("14:00", "16:00"))
        with pytest.raises(InThePast):
            await desk.reserve("salle-reunion", span)
    with travel(span.ends_at, tick=True), pytest.raises(InThePast):
        await desk.cancel(made.id)
