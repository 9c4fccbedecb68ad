"""Input that is wrong, through both doors: a precise refusal, and nothing half done."""

import html
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from booking.testing import OpenDay, Running
from httpx import AsyncClient
from ronde.clock import now
from ronde.ids import new_id
from sqlalchemy import text

pytestmark = pytest.mark.database
TABLES = ("reservations", "occupancies", "idempotency", "outbox")
NEEDED = "Ce champ est nécessaire."
PAST = "Ce moment est passé"
FAR = "C'est trop loin"


@pytest.fixture
async def staff(doors: Running) -> AsyncIterator[AsyncClient]:
    async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
        await visitor.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        yield visitor


async def untouched(doors: Running) -> bool:
    """Not a row, not an event, not even a used key."""
    async with doors.service.db.reading() as session:
        rows = [await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES]  # noqa: S608
    return rows == [0] * len(TABLES)


def fields(day: OpenDay, /, **changes: str) -> dict[str, str]:
    wish = {"room": "cuisine", "day": day.date.isoformat(), "from": "09:00", "to": "11:00", "people": "4", "title": ""}
    return {"idempotency_key": str(new_id()), **wish, **changes}


FORMS: list[tuple[dict[str, str], str, str]] = [
    ({"to": "08:00"}, "to", "La fin vient après le début"),
    ({"to": "09:00"}, "to", "La fin vient après le début"),
    ({"from": "04:00", "to": "06:00"}, "from", "La maison est ouverte de"),
    ({"from": "20:00", "to": "23:59"}, "from", "La maison est ouverte de"),
    (
        {"day": "2027-03-28", "from": "02:30", "to": "05:00"},
        "from",
        "Ce jour-là, 2 h 30 n'existe pas : les horloges avancent",
    ),
    ({"day": "2027-03-28", "from": "01:30", "to": "02:59"}, "to", "Ce jour-là, 2 h 59 n'existe pas"),
    ({"day": "2026-10-25", "from": "02:30", "to": "05:00"}, "from", "Ce jour-là, 2 h 30 existe deux fois"),
    ({"room": "salle-de-bal"}, "room", "Aucun espace de la maison ne porte ce nom."),
    ({"room": "x" * 100_000}, "room", "Aucun espace de la maison ne porte ce nom."),
    ({"day": "2020-01-07"}, "day", PAST),
    ({"day": "0001-01-01"}, "day", PAST),
    ({"day": "2099-01-05"}, "day", FAR),
    ({"day": "9999-12-31"}, "day", FAR),
    ({"people": "9"}, "people", "« Cuisine partagée » accueille 8 personnes ; il en faut 9."),
    ({"people": "1000", "room": ""}, "people", "Aucun espace n'accueille autant de personnes."),
    ({"people": "0"}, "people", "Il faut au moins 1."),
    ({"people": "-4"}, "people", "Il faut au moins 1."),
    ({"people": "1001"}, "people", "Il faut au plus 1000."),
    ({"people": "9" * 5000}, "people", "Il faut un nombre entier."),
    ({"people": "quatre"}, "people", "Il faut un nombre entier."),
    ({"people": ""}, "people", NEEDED),
    ({"day": ""}, "day", NEEDED),
    ({"day": "bientôt"}, "day", "Il faut une date."),
    ({"day": "2027-02-30"}, "day", "Il faut une date."),
    ({"day": "1800000000"}, "day", "Il faut une date."),
    ({"from": ""}, "from", NEEDED),
    ({"from": "25:00"}, "from", "Il faut une heure"),
    ({"to": "11:00+02:00"}, "to", "Il faut une heure"),
    ({"from": "32400"}, "from", "Il faut une heure"),
    ({"title": "x" * 201}, "title", "200 caractères au plus."),
    ({"title": "a\x00b"}, "title", "Cette valeur ne convient pas."),
]
"""What is changed in a form that is right, the field that is named, and how what is said begins."""


async def test_the_form_says_what_is_wrong_beside_its_field(
    staff: AsyncClient, doors: Running, day: OpenDay, subtests: pytest.Subtests
) -> None:
    for changes, field, words in FORMS:
        with subtests.test(str(changes)[:60]):
            answer = await staff.post("/reserve", data=fields(day, **changes))
            page = html.unescape(answer.text).replace("\u00a0", " ")
            assert answer.status_code == 422
            assert f'<a href="#{field}">{words}' in page
            assert f'id="{field}-error">{words}' in page
            assert await untouched(doors)


async def test_an_empty_form_names_each_field_that_is_needed(staff: AsyncClient, doors: Running) -> None:
    answer = await staff.post("/reserve", data={"idempotency_key": str(new_id())})
    assert (answer.status_code, answer.text.count('class="error"')) == (422, 4)
    assert await untouched(doors)


async def test_what_was_typed_comes_back_and_only_as_text(staff: AsyncClient, day: OpenDay) -> None:
    answer = await staff.post("/reserve", data=fields(day, to="08:00", title='"><script>alert(1)</script>'))
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def body(day: OpenDay, **changes: Any) -> dict[str, Any]:
    span = day.at("9:00", "11:00")
    hours = {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}
    return {"room": "cuisine", "people": 4, **hours, **changes}


BODIES: list[dict[str, Any]] = [
    {"starts_at": "2027-03-28T02:30:00"},  # without its offset no moment is meant
    {"starts_at": ""},
    {"starts_at": None},
    {"starts_at": 1e300},
    {"ends_at": "+999999-01-01T00:00:00Z"},
    {"people": 10**400},
    {"people": 4.5},
    {"people": "4 people"},
    {"room": ""},
    {"room": "cuisine'; DROP TABLE reservations --"},
    {"room": ["cuisine"]},
    {"title": {"fr": ""}},
    {"title": {"fr": "x" * 201}},
    {"title": {"fr": "a\x00b"}},
    {"title": {"fr": "\ud800"}},
]


async def test_the_json_door_says_what_is_wrong(doors: Running, day: OpenDay, subtests: pytest.Subtests) -> None:
    async with doors.visitor("bottines") as visitor:
        for changes in BODIES:
            with subtests.test(ascii(changes)[:60]):
                sent = json.dumps(body(day, **changes))
                answer = await visitor.post("/reservations", content=sent, headers=headers())
                assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
                assert await untouched(doors)


async def test_a_body_that_is_no_request_is_refused(doors: Running, subtests: pytest.Subtests) -> None:
    async with doors.visitor("bottines") as visitor:
        for sent in (b"", b"[]", b"null", b"{", b'"cuisine"', b"\xff\xfe", b"[" * 50_000):
            with subtests.test(str(sent[:20])):
                answer = await visitor.post("/reservations", content=sent, headers=headers())
                assert answer.status_code in (400, 422)
                assert await untouched(doors)


def headers() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id()), "Content-Type": "application/json"}


async def test_a_form_about_now_is_about_the_past_a_minute_later(staff: AsyncClient, doors: Running) -> None:
    day = OpenDay(doors.service.house)
    with time_machine.travel(day.at("9:00", "9:01").starts_at + timedelta(seconds=1)):
        assert now() > day.at("9:00", "9:01").starts_at
        await staff.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        answer = await staff.post("/reserve", data=fields(day))
    assert (answer.status_code, PAST in answer.text) == (422, True)
