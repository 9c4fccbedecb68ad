"""A series is changed from its page: which dates, what each would meet, then all of it or what is possible."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime

import pytest
from booking.testing import Desk, Running
from httpx import AsyncClient, Response
from ronde.ids import new_id
from time_machine import travel

pytestmark = pytest.mark.database
FIRST, SECOND, LAST = date(2027, 3, 15), date(2027, 3, 22), date(2027, 4, 5)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with travel(datetime(2027, 1, 4, 8, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
async def staff(doors: Running) -> AsyncIterator[AsyncClient]:
    async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
        await visitor.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        yield visitor


@pytest.fixture
async def address(doors: Running) -> str:
    """Of a series of three Mondays: Easter's is closed."""
    desk = Desk(doors.service.db, doors.settings)
    made = await desk.reserve_series("FREQ=WEEKLY;COUNT=4", FIRST, title={"fr": "Pain", "en": "Bread"})
    return f"/s/{made.series.id}"


async def ask(staff: AsyncClient, address: str, **changes: str) -> Response:
    fields = {"which": "this", "day": str(FIRST), "room": "cuisine", "on": str(FIRST), "from": "09:00", "to": "11:00",
              "people": "6", "title": "Pain", "idempotency_key": str(new_id()), **changes}  # fmt: skip
    return await staff.post(f"{address}/change", data=fields)


def said(answer: Response) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u00a0", " ")
    return " ".join(text.split()).replace(" ,", ",")


async def held(doors: Running, address: str) -> list[tuple[str, str]]:
    async with doors.visitor() as visitor:
        series = (await visitor.get(f"/series/{address.removeprefix('/s/')}")).json()
    zone = doors.settings.house.timezone
    return [
        (one["room"], f"{datetime.fromisoformat(one['starts_at']).astimezone(zone):%m-%d %H:%M}")
        for one in series["occurrences"]
    ]


async def test_what_a_change_would_meet_is_seen_first_and_then_it_is_one_event(
    staff: AsyncClient, doors: Running, address: str
) -> None:
    page = await staff.get(address)
    [opened] = re.findall(r'href="([^"]+which=all[^"]+)"', page.text)
    form = (await staff.get(html.unescape(opened))).text
    assert all(f'value="{value}"' in form for value in ("09:00", "11:00", "Pain", str(FIRST)))
    before = await doors.said()
    seen = await ask(staff, address, which="following", day=str(SECOND), on=str(SECOND), **{"from": "10:00"})
    assert seen.status_code == 200
    assert "2 dates possibles sur 2. Rien n'est encore changé." in said(seen)
    assert "Libre lundi 22 mars, de 10 h à 11 h" in said(seen)
    assert "Aujourd'hui : Cuisine partagée, lundi 22 mars, de 9 h à 11 h" in said(seen)
    assert await doors.said() == before
    fields = dict(HIDDEN.findall(next(one for one in seen.text.split("<form") if "all-or-nothing" in one)))
    for _ in range(2):  # a double click
        done = await staff.post(f"{address}/change", data={**fields, "mode": "all-or-nothing"})
        assert (done.status_code, done.headers["Location"]) == (303, address)
    assert await held(doors, address) == [
        ("cuisine", "03-15 09:00"), ("cuisine", "03-22 10:00"), ("cuisine", "04-05 10:00"),
    ]  # fmt: skip
    assert await doors.said() == before + 1


async def test_one_date_goes_to_another_day_and_room(staff: AsyncClient, doors: Running, address: str) -> None:
    wish = {"day": str(LAST), "on": "2027-04-06", "room": "salle-reunion"}
    assert "Libre mardi 6 avril, de 9 h à 11 h, Salle de réunion" in said(await ask(staff, address, **wish))
    await ask(staff, address, **wish, mode="all-or-nothing")
    assert (await held(doors, address))[-1] == ("salle-reunion", "04-06 09:00")


async def test_what_is_not_changed_stays_as_each_date_has_it(staff: AsyncClient, doors: Running, address: str) -> None:
    await ask(staff, address, **{"from": "14:00", "to": "16:00"}, mode="all-or-nothing")
    await ask(staff, address, day=str(SECOND), on=str(SECOND), which="all", room="salle-reunion", mode="what-is-free")
    assert await held(doors, address) == [
        ("salle-reunion", "03-15 14:00"), ("salle-reunion", "03-22 09:00"), ("salle-reunion", "04-05 09:00"),
    ]  # fmt: skip
    async with doors.visitor() as visitor:
        series = (await visitor.get(f"/series/{address.removeprefix('/s/')}")).json()
    assert series["occurrences"][0]["title"] == {"fr": "Pain", "en": "Bread"}


async def test_what_is_taken_keeps_its_slot_and_what_would_do_for_all_is_one_click_away(
    staff: AsyncClient, doors: Running, address: str
) -> None:
    desk = Desk(doors.service.db, doors.settings, "acepp")
    await desk.reserve_series("FREQ=WEEKLY;COUNT=1", SECOND, starts="14:00", ends="16:00")
    wish = {"which": "all", "from": "14:00", "to": "16:00"}
    seen = await ask(staff, address, **wish)
    assert "2 dates possibles sur 3" in said(seen)
    assert "Elle garde ce créneau." in said(seen)
    assert "Acepp" not in said(seen)
    offered = [dict(HIDDEN.findall(one)) for one in seen.text.split("<form") if 'class="button second"' in one]
    offered = [one for one in offered if one.get("room")]
    assert {one["room"] for one in offered} >= {"cuisine", "salle-reunion"}
    for one in offered:
        assert "3 dates possibles sur 3" in said(await staff.post(f"{address}/change", data=one)), one
    too_late = await ask(staff, address, **wish, mode="all-or-nothing")
    assert (too_late.status_code, "Changer ce qui est possible" in said(too_late)) == (409, True)
    await ask(staff, address, **wish, mode="what-is-free")
    assert [at for _, at in await held(doors, address)] == ["03-15 14:00", "03-22 09:00", "04-05 14:00"]


async def test_a_new_title_moves_nothing(staff: AsyncClient, doors: Running, address: str) -> None:
    assert "Aucune date ne bouge" in said(await ask(staff, address, which="all", title="Brioches"))
    before = await held(doors, address)
    await ask(staff, address, which="all", title="Brioches", mode="all-or-nothing")
    assert "Brioches" in said(await staff.get(address))
    assert await held(doors, address) == before


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("room", {}),
        ("on", {"which": "all", "on": "2027-03-16"}),
        ("to", {"to": "08:00"}),
        ("people", {"people": "9"}),
        ("room", {"room": "salle-de-bal"}),
        ("from", {"from": ""}),
        ("which", {"which": "some"}),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    staff: AsyncClient, doors: Running, address: str, field: str, changes: dict[str, str]
) -> None:
    before = await doors.said()
    answer = await ask(staff, address, **changes)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert await doors.said() == before


async def test_only_who_has_it_changes_it(staff: AsyncClient, doors: Running) -> None:
    theirs = await Desk(doors.service.db, doors.settings, "relais").reserve_series("FREQ=WEEKLY;COUNT=2", FIRST)
    address = f"/s/{theirs.series.id}"
    assert "/change" not in (await staff.get(address)).text
    opened = await staff.get(f"{address}/change", params={"day": str(FIRST)})
    assert (opened.status_code, opened.headers["Location"]) == (303, address)
    assert (await ask(staff, address, which="all", title="Nôtre", mode="what-is-free")).headers["Location"] == address
    assert (await staff.get(f"{address}/change", params={"day": "soon"})).status_code == 303
    shown = await staff.get(f"{address}?lang=en")
    assert "Nôtre" not in shown.text


async def test_a_program_sees_what_a_change_would_meet(doors: Running, address: str) -> None:
    id = address.removeprefix("/s/")
    async with doors.visitor("bottines") as visitor:
        found = (await visitor.post(f"/series/{id}/change/preview", json={"which": "all", "ends": "22:00"})).json()
        assert {one["verdict"] for one in found["occurrences"]} == {"outside-hours"}
        fine = await visitor.post(f"/series/{id}/change/preview", json={"which": "all", "ends": "12:00"})
        assert {one["verdict"] for one in fine.json()["occurrences"]} == {"free"}
    async with doors.visitor("relais") as visitor:
        refused = await visitor.post(f"/series/{id}/change/preview", json={"which": "all", "ends": "12:00"})
        assert refused.json()["code"] == "not-yours"
