"""The week of all rooms, in French and in English, and what only those who are signed in see."""

import pytest
from booking.testing import Desk, OpenDay, Running, plan
from httpx import AsyncClient
from ronde.house import House
from ronde.ids import new_id

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
async def at_the_desk(doors: Running) -> Desk:
    return Desk(doors.service.db, doors.settings)


async def page(visitor: AsyncClient, day: OpenDay, **query: str) -> str:
    answer = await visitor.get("/", params={"week": day.date.isoformat(), **query})
    assert answer.status_code == 200
    return answer.text


async def test_the_week_shows_who_has_which_room(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    title = {"fr": "Confitures <b>", "en": "Jam"}
    await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"), title=title)
    async with doors.visitor(**HTML) as visitor:
        french, english = await page(visitor, day), await page(visitor, day, lang="en")
    assert '<html lang="fr">' in french
    assert "Confitures &lt;b&gt;" in french
    assert "Bottines et Bottillons" in french
    assert "Fermé le dimanche" in french
    assert "Semaine suivante" in french
    assert '<html lang="en">' in english
    assert "Jam" in english
    assert "Closed on Sundays" in english


async def test_a_whole_hall_shows_in_each_half(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    await at_the_desk.reserve("grande-salle", day.at("9:00", "11:00"), title={"fr": "Fête"})
    async with doors.visitor(**HTML) as visitor:
        assert (await page(visitor, day)).count("<strong>Fête</strong>") == 2


async def test_an_empty_week_says_so(doors: Running, day: OpenDay) -> None:
    async with doors.visitor(**HTML) as visitor:
        assert "Tout est libre." in await page(visitor, day)


async def test_nothing_changed_is_304(doors: Running) -> None:
    async with doors.visitor(**HTML) as visitor:
        first = await visitor.get("/")
        again = await visitor.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


async def test_a_date_that_is_none_is_a_page_in_words(doors: Running) -> None:
    async with doors.visitor(**HTML) as visitor:
        answer = await visitor.get("/", params={"week": "soon"})
    assert (answer.status_code, "<html" in answer.text) == (422, True)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_week_at_the_end_of_time_is_a_page_in_words(doors: Running, day: str) -> None:
    async with doors.visitor(**HTML) as visitor:
        assert (await visitor.get("/", params={"week": day})).status_code == 422


@pytest.mark.broker
async def test_what_was_refused_is_for_those_who_are_signed_in(on_the_bus: Running, day: OpenDay, house: House) -> None:
    asked = plan(new_id(), day.at("9:00", "11:00"), room="cuisine", title={"fr": "Café des parents"})
    await on_the_bus.say(("session.planned.v1", 1, asked))
    await on_the_bus.hears()
    async with on_the_bus.visitor(**HTML) as visitor:
        before = await visitor.get("/refused")
        assert (before.status_code, "Café des parents" in before.text) == (401, False)
        await visitor.post("/sign-in", data={"key": "key-of-acepp", "next": "/refused"})
        seen = (await visitor.get("/refused")).text
    assert "Café des parents" in seen
    assert "« Cuisine partagée » accueille 8 personnes ; il en faut 16." in seen
    assert house.room("salle-reunion").name["fr"] in seen
    assert "9 h" in seen.replace("\u00a0", " ")
