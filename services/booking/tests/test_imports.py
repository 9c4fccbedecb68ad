"""A planning is brought in: tried, followed, followed again, changed. On a real Postgres, over HTTP."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from booking.importing import following
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


async def test_what_goes_over_the_charter_is_asked_and_what_moves_over_it_keeps_its_slot_meanwhile(
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
        third = await bring(visitor, into_the_peak, *peak)
    assert Counter(outcomes(second)) == {"unchanged": 10, "asked": 1}
    assert Counter(outcomes(third)) == {"unchanged": 11}
    assert ("bottines", "salle-atelier", at(15, 16).starts_at, "Confitures") in await held(doors)
    for span in (at(9, 10, days=1), at(15, 16)):
        with pytest.raises(RoomTaken):
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


async def test_two_events_that_change_places_both_move(doors: Running, day: OpenDay) -> None:
    """A swap is two clashes, one for each."""
    nine, two, four = (day.at(f"{hour}:00", f"{hour + 1}:00") for hour in (9, 14, 16))
    async with doors.visitor("bottines") as visitor:
        first = await bring(visitor, event("a", nine), event("b", two), event("c", four))
        ids = {one["uid"]: one["reservation_id"] for one in first.json()["occurrences"]}
        swapped = [event("a", two), event("b", four), event("c", nine)]
        tried = await bring(visitor, *swapped, door="/imports/preview")
        done = await bring(visitor, *swapped)
    assert outcomes(tried) == outcomes(done) == ["moved"] * 3
    assert {one["uid"]: one["reservation_id"] for one in done.json()["occurrences"]} == ids
    assert len(await held(doors)) == 3
    assert await doors.said() == 6


async def test_who_cannot_change_places_keeps_its_own_and_so_do_those_who_waited_for_it(
    doors: Running, at_the_desk: Desk, day: OpenDay
) -> None:
    nine, two, five = (day.at(f"{hour}:00", f"{hour + 1}:00") for hour in (9, 14, 17))
    await at_the_desk.reserve("salle-reunion", nine, organisation="relais")
    async with doors.visitor("bottines") as visitor:
        await bring(visitor, event("a", nine), event("b", two), event("c", five))
        before, said = await held(doors), await doors.said()
        elsewhere = event("b", nine, place="Salle de réunion")  # taken there, so b stays where a wants to go
        answer = await bring(visitor, event("a", two), elsewhere, event("c", five))
    assert outcomes(answer) == ["refused", "refused", "unchanged"]
    assert (await held(doors), await doors.said()) == (before, said)


async def test_a_chain_of_moves_is_followed_to_its_end(doors: Running, day: OpenDay) -> None:
    def planning(later: int) -> list[str]:
        return [event(f"x{n}", day.at(f"{n + later}:00", f"{n + later}:20")) for n in range(9, 18)]

    async with doors.visitor("bottines") as visitor:
        await bring(visitor, *planning(0))
        assert outcomes(await bring(visitor, *planning(1))) == ["moved"] * 9


async def test_an_event_that_recurs_since_then_is_still_the_same_and_back(doors: Running, day: OpenDay) -> None:
    """Known once as a single event, it came twice when it began to recur."""
    once, weekly = event("a", day.at("9:00", "10:00")), event("a", day.at("9:00", "10:00"), "RRULE:FREQ=WEEKLY;COUNT=3")
    async with doors.visitor("bottines") as visitor:
        [first] = (await bring(visitor, once)).json()["occurrences"]
        tried = await bring(visitor, weekly, door="/imports/preview")
        again = await bring(visitor, weekly)
        assert outcomes(tried) == outcomes(again) == ["unchanged", "taken", "taken"]
        assert again.json()["occurrences"][0]["reservation_id"] == first["reservation_id"]
        assert outcomes(await bring(visitor, weekly)) == ["unchanged"] * 3
        back = await bring(visitor, once)
        assert outcomes(back) == ["unchanged", "absent", "absent"]
        assert back.json()["occurrences"][0]["reservation_id"] == first["reservation_id"]
        later = event("a", day.at("11:00", "12:00"), "RRULE:FREQ=WEEKLY;COUNT=3")
        assert outcomes(await bring(visitor, later)) == ["moved"] * 3
    assert len(await held(doors)) == 3


async def test_hundreds_of_events_keep_nobody_waiting_long(
    doors: Running, at_the_desk: Desk, day: OpenDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One import held the queue of all rooms for seconds: here others are served while it lasts, and so in a trial."""
    monkeypatch.setattr(following, "TURN", 0.01)
    many = [event(f"x{n}", day.at(f"{8 + n // 2}:{n % 2}0", f"{8 + n // 2}:{n % 2}5"), place="Salle de réunion")
            for n in range(24)]  # fmt: skip
    for door in ("/imports/preview", "/imports"):
        async with doors.visitor("relais") as visitor:
            importing = asyncio.create_task(bring(visitor, *many, door=door))
            served = 0
            while not importing.done():
                made = await at_the_desk.reserve("cuisine", day.at("9:00", "10:00"))
                served += not importing.done()
                await at_the_desk.cancel(made.id)
            assert (await importing).status_code == 200
        assert served > 3, door


async def test_a_trial_sees_what_its_earlier_turns_would_have_done(
    doors: Running, at_the_desk: Desk, day: OpenDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "TURN", 0)  # one event a turn
    await at_the_desk.reserve("cuisine", day.at("16:00", "17:00"), organisation="acepp")
    rooms = ("cuisine", "salle-reunion", "grande-salle-rue")
    rule = "RRULE:FREQ=WEEKLY;COUNT=2"
    async with doors.visitor("bottines") as visitor:
        await bring(visitor, event("moves", day.at("14:00", "15:00")), event("goes", day.at("18:00", "19:00")))
        planning = [
            *(event(f"{room}-{n}", day.at(f"{9 + n}:00", f"{9 + n}:30"), rule, place=room) for room in rooms
              for n in range(2)),
            event("moves", day.at("18:00", "19:00")),
            event("goes", day.at("18:00", "19:00"), "STATUS:CANCELLED"),
            event("again", day.at("9:15", "9:45")),
            event("instead", day.at("14:00", "15:00")),
            event("taken", day.at("16:00", "17:00")),
            event("whole", day.at("9:00", "10:00"), place="grande-salle"),
        ]  # fmt: skip
        before = (await held(doors), await doors.said())
        tried = (await bring(visitor, *planning, door="/imports/preview")).json()
        assert (await held(doors), await doors.said()) == before
        followed = (await bring(visitor, *planning)).json()
    ids = {"reservation_id": None}
    assert [one | ids for one in tried["occurrences"]] == [one | ids for one in followed["occurrences"]]
    assert tried["counts"] == followed["counts"]
    assert {one["outcome"] for one in followed["occurrences"]} >= {"taken", "moved", "cancelled", "refused"}


async def test_a_request_sent_again_after_a_newer_planning_changes_nothing(doors: Running, day: OpenDay) -> None:
    old, new = event("a", day.at("9:00", "10:00")), event("a", day.at("14:00", "15:00"))
    async with doors.visitor("bottines") as visitor:
        first = await bring(visitor, old, key="the-first-key")
        await bring(visitor, new)
        again = await bring(visitor, old, key="the-first-key")
        other = await bring(visitor, new, key="the-first-key")
    assert again.json() == first.json()
    assert other.json()["code"] == "idempotency-key-reused"
    assert [at for _, _, at, _ in await held(doors)] == [day.at("14:00", "15:00").starts_at]
