"""Book, move and give back a room in forms: what is wrong is said beside its field, what is free is one click away."""

import asyncio
import html
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from booking.rules import Span
from booking.testing import Desk, OpenDay, Running
from httpx import AsyncClient, Response
from ronde.clock import now
from ronde.ids import new_id
from time_machine import travel

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
async def at_the_desk(doors: Running) -> Desk:
    return Desk(doors.service.db, doors.settings)


async def signed_in(visitor: AsyncClient, organisation: str = "bottines") -> AsyncClient:
    answer = await visitor.post("/sign-in", data={"key": f"key-of-{organisation}", "next": "/"})
    assert answer.status_code == 303
    return visitor


@pytest.fixture
async def staff(doors: Running) -> AsyncIterator[AsyncClient]:
    async with doors.visitor(**HTML) as visitor:
        yield await signed_in(visitor)


def fields(day: OpenDay, /, **changes: str) -> dict[str, str]:
    wish = {"room": "cuisine", "day": day.date.isoformat(), "from": "09:00", "to": "11:00", "people": "4"}
    return {"idempotency_key": str(new_id()), **wish, "title": "Confitures", **changes}


def said(answer: Response) -> str:
    return html.unescape(answer.text).replace("\u00a0", " ")


async def reserve(staff: AsyncClient, day: OpenDay, **changes: str) -> str:
    """The address of what was reserved."""
    answer = await staff.post("/reserve", data=fields(day, **changes))
    assert answer.status_code == 303, said(answer)
    return str(answer.headers["Location"])


async def test_a_room_is_reserved_moved_and_given_back(staff: AsyncClient, doors: Running, day: OpenDay) -> None:
    address = await reserve(staff, day)
    shown = said(await staff.get(address))
    assert "Confitures" in shown
    assert "de 9 h à 11 h" in shown
    assert 'value="09:00"' in (await staff.get(f"{address}/move")).text
    moved = await staff.post(f"{address}/move", data=fields(day, **{"from": "14:00", "to": "15:30"}))
    assert (moved.status_code, moved.headers["Location"]) == (303, address)
    assert "de 14 h à 15 h 30" in said(await staff.get(address))
    assert "Oui, annuler" in said(await staff.get(f"{address}/cancel"))
    for _ in range(2):  # a double click
        assert (await staff.post(f"{address}/cancel")).headers["Location"] == address
    assert "Annulé" in said(await staff.get(address))
    assert await doors.said() == 3


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(doors: Running, day: OpenDay) -> None:
    async with doors.visitor(**HTML) as visitor:
        asked = await visitor.get(f"/reserve/cuisine/{day.date}/14:00")
        assert (asked.status_code, f'value="/reserve/cuisine/{day.date}/14:00"' in asked.text) == (401, True)
        assert (await visitor.post("/reserve", data=fields(day))).status_code == 401
    assert await doors.said() == 0


async def test_the_week_leads_to_the_form_with_room_day_and_hour(
    staff: AsyncClient, at_the_desk: Desk, day: OpenDay, doors: Running
) -> None:
    made = await at_the_desk.reserve("salle-atelier", day.at("9:00", "11:00"))
    week = said(await staff.get("/", params={"week": day.date.isoformat()}))
    assert f'href="/reserve?day={day.date}"' in week
    assert f"href=/reserve/cuisine/{day.date}/14:00>" in week
    assert f"href=/reserve/salle-atelier/{day.date}/09:00>" not in week
    assert f'href="/r/{made.id}"' in week
    form = (await staff.get(f"/reserve/cuisine/{day.date}/14:00")).text
    assert '<option value="cuisine" selected>' in form
    assert all(f'value="{value}"' in form for value in (day.date, "14:00", "15:00"))
    async with doors.visitor(**HTML) as family:
        seen = said(await family.get("/", params={"week": day.date.isoformat()}))
    assert "/r/" not in seen
    assert "/reserve/" not in seen


async def test_a_week_full_of_hours_to_click_stays_light(staff: AsyncClient, at_the_desk: Desk, day: OpenDay) -> None:
    monday = day.date - timedelta(days=day.date.weekday())
    for n in range(6):
        opens = datetime.combine(monday + timedelta(days=n), time(12), ZoneInfo("Europe/Paris"))
        if opens > now() and at_the_desk.settings.house.opening(opens.date()):
            await at_the_desk.reserve("cuisine", Span(opens, opens + timedelta(hours=1)))
    page = await staff.get("/", params={"week": monday.isoformat()})
    assert len(page.content) < 60_000


async def test_a_refusal_is_shown_with_alternatives_one_click_away(
    staff: AsyncClient, at_the_desk: Desk, day: OpenDay
) -> None:
    await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"), organisation="relais")
    answer = await staff.post("/reserve", data=fields(day))
    page = said(answer)
    assert answer.status_code == 409
    assert page.count("« Cuisine partagée » n'est pas libre") == 2  # in the summary and beside its field
    assert 'role="alert" tabindex="-1" autofocus' in page
    assert "relais" not in page
    instead = [dict(HIDDEN.findall(form)) for form in page.split("<form")[1:] if 'name="day" value=' in form]
    offered = [one for one in instead if "room" in one]
    assert len(offered) == 3
    for one in offered:
        taken = await staff.post("/reserve", data=one)
        assert taken.status_code == 303, said(taken)
        assert "Confitures" in said(await staff.get(taken.headers["Location"]))


async def test_a_move_that_is_refused_keeps_its_slot_and_offers_another(
    staff: AsyncClient, at_the_desk: Desk, day: OpenDay
) -> None:
    await at_the_desk.reserve("cuisine", day.at("14:00", "16:00"), organisation="relais")
    address = await reserve(staff, day)
    answer = await staff.post(f"{address}/move", data=fields(day, **{"from": "14:00", "to": "16:00"}))
    assert answer.status_code == 409
    assert f'action="{address}/move"' in answer.text
    assert "de 9 h à 11 h" in said(await staff.get(address))


async def test_the_same_form_sent_twice_reserves_once(staff: AsyncClient, doors: Running, day: OpenDay) -> None:
    form = fields(day)
    first, again = await asyncio.gather(*(staff.post("/reserve", data=form) for _ in range(2)))
    assert first.headers["Location"] == again.headers["Location"]
    assert await doors.said() == 1


async def test_two_forms_for_one_slot_are_never_both_approved(staff: AsyncClient, doors: Running, day: OpenDay) -> None:
    answers = await asyncio.gather(*(staff.post("/reserve", data=fields(day)) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: 19}
    assert await doors.said() == 1


async def test_nobody_changes_what_is_another_s_or_follows_a_session(
    staff: AsyncClient, at_the_desk: Desk, day: OpenDay
) -> None:
    theirs = await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"), organisation="relais")
    session = await at_the_desk.reserve("salle-reunion", day.at("9:00", "11:00"), session_id=new_id())
    for one, status in ((theirs, 403), (session, 409)):
        assert "/move" not in (await staff.get(f"/r/{one.id}")).text
        for action in ("move", "cancel"):
            assert (await staff.get(f"/r/{one.id}/{action}")).headers["Location"] == f"/r/{one.id}"
            assert (await staff.post(f"/r/{one.id}/{action}", data=fields(day))).status_code == status
        assert await at_the_desk.holds(one.id)
    assert (await staff.get(f"/r/{new_id()}")).status_code == 404


async def test_the_forms_are_in_english_too(staff: AsyncClient, day: OpenDay) -> None:
    form = said(await staff.get("/reserve", params={"lang": "en"}))
    assert "Number of people" in form
    answer = await staff.post("/reserve?lang=en", data=fields(day, to="08:00"))
    assert "The end comes after the start" in said(answer)


async def test_a_title_in_two_languages_stays_when_only_the_hour_changes(
    staff: AsyncClient, at_the_desk: Desk, day: OpenDay
) -> None:
    words = {"fr": "Confitures", "en": "Jam"}
    made = await at_the_desk.reserve("cuisine", day.at("9:00", "11:00"), title=words)
    await staff.post(f"/r/{made.id}/move", data=fields(day, **{"from": "14:00", "to": "15:00"}))
    assert "Jam" in said(await staff.get(f"/r/{made.id}", params={"lang": "en"}))


async def test_a_room_is_held_with_its_deadline_and_confirmed_from_the_page(
    staff: AsyncClient, day: OpenDay, doors: Running
) -> None:
    assert "Retenir 30 minutes" in said(await staff.get("/reserve"))
    held = await staff.post("/reserve", data={**fields(day), "hold": "yes"})
    address = held.headers["Location"]
    page = said(await staff.get(address))
    assert "Retenu" in page
    assert "À confirmer avant" in page
    assert "/move" not in page
    assert (await staff.get(f"{address}/move")).headers["Location"] == address
    for _ in range(2):  # a double click
        assert (await staff.post(f"{address}/confirm")).headers["Location"] == address
    assert "Réservé" in said(await staff.get(address))
    assert await doors.said() == 2


async def test_a_hold_is_given_up_or_too_late_and_the_page_says_so(
    staff: AsyncClient, day: OpenDay, doors: Running
) -> None:
    address = (await staff.post("/reserve", data={**fields(day), "hold": "yes"})).headers["Location"]
    assert "Oui, rendre" in said(await staff.get(f"{address}/cancel"))
    await staff.post(f"{address}/cancel")
    assert "Annulé" in said(await staff.get(address))
    address = (await staff.post("/reserve", data={**fields(day), "hold": "yes"})).headers["Location"]
    with travel(now() + timedelta(minutes=31), tick=True):
        assert "/confirm" not in (await staff.get(address)).text
        late = await staff.post(f"{address}/confirm")
    assert late.status_code == 409
    assert "Délai passé" in said(late)
    assert "n'est plus retenu" in said(late)
    async with doors.visitor(**HTML) as visitor:
        other = await signed_in(visitor, "relais")
        assert (await other.post(f"{address}/confirm")).status_code == 403


async def test_over_the_charter_nothing_is_held_and_the_form_says_what_to_do(
    staff: AsyncClient, at_the_desk: Desk, day: OpenDay, doors: Running
) -> None:
    before = await doors.said()
    far = day.date + timedelta(days=600)
    while at_the_desk.settings.house.opening(far) is None or far.weekday() == 5:
        far += timedelta(days=1)
    answer = await staff.post("/reserve", data={**fields(day), "day": str(far), "hold": "yes"})
    assert (answer.status_code, 'id="from-error"' in answer.text) == (409, True)
    assert "réservez directement" in said(answer)
    assert await doors.said() == before
