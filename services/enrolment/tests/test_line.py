"""The order of the line by points, when the organiser's plan says so; each place explained, in words."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from enrolment import queries
from enrolment.explaining import POINTS, SAID, said
from enrolment.placing import Enrolled
from enrolment.queries.line import line_for
from enrolment.states import LineNews
from enrolment.tables import Enrolment, LineChange
from enrolment.testing import HOUR, ORGANISER, Desk, Family, Running, in_days
from enrolment.use_cases.record_attendance import Came, RecordAttendance, record_attendance
from ronde.ids import new_id
from ronde_contracts.partners import Points

pytestmark = pytest.mark.database
NEWCOMERS = {"newcomer": 30, "missed": 0, "no_show": -20}


async def past(desk: Desk, *, places: int = 8, who: list[Family], came: bool = True, **facts: Any) -> UUID:
    """A session of three days ago, in which these enrolled and came, or did not."""
    with time_machine.travel(in_days(-5), tick=False):
        session = await desk.open_session(places=places, starts_at=in_days(2), **facts)
        found = [await desk.enrol(session, one) for one in who]
    with time_machine.travel(in_days(-3) + HOUR, tick=False):
        present = {one.enrolment.id: Came(int(came), int(came)) for one in found if one.position is None}
        cmd = RecordAttendance(organiser=ORGANISER, session_id=session, by=ORGANISER, present=present)
        async with desk.db.transaction() as tx:
            await record_attendance(tx, cmd)
    return session


async def line(desk: Desk, session: UUID) -> list[UUID]:
    """The parties who wait, in the order of the line."""
    async with desk.db.reading() as reading:
        found = await queries.participants(reading, await desk.session(session))
    return [one.enrolment.party_id for one in found if one.position is not None]


async def words(desk: Desk, enrolled: Enrolled) -> list[str]:
    async with desk.db.reading() as reading:
        found = await line_for(reading, await reading.get_one(Enrolment, enrolled.enrolment.id))
    return [said(one, ZoneInfo("Europe/Paris"))["fr"] for one in found]


async def test_who_never_came_goes_before_who_did(desk: Desk) -> None:
    regular, absent = await desk.family(), await desk.family()
    await past(desk, who=[regular])
    await past(desk, who=[absent], came=False)
    session = await desk.open_session(places=1, points=NEWCOMERS)
    first = await desk.enrol(session)
    one = await desk.enrol(session, regular)
    two = await desk.enrol(session, absent)
    new = await desk.family()
    three = await desk.enrol(session, new)
    assert [one.position, two.position, three.position] == [1, 1, 1]
    assert await line(desk, session) == [new[0], absent[0], regular[0]]
    waitlisted = await desk.told("enrolment.waitlisted.v1")
    assert waitlisted[-1]["data"]["position"] == 1
    assert await words(desk, one) == [
        "Inscription sur la liste d'attente, à la 1ʳᵉ place.",
        "Une famille qui a plus de points (10) est passée devant.",
        "Une famille qui a plus de points (30) est passée devant.",
    ]
    await desk.withdraw(first)
    assert (await desk.state(three), await desk.state(one)) == ("offered", "waiting")


async def test_who_waited_in_vain_in_the_series_goes_before_the_others(desk: Desk) -> None:
    series, rule = new_id(), {"newcomer": 0, "missed": 10, "no_show": 0}
    unlucky, lucky = await desk.family(), await desk.family()
    await past(desk, places=1, who=[lucky, unlucky], series_id=series)
    session = await desk.open_session(places=1, points=rule, series_id=series)
    other = await desk.open_session(places=1, points=rule, series_id=new_id())
    for where in (session, other):
        await desk.enrol(where)
        await desk.enrol(where, lucky)
        await desk.enrol(where, unlucky)
    assert await line(desk, session) == [unlucky[0], lucky[0]]
    assert await line(desk, other) == [lucky[0], unlucky[0]]


async def test_by_arrival_nothing_but_arrival_counts(desk: Desk) -> None:
    regular = await desk.family()
    await past(desk, who=[regular])
    session = await desk.open_session(places=1)
    await desk.enrol(session)
    await desk.enrol(session, regular)
    new = await desk.family()
    await desk.enrol(session, new)
    assert await line(desk, session) == [regular[0], new[0]]


async def test_a_new_rule_reorders_who_waits_and_says_so_and_takes_no_offer_back(desk: Desk) -> None:
    regular, new = await desk.family(), await desk.family()
    await past(desk, who=[regular])
    session = await desk.open_session(places=1)
    first = await desk.enrol(session)
    offered = await desk.enrol(session, await desk.family())
    one, two = await desk.enrol(session, regular), await desk.enrol(session, new)
    await desk.withdraw(first)
    assert await desk.state(offered) == "offered"
    for points in (NEWCOMERS, NEWCOMERS):  # said again, it reorders nobody
        await desk.plan(session, places=1, points=points)
    assert await line(desk, session) == [new[0], regular[0]]
    assert await desk.state(offered) == "offered"
    assert (await words(desk, one))[-1] == "La règle de la liste a changé : la 1ʳᵉ place est devenue la 2ᵉ."
    assert len(await words(desk, two)) == 2
    await desk.plan(session, places=1, points=None)
    assert await line(desk, session) == [regular[0], new[0]]


async def test_a_family_reads_its_own_place_and_why(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1, points=NEWCOMERS)
    _, second = [await desk.enrol(session) for _ in range(2)]
    path = f"/enrolments/{second.enrolment.id}/line"
    async with doors.visitor("relais") as relais:
        place = (await relais.get(path)).json()
        assert (place["position"], place["points"], place["by_points"]) == (1, 30, True)
        assert place["points_for"] == [{"rule": "newcomer", "words": POINTS["newcomer"], "points": 30}]
        assert [one["change"] for one in place["changes"]] == ["joined"]
        asked = {"reason": "Sa place du mois dernier a été annulée.", "said_yes": False}
        moved = await relais.post(f"/enrolments/{second.enrolment.id}/offer", json=asked)
        assert (moved.status_code, moved.json()["state"]) == (200, "waiting")
        place = (await relais.get(path)).json()
        assert place["put_first"] is True
        assert place["changes"][-1]["reason"] == asked["reason"]
        (public,) = (await relais.get("/sessions")).json()
        assert public["points"] == NEWCOMERS
        whole = (await relais.get(f"/sessions/{ORGANISER}/{session}/line")).json()
        assert [one["change"] for one in whole["changes"]] == ["put-first", "joined", "got-a-place"]
        assert (whole["over"], whole["to_ring"]) == (0, [])
        short = await relais.post(f"/enrolments/{second.enrolment.id}/offer", json={"reason": " "})
        assert short.status_code == 422
    async with doors.visitor("acepp") as other:
        assert (await other.get(path)).status_code == 403
        assert (await other.get(f"/sessions/{ORGANISER}/{session}/line")).status_code == 403


async def test_participants_never_see_each_other_s_names(desk: Desk, doors: Running) -> None:
    """Elsewhere they do. Here not on their page, not on the session's, not in their place in line, not on the bus."""
    session = await desk.open_session(places=1)
    names = ["Zénaïde Premier", "Odilon Second"]
    first, second = [await desk.enrol(session, await desk.family(name=name)) for name in names]
    links = [one["data"]["url"].removeprefix(desk.terms.public_url) for one in await desk.told("link.issued.v1")]
    async with doors.visitor(Accept="text/html") as visitor, doors.visitor("relais") as relais:
        read = [(await visitor.get(path)).text for path in (*links, f"/sessions/{ORGANISER}/{session}", "/")]
        read += [(await relais.get(f"/enrolments/{one.enrolment.id}/line")).text for one in (first, second)]
    public = [one for one in await desk.told() if not one["type"].startswith(("contact.", "link."))]
    for name in ("Zénaïde", "Premier", "Odilon", "Second", "Enfant 0"):
        assert not any(name in page for page in (*read, str(public)))


def test_every_change_of_a_line_has_words_in_both_languages() -> None:
    facts = {"position": 2, "was": 1, "needs": 3, "points": 30, "deadline": in_days(2).isoformat()}
    for change in LineNews.__args__:  # type: ignore[attr-defined]
        row = LineChange(change=change, facts=facts)
        assert said(row, ZoneInfo("Europe/Paris")).keys() == {"fr", "en"} == SAID[change].keys()


def test_every_rule_of_points_has_words() -> None:
    assert POINTS.keys() == Points.model_fields.keys()
