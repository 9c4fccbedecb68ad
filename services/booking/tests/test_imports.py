"""A planning is brought in: tried, followed, followed again, changed. On a real Postgres, over HTTP."""

import asyncio
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from booking.importing.planning import LONGEST
from booking.refusals import RoomTaken
from booking.rules import Span
from booking.testing import Desk, OpenDay, Running
from httpx import AsyncClient, Response
from ronde.clock import now
from ronde.house import House
from ronde.ids import new_id
from sqlalchemy import text

pytestmark = pytest.mark.database


@pytest.fixture
async def at_the_desk(doors: Running) -> Desk:
    return Desk(doors.service.db, doors.settings)


def event(uid: str, span: Span, *more: str, place: str | None = "Cuisine partagée", title: str = "Confitures") -> str:
    times = [f"{name}:{at:%Y%m%dT%H%M%SZ}" for name, at in (("DTSTART", span.starts_at), ("DTEND", span.ends_at))]
    where = [f"LOCATION:{place}"] if place else []
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *times, *where, *more, "END:VEVENT"])


def calendar(*events: str) -> str:
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", *events, "END:VCALENDAR"])


async def bring(visitor: AsyncClient, *events: str, door: str = "/imports", key: str = "", **more: Any) -> Response:
    body = {"calendar": calendar(*events), "people": 4, **more}
    return await visitor.post(door, json=body, headers={"Idempotency-Key": key or str(new_id())})


def outcomes(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["outcome"] for one in answer.json()["occurrences"]]


async def held(doors: Running) -> list[tuple[str, str, Any, str]]:
    """Organisation, room, since when, title: of all that hold a room."""
    query = text("SELECT organisation, room, starts_at, title->>'fr' FROM reservations WHERE state = 'confirmed' "
                 "ORDER BY starts_at, room")  # fmt: skip
    async with doors.service.db.reading() as session:
        return [tuple(row) for row in await session.execute(query)]


async def test_a_trial_says_what_the_import_will_do_and_does_nothing(
    doors: Running, at_the_desk: Desk, day: OpenDay
) -> None:
    await at_the_desk.reserve("cuisine", day.at("14:00", "16:00"), organisation="relais")
    said_before = await doors.said()
    planning = [
        event("free", day.at("9:00", "11:00")),
        event("clash-with-itself", day.at("10:00", "12:00")),
        event("taken", day.at("14:00", "15:00")),
        event("night", day.at("23:00", "23:30")),
        event("elsewhere", day.at("9:00", "10:00"), place="Mairie"),
        event("all-day", day.at("9:00", "10:00")).replace("DTSTART:", "DTSTART;VALUE=DATE:").replace("T080000Z", ""),
        event("long-ago", Span(*(one.replace(year=2020, day=1) for one in (day.at("9:00", "11:00").starts_at,
                                                                           day.at("9:00", "11:00").ends_at)))),
    ]  # fmt: skip
    async with doors.visitor("bottines") as visitor:
        tried = await bring(visitor, *planning, door="/imports/preview")
        assert await doors.said() == said_before
        assert len(await held(doors)) == 1
        followed = await bring(visitor, *planning)
    by_uid = {one["uid"]: (one["outcome"], one["code"]) for one in tried.json()["occurrences"]}
    assert by_uid["free"] == ("taken", None)
    assert by_uid["clash-with-itself"] == by_uid["taken"] == ("refused", "room-taken")
    assert by_uid["night"] == ("refused", "room-closed")
    assert by_uid["elsewhere"] == ("not-understood", "unknown-place")
    assert by_uid["all-day"][0] == "not-understood"
    assert tried.json()["past"] == 1
    assert len(by_uid) + tried.json()["past"] == len(planning)
    assert outcomes(followed) == outcomes(tried)
    assert tried.json()["counts"] == followed.json()["counts"]
    assert [one["reservation_id"] for one in tried.json()["occurrences"]] == [None] * len(by_uid)
    taken = next(one for one in tried.json()["occurrences"] if one["uid"] == "taken")
    assert len(taken["alternatives"]) == 3
    assert "relais" not in tried.text
    assert len(await held(doors)) == 2


async def test_importing_twice_changes_nothing(doors: Running, day: OpenDay) -> None:
    series = event("weekly", day.at("9:00", "11:00"), "RRULE:FREQ=WEEKLY;COUNT=3")
    async with doors.visitor("bottines") as visitor:
        first = await bring(visitor, series, key="the-same-key")
        before, said = await held(doors), await doors.said()
        replayed = await bring(visitor, series, key="the-same-key")
        again = await bring(visitor, series)
    assert outcomes(first) == ["taken"] * 3
    assert replayed.json() == first.json()
    assert outcomes(again) == ["unchanged"] * 3
    assert (await held(doors), await doors.said()) == (before, said)


async def test_a_changed_event_moves_its_reservation_and_a_cancelled_one_gives_it_back(
    doors: Running, day: OpenDay
) -> None:
    async with doors.visitor("bottines") as visitor:
        first = await bring(visitor, event("a", day.at("9:00", "10:00")), event("b", day.at("14:00", "15:00")))
        ids = {one["uid"]: one["reservation_id"] for one in first.json()["occurrences"]}
        # a goes where b was, and b is before it in time: it has to leave first
        changed = [event("a", day.at("14:00", "15:00"), title="Gelées"),
                   event("b", day.at("16:00", "17:00"))]  # fmt: skip
        second = await bring(visitor, *changed)
        assert {one["uid"]: one["reservation_id"] for one in second.json()["occurrences"]} == ids
        assert outcomes(second) == ["moved", "moved"]
        assert [one[2:] for one in await held(doors)] == [
            (day.at("14:00", "15:00").starts_at, "Gelées"),
            (day.at("16:00", "17:00").starts_at, "Confitures"),
        ]
        off = event("a", day.at("14:00", "15:00"), "STATUS:CANCELLED")
        for expected in ("cancelled", "unchanged"):
            third = await bring(visitor, off, changed[1])
            assert outcomes(third) == [expected, "unchanged"]
        assert len(await held(doors)) == 1
        assert outcomes(await bring(visitor, *changed)) == ["taken", "unchanged"]


async def test_an_hour_changed_in_the_series_moves_each_occurrence(doors: Running, day: OpenDay) -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"
    async with doors.visitor("bottines") as visitor:
        first = await bring(visitor, event("weekly", day.at("9:00", "11:00"), rule))
        later = await bring(visitor, event("weekly", day.at("10:00", "12:00"), rule))
    assert outcomes(later) == ["moved"] * 3
    assert [[one["reservation_id"] for one in answer.json()["occurrences"]] for answer in (first, later)] == [
        [one["reservation_id"] for one in first.json()["occurrences"]]
    ] * 2


async def test_what_was_changed_by_hand_stays_until_the_planning_changes(
    doors: Running, at_the_desk: Desk, day: OpenDay
) -> None:
    async with doors.visitor("bottines") as visitor:
        first = await bring(visitor, event("a", day.at("9:00", "10:00")))
        [one] = first.json()["occurrences"]
        await at_the_desk.move(one["reservation_id"], day.at("16:00", "17:00"))
        assert outcomes(await bring(visitor, event("a", day.at("9:00", "10:00")))) == ["unchanged"]
        assert [at for _, _, at, _ in await held(doors)] == [day.at("16:00", "17:00").starts_at]
        await at_the_desk.cancel(one["reservation_id"])
        assert outcomes(await bring(visitor, event("a", day.at("9:00", "10:00")))) == ["unchanged"]
        assert await held(doors) == []
        assert outcomes(await bring(visitor, event("a", day.at("9:00", "11:00")))) == ["taken"]


async def test_what_is_gone_from_the_planning_is_said_and_kept(doors: Running, day: OpenDay) -> None:
    async with doors.visitor("bottines") as visitor:
        await bring(visitor, event("a", day.at("9:00", "10:00")), event("b", day.at("14:00", "15:00")))
        answer = await bring(visitor, event("b", day.at("14:00", "15:00")))
    assert outcomes(answer) == ["absent", "unchanged"]
    assert len(await held(doors)) == 2


async def test_a_uid_is_its_organisation_s_own(doors: Running, day: OpenDay) -> None:
    for organisation, at in (("bottines", "9:00"), ("relais", "14:00")):
        async with doors.visitor(organisation) as visitor:
            assert outcomes(await bring(visitor, event("a", day.at(at, f"{int(at[:-3]) + 1}:00")))) == ["taken"]
    assert [one[0] for one in await held(doors)] == ["bottines", "relais"]


async def test_two_imports_and_the_door_at_once_take_a_slot_once(doors: Running, day: OpenDay) -> None:
    span = day.at("9:00", "10:00")
    body = {"room": "cuisine", "people": 2, "starts_at": span.starts_at.isoformat(),
            "ends_at": span.ends_at.isoformat()}  # fmt: skip
    others = [event(f"x{n}", day.at(f"{n}:00", f"{n}:20"), place="Salle de réunion") for n in range(11, 15)]
    async with doors.visitor("bottines") as one, doors.visitor("relais") as two, doors.visitor("acepp") as three:
        answers = await asyncio.gather(
            *(bring(who, *others, event("a", span), *reversed(others)) for who in (one, two, three) for _ in range(3)),
            *(three.post("/reservations", json=body, headers={"Idempotency-Key": str(new_id())}) for _ in range(6)),
        )
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    rooms = [(room, at) for _, room, at, _ in await held(doors)]
    assert len(rooms) == len(set(rooms)) == 5


async def test_imports_that_want_each_other_s_rooms_wait_and_do_not_lock_up(doors: Running, day: OpenDay) -> None:
    rooms = ("Cuisine partagée", "Salle de réunion")
    halves = [day.at(f"{hour}:00", f"{hour}:20") for hour in range(9, 19)]

    def planning(shift: int) -> list[str]:
        """Now one room, now the other; who shifts by one has the other room each time."""
        return [event(f"x{n}", span, place=rooms[(n + shift) % 2]) for n, span in enumerate(halves)]

    async with doors.visitor("bottines") as one, doors.visitor("relais") as two:
        answers = await asyncio.gather(
            *(bring(who, *planning(n)) for n, who in enumerate((one, two)) for _ in range(3))
        )
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len(await held(doors)) == 20


async def test_what_goes_over_the_charter_is_asked_and_what_is_confirmed_does_not_move_over_it(
    doors: Running, at_the_desk: Desk, house: House
) -> None:
    today = now().astimezone(house.timezone).date()
    monday = next(
        one for n in range(8, 99)
        if (one := today + timedelta(days=n)).weekday() == 0
        and all(house.opening(one + timedelta(days=more)) for more in range(5))
    )  # fmt: skip

    def at(begins: int, ends: int, days: int = 0) -> Span:
        wall = (datetime.combine(monday + timedelta(days=days), time(hour), house.timezone) for hour in (begins, ends))
        return Span(*(one.astimezone(UTC) for one in wall))

    rule = "RRULE:FREQ=DAILY;COUNT=5"
    peak = [event(room, at(9, 12), rule, place=room) for room in ("cuisine", "salle-reunion")]
    calm, into_the_peak = (event("calm", span, place="salle-atelier") for span in (at(15, 16), at(9, 10, days=1)))
    async with doors.visitor("bottines") as visitor:
        first = await bring(visitor, calm, *peak)
        assert Counter(outcomes(first)) == {"taken": 1 + 8, "asked": 2}  # 24 hours a week
        second = await bring(visitor, into_the_peak, *peak)
    assert Counter(outcomes(second)) == {"unchanged": 10, "refused": 1}
    [refused] = [one for one in second.json()["occurrences"] if one["outcome"] == "refused"]
    assert refused["code"] == "over-the-charter"
    assert ("bottines", "salle-atelier", at(15, 16).starts_at, "Confitures") in await held(doors)
    for span, free in ((at(9, 10, days=1), True), (at(15, 16), False)):
        with nullcontext() if free else pytest.raises(RoomTaken):
            await at_the_desk.reserve("salle-atelier", span, organisation="acepp")


async def test_what_is_wrong_is_refused_and_nobody_acts_for_another(doors: Running, day: OpenDay) -> None:
    one = event("a", day.at("9:00", "10:00"), place=None)
    async with doors.visitor("bottines") as visitor:
        wrong = [
            await bring(visitor, one, room="bal"),
            await bring(visitor, one, people=0),
            await bring(visitor, calendar="hello"),
            await bring(visitor, calendar="x" * (LONGEST + 1)),
            await bring(visitor, *(event(f"{n}", day.at("9:00", "10:00")) for n in range(501))),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in wrong] == [
            (422, "unknown-room"), (422, "invalid"), (422, "not-a-calendar"), (422, "invalid"),
            (422, "too-many-occurrences"),
        ]  # fmt: skip
        assert outcomes(await bring(visitor, one)) == ["not-understood"]
        assert outcomes(await bring(visitor, one, room="cuisine")) == ["taken"]
    async with doors.visitor() as visitor:
        for door in ("/imports", "/imports/preview"):
            assert (await bring(visitor, one, door=door)).status_code == 401


async def test_staff_see_on_a_page_what_would_happen_and_then_import(doors: Running, day: OpenDay) -> None:
    planning = calendar(event("a", day.at("9:00", "10:00"), title="Confitures <b>"),
                        event("b", day.at("23:00", "23:30"))).encode()  # fmt: skip
    async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
        assert (await visitor.get("/import")).status_code == 401
        await visitor.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        assert "Fichier .ics" in (await visitor.get("/import")).text

        async def tried(content: bytes) -> Response:
            return await visitor.post(
                "/import", files={"calendar": ("planning.ics", content)}, data={"people": "4", "room": ""}
            )

        for wrong in (b"hello", "BEGIN:VCALENDAR é".encode("latin-1")):
            refused = await tried(wrong)
            assert (refused.status_code, "À corriger" in refused.text) == (422, True)
        page = await tried(b"\xef\xbb\xbf" + planning)
        assert page.status_code == 200
        assert "Rien n'est fait encore." in page.text.replace("&#39;", "'")
        assert "Confitures &lt;b&gt;" in page.text
        assert await held(doors) == []
        fields = {name: page.text.split(f'name="{name}" value="')[1].split('"')[0]
                  for name in ("idempotency_key", "planning", "room", "people")}  # fmt: skip
        for _ in range(2):  # a double click
            done = await visitor.post("/import/follow", data=fields)
            assert (done.status_code, "Le planning est importé" in done.text) == (200, True)
        assert len(await held(doors)) == 1
        broken = await visitor.post(
            "/import/follow", data={**fields, "planning": "x", "idempotency_key": "another-key"}
        )
        assert broken.status_code == 422
