"""Series in forms: each date is seen before it is asked for, and given back from the page."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from booking.testing import Desk, Running
from httpx import AsyncClient, Response
from ronde.ids import new_id
from time_machine import travel

pytestmark = pytest.mark.database

WISH = {
    "room": "cuisine",
    "day": "2027-03-15",
    "from": "09:00",
    "to": "11:00",
    "every": "week",
    "until": "2027-04-12",
    "people": "6",
    "title": "Pain",
}


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with travel(datetime(2027, 1, 4, 8, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
async def staff(doors: Running) -> AsyncIterator[AsyncClient]:
    async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
        answer = await visitor.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        assert answer.status_code == 303
        yield visitor


async def ask(staff: AsyncClient, **changes: str) -> Response:
    return await staff.post("/repeat", data={"idempotency_key": str(new_id()), **WISH, **changes})


async def ask_again(staff: AsyncClient, page: str, label: str) -> str:
    """Press the button that offers something else for all of it."""
    form = next(one for one in page.split("<form") if f">{label}</button>" in one)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    return said(await staff.post("/repeat", data=fields))


def said(answer: Response) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.text)
    return " ".join(html.unescape(text).replace("\u00a0", " ").split())


async def test_each_date_is_seen_first_and_nothing_is_reserved_yet(staff: AsyncClient, doors: Running) -> None:
    assert "Réserver plusieurs fois" in said(await staff.get("/repeat"))
    seen = await ask(staff)
    assert seen.status_code == 200
    assert "4 dates libres sur 5" in said(seen)
    assert "Maison fermée lundi 29 mars" in said(seen)
    assert "Réserver toutes ces dates" in said(seen)
    assert await doors.said() == 0


async def test_a_series_is_reserved_shown_and_given_back_in_parts(staff: AsyncClient, doors: Running) -> None:
    made = await ask(staff, mode="all-or-nothing")
    address = made.headers["Location"]
    shown = await staff.get(address)
    assert "4 dates" in said(shown)
    [first, *_] = re.findall(r'href="(/s/[^"]+which=this)"', shown.text)
    asking = await staff.get(html.unescape(first))
    assert "Rendre cette date ?" in said(asking)
    for part in ({"which": "this", "day": "2027-03-15"}, {"which": "following", "day": "2027-04-05"}):
        assert (await staff.post(f"{address}/cancel", data=part)).headers["Location"] == address
    assert "1 date" in said(await staff.get(address))
    assert "Oui, rendre" in said(await staff.get(f"{address}/cancel"))
    await staff.post(f"{address}/cancel", data={"which": "all"})
    assert "Annulé" in said(await staff.get(address))
    assert await doors.said() == 4


async def test_what_is_taken_is_said_and_the_rest_can_be_had(staff: AsyncClient, doors: Running) -> None:
    desk = Desk(doors.service.db, doors.settings, "acepp")
    await desk.reserve_series("FREQ=WEEKLY;COUNT=2", datetime(2027, 3, 15, tzinfo=UTC).date())
    shown = await ask(staff)
    seen = said(shown)
    assert "2 dates libres sur 5" in seen
    assert "Tout serait libre ainsi Salle de réunion" in seen
    [later, *_] = re.findall(r'<button class="button second">(de [^<]+)</button>', shown.text)
    assert "Acepp" not in seen
    [*_, other] = re.findall(r'href="(/reserve/[^"]+)"', shown.text.split("Libre ce jour-là")[1].split("</li>")[0])
    assert "4 dates libres sur 5" in await ask_again(staff, shown.text, later)
    form = (await staff.get(html.unescape(other))).text
    assert 'value="2027-03-15"' in form
    assert 'name="people" type="number" value="6"' in form
    too_late = await ask(staff, mode="all-or-nothing")
    assert (too_late.status_code, "Réserver ce qui est libre" in said(too_late)) == (409, True)
    made = await ask(staff, mode="what-is-free")
    assert "2 dates" in said(await staff.get(made.headers["Location"]))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("to", {"to": "08:00"}),
        ("until", {"until": "2099-12-31", "every": "weekdays"}),
        ("until", {"until": "2099-12-31"}),
        ("until", {"until": "2027-01-05"}),
        ("day", {"day": "2020-01-07"}),
        ("day", {"day": ""}),
        ("people", {"people": "9"}),
        ("room", {"room": "salle-de-bal"}),
        ("every", {"every": "never"}),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    staff: AsyncClient, doors: Running, field: str, changes: dict[str, str]
) -> None:
    answer = await ask(staff, **changes)
    assert answer.status_code in (409, 422)
    assert f'id="{field}-error"' in answer.text
    assert await doors.said() == 0


@pytest.mark.parametrize(
    ("every", "found"),
    [
        ("fortnight", ["15 mars", "12 avril"]),  # and Easter Monday, closed
        ("month", ["15 mars", "19 avril"]),
        ("weekdays", ["15 mars", "16 mars", "19 avril"]),
    ],
)
async def test_how_often(staff: AsyncClient, every: str, found: list[str]) -> None:
    seen = said(await ask(staff, every=every, until="2027-04-19"))
    assert all(f"Libre lundi {day}" in seen or f"Libre mardi {day}" in seen for day in found)


async def test_an_occurrence_leads_to_its_series(staff: AsyncClient, doors: Running) -> None:
    made = await ask(staff, mode="all-or-nothing")
    async with doors.visitor() as visitor:
        series = (await visitor.get(f"/series/{made.headers['Location'].removeprefix('/s/')}")).json()
    page = await staff.get(f"/r/{series['occurrences'][0]['reservation_id']}")
    assert f'href="{made.headers["Location"]}"' in page.text
