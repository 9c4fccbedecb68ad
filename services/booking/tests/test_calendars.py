"""Calendars to subscribe to, over HTTP: what two strict readers make of them, who may, when nothing is sent again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import vobject
from booking.testing import Desk, OpenDay, Running
from httpx import AsyncClient, Response
from icalendar import Calendar
from ronde.clock import now
from ronde.ids import new_id
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from time_machine import travel

pytestmark = pytest.mark.database
LONG = {"fr": "Peinture, collage ; « à l'étage »\\ et\nplus loin : " + "é" * 90}


@pytest.fixture
async def at_the_desk(doors: Running) -> Desk:
    return Desk(doors.service.db, doors.settings)


async def ask(visitor: AsyncClient, kind: str, about: str | None = None, key: str = "") -> Response:
    headers = {"Idempotency-Key": key or str(new_id())}
    return await visitor.post("/calendars", json={"kind": kind, "about": about}, headers=headers)


async def address(doors: Running, kind: str, about: str | None = None, by: str = "bottines") -> str:
    async with doors.visitor(by) as visitor:
        made = await ask(visitor, kind, about)
    assert made.status_code == 201
    path: str = made.json()["address"].removeprefix(doors.settings.public_url)
    return path


async def feed(doors: Running, path: str, **headers: str) -> Response:
    async with doors.visitor(**{"Accept-Language": "fr", **headers}) as visitor:
        return await visitor.get(path)


def events(answer: Response) -> list[Any]:
    """The icalendar.Event of each. Fails where a strict reader would."""
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    assert [one.errors for one in calendar.walk() if one.errors] == []
    read = vobject.readOne(answer.text)
    read.validate(raiseException=True)
    found = calendar.walk("VEVENT")
    assert len(found) == len(getattr(read, "vevent_list", []))
    assert calendar["VERSION"] == "2.0"
    return found


async def test_a_calendar_is_what_strict_readers_expect(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    span = day.at("9:00", "11:00")
    made = await at_the_desk.reserve("cuisine", span, title=LONG)
    path = await address(doors, "house")
    answer = await feed(doors, path)
    [event] = events(answer)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert event["UID"] == f"{made.id}@villeurbanne"
    assert event["SEQUENCE"] == made.version
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (span.starts_at, span.ends_at)
    assert event["DTSTART"].dt.tzname() == "UTC"
    assert event["SUMMARY"] == f"{LONG['fr']} · Bottines et Bottillons"
    assert event["LOCATION"] == "Cuisine partagée"
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == made.updated_at.replace(microsecond=0)
    raw = answer.content
    assert b"X-WR-CALNAME:P\xc3\xb4le de coop\xc3\xa9ration" in raw
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    for line in raw.split(b"\r\n"):
        line.decode()  # folded between letters, never inside one
    with travel(now() + timedelta(hours=2), tick=False):
        assert (await feed(doors, path)).content == raw  # nothing moves by itself


async def test_a_change_keeps_the_uid_and_raises_the_sequence(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    made = await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"))
    path = await address(doors, "organisation", "bottines")
    [before] = events(await feed(doors, path))
    await at_the_desk.move(made.id, day.at("14:00", "16:00"))
    [moved] = events(await feed(doors, path))
    await at_the_desk.cancel(made.id)
    [cancelled] = events(await feed(doors, path))
    assert before["UID"] == moved["UID"] == cancelled["UID"]
    assert before["SEQUENCE"] < moved["SEQUENCE"] < cancelled["SEQUENCE"]
    assert moved["DTSTART"].dt == cancelled["DTSTART"].dt == day.at("14:00", "16:00").starts_at
    assert (moved["STATUS"], cancelled["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert before["SUMMARY"] == "Réservé"


async def test_what_was_cancelled_is_said_for_thirty_days(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    made = await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"))
    await at_the_desk.cancel(made.id)
    path = await address(doors, "house")
    for days, expected in ((29, 1), (32, 0)):
        with travel(now() + timedelta(days=days), tick=False):
            assert len(events(await feed(doors, path))) == expected


async def test_what_is_held_until_a_deadline_is_tentative(doors: Running, day: OpenDay) -> None:
    span = day.at("9:00", "11:00")
    body = {
        "room": "cuisine",
        "people": 2,
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
    }
    async with doors.visitor("bottines") as visitor:
        assert (await visitor.post("/holds", json=body, headers={"Idempotency-Key": str(new_id())})).status_code == 201
    [event] = events(await feed(doors, await address(doors, "house")))
    assert event["STATUS"] == "TENTATIVE"


async def test_each_calendar_shows_its_own(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    await at_the_desk.reserve("grande-salle", day.at("9:00", "11:00"))
    await at_the_desk.reserve("grande-salle-rue", day.at("14:00", "15:00"), organisation="relais")
    await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"), organisation="acepp")

    async def shown(kind: str, about: str | None = None) -> list[str]:
        return [str(one["LOCATION"]) for one in events(await feed(doors, await address(doors, kind, about)))]

    whole, half = "Grande salle", "Grande salle, côté rue"
    assert sorted(await shown("house")) == sorted([whole, half, "Cuisine partagée"])
    assert await shown("room", "grande-salle-rue") == [whole, half]
    assert await shown("room", "grande-salle-jardin") == [whole]
    assert await shown("organisation", "acepp") == ["Cuisine partagée"]


async def test_the_window_is_three_months_back_and_eighteen_ahead(
    doors: Running, at_the_desk: Desk, day: OpenDay
) -> None:
    await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"))
    path = await address(doors, "house")
    for days, expected in ((60, 1), (92 + 45, 0)):
        with travel(day.at("9:00", "11:00").starts_at + timedelta(days=days), tick=False):
            assert len(events(await feed(doors, path))) == expected


async def test_nothing_is_sent_again_until_something_changes(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    made = await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"))
    path = await address(doors, "house")
    first = await feed(doors, path)
    tag = first.headers["ETag"]
    again = await feed(doors, path, **{"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    assert (await feed(doors, path, **{"If-Modified-Since": tomorrow})).status_code == 304
    assert (await feed(doors, path, **{"If-Modified-Since": "soon"})).status_code == 200
    async with doors.visitor(**{"Accept-Language": "fr"}) as visitor:
        head = await visitor.head(path)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)
    assert int(head.headers["content-length"]) == len(first.content)
    await at_the_desk.move(made.id, day.at("14:00", "16:00"))
    changed = await feed(doors, path, **{"If-None-Match": tag})
    assert (changed.status_code, changed.headers["ETag"] == tag) == (200, False)
    english = await feed(doors, path, **{"Accept-Language": "en", "If-None-Match": changed.headers["ETag"]})
    assert english.status_code == 200


async def test_a_change_committed_late_is_seen_though_it_is_not_the_newest(
    doors: Running, at_the_desk: Desk, day: OpenDay
) -> None:
    early = await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"))
    await at_the_desk.reserve("salle-reunion", day.at("9:00", "11:00"))
    path = await address(doors, "house")
    tag = (await feed(doors, path)).headers["ETag"]
    async with doors.service.db.transaction() as tx:
        change = text(
            "UPDATE reservations SET title = :title, updated_at = updated_at + interval '1 us' WHERE id = :id"
        )
        change = change.bindparams(bindparam("title", type_=JSONB))
        await tx.session.execute(change, {"id": early.id, "title": {"fr": "Gelées"}})
    changed = await feed(doors, path, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert "Gelées" in changed.text


async def test_an_address_is_renewed_and_the_old_one_says_so(doors: Running) -> None:
    old = await address(doors, "room", "cuisine")
    other = await address(doors, "room", "cuisine", by="relais")
    new = await address(doors, "room", "cuisine")
    gone = await feed(doors, old)
    assert (gone.status_code, gone.json()["code"]) == (410, "calendar-ended")
    assert gone.json()["detail"].startswith("Cette adresse d'agenda a été remplacée")
    assert [(await feed(doors, path)).status_code for path in (new, other)] == [200, 200]
    nowhere = await feed(doors, "/calendars/abcdefgh.ics")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no-such-calendar")


async def test_the_same_request_makes_one_address_and_none_is_kept(doors: Running) -> None:
    async with doors.visitor("bottines") as visitor:
        first, again = [await ask(visitor, "house", key="the-same-key") for _ in range(2)]
        wrong = [await ask(visitor, kind, about) for kind, about in (("room", "bal"), ("organisation", "x"))]
    async with doors.visitor() as visitor:
        assert (await ask(visitor, "house")).status_code == 401
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [one.json()["code"] for one in wrong] == ["unknown-room", "unknown-organisation"]
    token = first.json()["address"].rsplit("/", 1)[1].removesuffix(".ics")
    assert len(token) == 32
    async with doors.service.db.reading() as session:
        rows: list[Any] = [
            *await session.execute(text("SELECT convert_from(body, 'UTF8') FROM idempotency")),
            *await session.execute(text("SELECT calendars::text FROM calendars")),
        ]
    assert len(rows) == 2
    assert token not in repr(rows)


async def test_staff_get_an_address_on_a_page_and_change_it_there(doors: Running) -> None:
    async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
        assert (await visitor.get("/calendars")).status_code == 401
        await visitor.post("/sign-in", data={"key": "key-of-acepp", "next": "/calendars"})
        empty = (await visitor.get("/calendars")).text
        assert "Obtenir une adresse" in empty
        assert "webcal://" not in empty
        form = {"kind": "room", "about": "cuisine"}
        done = await visitor.post("/calendars/renew", data={**form, "idempotency_key": "first-key"})
        assert (done.status_code, done.headers["Location"]) == (303, "/calendars#room-cuisine")
        page = (await visitor.get("/calendars")).text
        [shown] = [line.split('value="')[1].split('"')[0] for line in page.splitlines() if "readonly" in line]
        path = shown.removeprefix(doors.settings.public_url)
        assert events(await visitor.get(path)) == []
        asked = (await visitor.get("/calendars/renew", params=form)).text
        assert "L'adresse actuelle cessera" in asked.replace("&#39;", "'")
        await visitor.post("/calendars/renew", data={**form, "idempotency_key": "second-key"})
        assert (await visitor.get(path)).status_code == 410
        english = (await visitor.get("/calendars", params={"lang": "en"})).text
    assert "How to subscribe" in english
