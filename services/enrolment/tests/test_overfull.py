"""Places lowered below what is taken: nobody is dropped, and the organiser is told."""

import pytest
from enrolment.testing import MONDAY, ORGANISER, Desk, Running, Said, hear

pytestmark = pytest.mark.database
TOLD = ("session.opened.v1", "session.overfull.v1")


async def test_its_organiser_is_told_once_after_the_new_number(desk: Desk, doors: Running) -> None:
    said = Said()
    counted = {"adult_places": 8}
    await hear(desk, (1, said.planned(places=4).model_copy(update=counted)), (1, said.confirmed()))
    found = [await desk.enrol(said.session_id, adults=2) for _ in range(4)]
    fewer = said.changed(MONDAY, places=3).model_copy(update={"adult_places": 5})
    await hear(desk, (2, fewer), (3, fewer))
    assert [one["type"] for one in await desk.told(*TOLD)] == [TOLD[0], TOLD[0], TOLD[1]]
    overfull = (await desk.told("session.overfull.v1"))[0]
    data = overfull["data"]
    assert (data["places"], data["taken"], data["adult_places"], data["adults_taken"]) == (3, 4, 5, 8)
    assert (overfull["subject"], overfull["sequence"]) == (f"{ORGANISER}/{said.session_id}", "3")
    assert await desk.states(said.session_id) == ["confirmed"] * 4
    async with doors.visitor(ORGANISER) as relais:
        line = (await relais.get(f"/sessions/{ORGANISER}/{said.session_id}/line")).json()
    assert (line["over"], line["adults_over"]) == (1, 3)
    await desk.withdraw(found[0])
    assert len(await desk.told("session.overfull.v1")) == 1  # it became less by itself
    await hear(desk, (4, said.changed(MONDAY, places=1)))
    assert (await desk.told("session.overfull.v1"))[-1]["data"]["taken"] == 3


async def test_fewer_places_that_still_suffice_trouble_nobody(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned(places=4)), (1, said.confirmed()))
    await desk.enrol(said.session_id)
    await hear(desk, (2, said.changed(MONDAY, places=1)))
    assert await desk.told("session.overfull.v1") == []


async def test_what_is_told_names_nobody(desk: Desk) -> None:
    said = Said()
    await hear(desk, (1, said.planned(places=4)), (1, said.confirmed()))
    enrolled = [await desk.enrol(said.session_id) for _ in range(2)]
    await hear(desk, (2, said.changed(MONDAY, places=1)))
    (told,) = await desk.told("session.overfull.v1")
    for one in enrolled:
        assert str(one.enrolment.party_id) not in str(told)
        assert str(one.enrolment.id) not in str(told)
