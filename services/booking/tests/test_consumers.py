"""A partner's programme, through the real broker: what the partner says, and what booking answers."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from booking.testing import OpenDay, Running, plan
from ronde.ids import new_id

pytestmark = [pytest.mark.broker, pytest.mark.database]
PLANNED, CHANGED, CANCELLED = "session.planned.v1", "session.changed.v1", "session.cancelled.v1"
CHOSEN = "room.chosen.v1"


async def test_a_planned_session_gets_the_room_it_wishes(on_the_bus: Running, day: OpenDay) -> None:
    session = new_id()
    await on_the_bus.say((PLANNED, 1, plan(session, day.at("9:00", "11:00"), room="salle-motricite")))
    [(type, sequence, data)] = await on_the_bus.hears()
    assert (type, sequence) == ("reservation.confirmed", 1)
    assert (data["organisation"], data["session_id"]) == ("relais", str(session))
    assert (data["room"], data["room_name"]) == ("salle-motricite", "Salle de motricité")


async def test_without_a_wish_it_gets_the_best_that_is_free(on_the_bus: Running, day: OpenDay) -> None:
    await on_the_bus.say((PLANNED, 1, plan(new_id(), day.at("9:00", "11:00"), people=30)))
    [(_, _, data)] = await on_the_bus.hears()
    assert data["room"] == "grande-salle-jardin"


async def test_what_cannot_be_is_refused_with_what_was_asked_and_what_is_free(
    on_the_bus: Running, day: OpenDay
) -> None:
    asked = plan(new_id(), day.at("9:00", "11:00"), room="cuisine")
    await on_the_bus.say((PLANNED, 1, asked))
    [(type, sequence, data)] = await on_the_bus.hears()
    assert (type, sequence, data["code"]) == ("reservation.refused", 1, "room-too-small")
    assert data["reason"]["fr"] == "« Cuisine partagée » accueille 8 personnes ; il en faut 16."
    assert data["asked"] == {key: asked[key] for key in ("room", "starts_at", "ends_at", "people")}
    assert len(data["alternatives"]) == 3
    assert data["kept"] is None


async def test_a_refused_session_that_changes_to_something_possible_is_confirmed(
    on_the_bus: Running, day: OpenDay
) -> None:
    session = new_id()
    await on_the_bus.say((PLANNED, 1, plan(session, day.at("9:00", "11:00"), room="cuisine")))
    [(_, _, refused)] = await on_the_bus.hears()
    await on_the_bus.say((CHANGED, 2, plan(session, day.at("9:00", "11:00"), room="salle-motricite")))
    [(type, sequence, data)] = await on_the_bus.hears()
    assert (type, sequence, data["reservation_id"]) == ("reservation.confirmed", 2, refused["reservation_id"])


async def test_a_changed_session_moves(on_the_bus: Running, day: OpenDay) -> None:
    session = new_id()
    await on_the_bus.say((PLANNED, 1, plan(session, day.at("9:00", "11:00"), room="salle-motricite")))
    await on_the_bus.hears()
    await on_the_bus.say((CHANGED, 2, plan(session, day.at("14:00", "16:00"), room="salle-motricite")))
    [(type, sequence, data)] = await on_the_bus.hears()
    assert (type, sequence) == ("reservation.moved", 2)
    assert data["previous"]["starts_at"] == day.at("9:00", "11:00").starts_at.isoformat().replace("+00:00", "Z")


async def test_a_change_that_asks_nothing_new_of_the_room_is_not_answered(on_the_bus: Running, day: OpenDay) -> None:
    session, span = new_id(), day.at("9:00", "11:00")
    await on_the_bus.say((PLANNED, 1, plan(session, span, room="salle-motricite")))
    await on_the_bus.hears()
    await on_the_bus.say((CHANGED, 2, plan(session, span, people=20, places=10, title={"fr": "Éveil musical"})))
    await on_the_bus.handled(2)
    assert await on_the_bus.said() == 1


async def test_an_impossible_change_keeps_the_slot_and_going_back_to_it_is_confirmed(
    on_the_bus: Running, day: OpenDay
) -> None:
    session, other, span = new_id(), new_id(), day.at("9:00", "11:00")
    await on_the_bus.say((PLANNED, 1, plan(session, span, room="salle-motricite")))
    await on_the_bus.say((PLANNED, 1, plan(other, day.at("14:00", "16:00"), room="salle-motricite")), by="bottines")
    await on_the_bus.hears(2)
    await on_the_bus.say((CHANGED, 2, plan(session, day.at("15:00", "17:00"), room="salle-motricite")))
    [(type, _, refused)] = await on_the_bus.hears()
    assert (type, refused["code"]) == ("reservation.refused", "room-taken")
    assert refused["kept"]["starts_at"] == span.starts_at.isoformat().replace("+00:00", "Z")
    assert "bottines" not in str(refused)
    await on_the_bus.say((CHANGED, 3, plan(session, span, room="salle-motricite")))
    [(type, sequence, data)] = await on_the_bus.hears()
    assert (type, sequence, data["starts_at"]) == ("reservation.confirmed", 3, refused["kept"]["starts_at"])


async def test_a_cancelled_session_gives_its_room_back(on_the_bus: Running, day: OpenDay) -> None:
    session, span = new_id(), day.at("9:00", "11:00")
    await on_the_bus.say((PLANNED, 1, plan(session, span, room="salle-motricite")))
    await on_the_bus.hears()
    await on_the_bus.say((CANCELLED, 2, {"session_id": str(session)}))
    [(type, sequence, data)] = await on_the_bus.hears()
    assert (type, sequence, data["freed"]["room"]) == ("reservation.cancelled", 2, "salle-motricite")
    await on_the_bus.say((PLANNED, 1, plan(new_id(), span, room="salle-motricite")), by="bottines")
    assert (await on_the_bus.hears())[0][0] == "reservation.confirmed"


async def test_a_change_that_comes_before_its_plan_is_the_plan(on_the_bus: Running, day: OpenDay) -> None:
    session = new_id()
    await on_the_bus.say((CHANGED, 2, plan(session, day.at("14:00", "16:00"))))
    [(type, _, data)] = await on_the_bus.hears()
    await on_the_bus.say((PLANNED, 1, plan(session, day.at("9:00", "11:00"))))
    await on_the_bus.handled(2)
    assert (type, await on_the_bus.said()) == ("reservation.confirmed", 1)
    assert data["starts_at"] == day.at("14:00", "16:00").starts_at.isoformat().replace("+00:00", "Z")


async def test_a_plan_that_comes_after_its_cancellation_asks_for_nothing(on_the_bus: Running, day: OpenDay) -> None:
    session = new_id()
    await on_the_bus.say((CANCELLED, 2, {"session_id": str(session)}))
    await on_the_bus.handled(1)
    await on_the_bus.say((PLANNED, 1, plan(session, day.at("9:00", "11:00"))))
    await on_the_bus.handled(2)
    assert await on_the_bus.said() == 0


async def test_a_cancelled_session_that_is_planned_again_is_confirmed_again(on_the_bus: Running, day: OpenDay) -> None:
    session = new_id()
    await on_the_bus.say((CANCELLED, 2, {"session_id": str(session)}))
    await on_the_bus.handled(1)
    await on_the_bus.say((PLANNED, 3, plan(session, day.at("9:00", "11:00"))))
    assert (await on_the_bus.hears())[0][:2] == ("reservation.confirmed", 1)


async def test_sessions_of_two_organisations_may_have_one_id(on_the_bus: Running, day: OpenDay) -> None:
    session = new_id()
    for by in ("relais", "bottines"):
        await on_the_bus.say((PLANNED, 1, plan(session, day.at("9:00", "11:00"))), by=by)
    said = await on_the_bus.hears(2)
    assert len({data["reservation_id"] for _, _, data in said}) == 2
    await on_the_bus.say((CANCELLED, 2, {"session_id": str(session)}), by="bottines")
    [(_, _, data)] = await on_the_bus.hears()
    assert data["organisation"] == "bottines"


async def test_two_requests_for_one_slot_through_both_doors_at_once_have_one_winner(
    on_the_bus: Running, day: OpenDay
) -> None:
    span = day.at("9:00", "11:00")
    body = {
        "room": "cuisine",
        "people": 4,
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
    }
    sessions = [(PLANNED, 1, plan(new_id(), span, room="cuisine", people=4)) for _ in range(50)]
    async with on_the_bus.visitor("bottines") as visitor:

        async def ask() -> int:
            answer = await visitor.post("/reservations", json=body, headers={"Idempotency-Key": str(new_id())})
            return answer.status_code

        asking = asyncio.gather(*(ask() for _ in range(50)))
        await on_the_bus.say(*sessions)
        answers = Counter(await asking)
    await on_the_bus.handled(50)
    said = Counter(type for type, _, _ in await on_the_bus.hears(50 + answers[201]))
    assert set(answers) <= {201, 409}
    assert said["reservation.confirmed"] == 1
    assert said["reservation.refused"] == 50 - (1 - answers[201])


def chosen(refused: dict[str, Any], version: int) -> dict[str, Any]:
    """The first alternative, picked by the organiser's staff."""
    slot = refused["alternatives"][0]
    return {
        "organiser": refused["organisation"],
        "session_id": refused["session_id"],
        "reservation_id": refused["reservation_id"],
        "refusal": version,
        "room": slot["room"],
        "starts_at": slot["starts_at"],
        "ends_at": slot["ends_at"],
    }


async def test_the_alternative_that_the_organiser_picked_is_asked_for_in_its_name(
    on_the_bus: Running, day: OpenDay
) -> None:
    await on_the_bus.say((PLANNED, 1, plan(new_id(), day.at("9:00", "11:00"), room="cuisine")))
    [(_, version, refused)] = await on_the_bus.hears()
    choice = chosen(refused, version)
    await on_the_bus.say((CHOSEN, version, choice), by="enrolment")
    [(type, sequence, data)] = await on_the_bus.hears()
    assert (type, sequence, data["organisation"]) == ("reservation.confirmed", 2, "relais")
    assert (data["reservation_id"], data["room"]) == (refused["reservation_id"], choice["room"])
    assert data["starts_at"] == choice["starts_at"]


async def test_a_pick_is_void_when_the_organiser_has_asked_for_something_newer(
    on_the_bus: Running, day: OpenDay
) -> None:
    session = new_id()
    await on_the_bus.say((PLANNED, 1, plan(session, day.at("9:00", "11:00"), room="cuisine")))
    [(_, version, refused)] = await on_the_bus.hears()
    await on_the_bus.say((CHANGED, 2, plan(session, day.at("14:00", "16:00"), room="salle-motricite")))
    [(type, _, held)] = await on_the_bus.hears()
    assert (type, held["room"]) == ("reservation.confirmed", "salle-motricite")
    await on_the_bus.say((CHOSEN, version, chosen(refused, version)), by="enrolment")
    await on_the_bus.handled(3)
    assert await on_the_bus.said() == 2
