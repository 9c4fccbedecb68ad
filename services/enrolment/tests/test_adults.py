"""Places for adults: counted apart from the children's, and taken with them or not at all."""

import pytest
from enrolment.placing import Enrolled
from enrolment.testing import Desk, Running
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.database


async def counts(desk: Desk, session: object) -> tuple[int, int | None, int, int | None]:
    one = await desk.session(session)  # type: ignore[arg-type]
    return one.taken, one.seats, one.adults_taken, one.adult_seats


async def test_an_adult_s_place_and_the_children_s_are_taken_together_or_not_at_all(desk: Desk) -> None:
    session = await desk.open_session(places=6, adult_places=3)
    both_parents = await desk.enrol(session, adults=2)
    again = await desk.enrol(session, children=2, adults=2)  # four places for children, one for an adult
    alone = await desk.enrol(session, adults=1)
    assert [one.position for one in (both_parents, again, alone)] == [None, 1, None]
    assert await counts(desk, session) == (2, 6, 3, 3)
    await desk.withdraw(alone)
    assert await desk.state(again) == "waiting"  # one adult's place is not two
    await desk.withdraw(both_parents)
    assert await desk.state(again) == "offered"
    assert await counts(desk, session) == (2, 6, 2, 3)


async def test_a_child_who_comes_with_nobody_takes_no_adult_s_place(desk: Desk) -> None:
    session = await desk.open_session(places=2, adult_places=1)
    found = [await desk.enrol(session, adults=1), await desk.enrol(session, adults=0)]
    assert [one.position for one in found] == [None, None]


async def test_where_adults_are_not_counted_they_are_known_all_the_same(desk: Desk) -> None:
    session = await desk.open_session(places=2)
    await desk.enrol(session, adults=4)
    assert await counts(desk, session) == (1, 2, 4, None)
    (told,) = await desk.told("enrolment.confirmed.v1")
    assert (told["data"]["children"], told["data"]["adults"]) == (1, 4)


async def test_the_database_refuses_the_adult_s_place_that_is_not_there(desk: Desk) -> None:
    """Whatever the code believes: here it believes nothing and writes."""
    session = await desk.open_session(places=6, adult_places=1)
    await desk.enrol(session)
    second = await desk.enrol(session)
    for change in ("state = 'confirmed'", "state = 'confirmed', adults = 0, children = 9"):
        with pytest.raises(IntegrityError, match="than_seats"):
            async with desk.db.transaction() as tx:
                await tx.session.execute(
                    text(f"UPDATE enrolments SET {change} WHERE id = :id"),  # noqa: S608 (the lines above)
                    {"id": second.enrolment.id},
                )
    assert await counts(desk, session) == (1, 6, 1, 1)


async def test_fewer_adults_than_confirmed_drops_nobody_and_gives_none_away(desk: Desk) -> None:
    session = await desk.open_session(places=9, adult_places=4)
    found = [await desk.enrol(session, adults=2), await desk.enrol(session, adults=2), await desk.enrol(session)]
    await desk.plan(session, places=9, adult_places=1)
    assert await desk.states(session) == ["confirmed", "confirmed", "waiting"]
    assert await counts(desk, session) == (2, 9, 4, 4)
    await desk.withdraw(found[0])
    assert (await desk.state(found[2]), await counts(desk, session)) == ("waiting", (1, 9, 2, 2))
    await desk.withdraw(found[1])
    assert (await desk.state(found[2]), await counts(desk, session)) == ("offered", (1, 9, 1, 1))


async def test_adults_are_counted_from_now_on_and_no_longer(desk: Desk) -> None:
    session = await desk.open_session(places=9)
    await desk.enrol(session, adults=3)
    await desk.plan(session, places=9, adult_places=2)
    waits: Enrolled = await desk.enrol(session)
    assert (waits.position, await counts(desk, session)) == (1, (1, 9, 3, 3))
    await desk.plan(session, places=9)
    assert (await desk.state(waits), await counts(desk, session)) == ("offered", (2, 9, 4, None))


async def test_more_places_for_adults_are_offered_and_told(desk: Desk) -> None:
    session = await desk.open_session(places=9, adult_places=1)
    found = [await desk.enrol(session) for _ in range(3)]
    await desk.plan(session, places=9, adult_places=2)
    assert [await desk.state(one) for one in found] == ["confirmed", "offered", "waiting"]
    assert [one["data"]["adult_places"] for one in await desk.told("session.opened.v1")] == [1, 2]


async def test_the_doors_ask_how_many_adults_come_and_show_it(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=4, adult_places=2)
    party, children = await desk.family()
    body = {"party_id": str(party), "child_ids": [str(one) for one in children], "adults": 2}
    async with doors.visitor("relais") as relais:
        path = f"/sessions/relais/{session}/enrolments"
        answer = await relais.post(path, json=body, headers={"Idempotency-Key": "adults-1"})
        too_many = await relais.post(path, json={**body, "adults": 13}, headers={"Idempotency-Key": "adults-2"})
        (shown,) = (await relais.get("/sessions")).json()
    assert (answer.status_code, answer.json()["adults"], answer.json()["state"]) == (201, 2, "confirmed")
    assert too_many.status_code == 422
    assert (shown["places"], shown["taken"], shown["adult_places"], shown["adults_taken"]) == (4, 1, 2, 2)
