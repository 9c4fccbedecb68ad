"""What a crèche has free: said when it changes and once a week, in the file for monenfant.fr, and on its page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from enrolment.creche.book import Book, Child, Contract, Shift
from enrolment.creche.figures import figures
from enrolment.creche.free_places import free_places
from enrolment.creche.hours import grid
from enrolment.creche.occupation import Occupation
from enrolment.settings import Settings
from enrolment.testing import Desk, Running, running
from enrolment.use_cases.tell_places import tell_places
from httpx import AsyncClient
from ronde.house import load
from ronde.ids import new_id
from ronde.testing import Amqp

pytestmark = pytest.mark.database
FRIDAY = datetime(2027, 1, 8, 6, tzinfo=UTC)
MONDAY = date(2027, 1, 11)
OPEN = ["07:30-18:30"] * 5


async def put(client: AsyncClient, what: str, **body: Any) -> None:
    answer = await client.put(f"/creches/bottines/{what}/{new_id()}", json=body)
    assert answer.status_code == 204, answer.text


async def child(client: AsyncClient, *week: str, starts_on: str = "2027-01-04", **more: Any) -> None:
    id = new_id()
    body = {"first_name": "Lou", "born_on": "2026-09-02"}
    assert (await client.put(f"/creches/bottines/children/{id}", json=body)).status_code == 204
    await put(client, "contracts", child_id=str(id), starts_on=starts_on, week=list(week), **more)


def places(said: list[dict[str, Any]]) -> set[int]:
    return {one["places"] for event in said for one in event["data"]["free"]}


async def tell(desk: Desk) -> list[tuple[str, int]]:
    """What the timer says now: (week, sequence) of each event."""
    before = len(await desk.told("places.available.v1"))
    async with desk.db.transaction() as tx:
        await tell_places(tx, desk.terms, desk.terms.creches[0])
    said = (await desk.told("places.available.v1"))[before:]
    return [(one["data"]["week"], int(one["sequence"])) for one in said]


@pytest.mark.broker
async def test_a_change_of_the_team_is_heard_by_whoever_listens(settings: Settings, amqp: Amqp) -> None:
    heard = await amqp.listen("enrolment.places.#")
    quick = settings.model_copy(update={"amqp_url": amqp.url("enrolment"), "places_every": 0.1, "places_weeks": 2})
    async with running(quick, amqp, heard) as service, service.visitor("bottines") as program:
        await put(program, "shifts", starts_on="2026-01-01", week=OPEN, first_category=True)
        alone = await service.hears(2)
        assert places(alone) <= {0}, "one is no team"
        await put(program, "shifts", starts_on="2026-01-01", week=OPEN)
        both = await service.hears(2)
        assert [one["sequence"] for one in both] == ["2", "2"]
        assert places(both) <= {9, 15}, "two professionals, and one place for an emergency"


async def test_said_before_the_third_day_and_again_after_a_week(house_desk: Desk, doors: Running) -> None:
    async with doors.visitor("bottines") as program:
        with time_machine.travel(FRIDAY, tick=False):
            assert await tell(house_desk) == [], "nobody has planned a team: the crèche is not at work with Ronde"
            for n in range(2):
                await put(program, "shifts", starts_on="2026-09-01", week=OPEN, first_category=n == 0)
            weeks = [week for week, _ in await tell(house_desk)]
            assert weeks == ["2027-W01", "2027-W02", "2027-W03", "2027-W04", "2027-W05", "2027-W06"]
            assert await tell(house_desk) == [], "nothing has changed"
            await child(program, "", "08:00-12:00", starts_on="2027-01-25", ends_on="2027-01-31")
            assert await tell(house_desk) == [("2027-W04", 2)], "that week alone"
        with time_machine.travel(FRIDAY + timedelta(days=7), tick=False):
            assert ("2027-W03", 2) in (again := await tell(house_desk))
            assert again[-1] == ("2027-W07", 1)
            assert ("2027-W04", 3) in again, "at least weekly"


async def test_the_file_and_the_page_say_the_same(doors: Running) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        async with doors.visitor("bottines") as program:
            for n in range(2):
                await put(program, "shifts", starts_on="2026-09-01", week=OPEN[: 1 + n], first_category=n == 0)
            await child(program, "09:00-10:00")
            answer = await program.get("/creches/bottines/places.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        lines = answer.content.decode("utf-8-sig").split("\r\n")
        assert answer.content.startswith(b"\xef\xbb\xbfcreche;semaine;jour;debut;fin;tranche;places\r\n")
        assert "Crèche Bottines et Bottillons;2027-W02;2027-01-11;07:30;13:00;non-marcheurs;8" in lines
        assert "Crèche Bottines et Bottillons;2027-W02;2027-01-12;13:00;18:30;marcheurs;0" in lines
        async with doors.visitor("relais") as other:
            assert (await other.get("/creches/bottines/places.csv")).status_code == 403
        async with doors.visitor(**{"Accept": "text/html", "Accept-Language": "fr"}) as staff:
            await staff.post("/sign-in", data={"key": "key-of-bottines"})
            page = await staff.get("/creches/bottines/free")
            assert "lundi 11 janvier, de 7 h 30 à 13 h" in page.text.replace("\N{NO-BREAK SPACE}", " ")
            assert (await staff.get("/creches/bottines/free.csv")).content == answer.content


def test_places_of_a_whole_half_day_within_the_week() -> None:
    [creche] = load(Settings().house_file).creches
    creche = creche.model_copy(update={"emergency": creche.emergency.model_copy(update={"places": 1})})
    team = tuple(Shift(start=MONDAY, grid=grid(*OPEN), first_category=n == 0) for n in range(2))
    babies = [Child(id=str(n), born_on=date(2026, 9, 1)) for n in range(3)]
    one = grid("12:45-13:15")
    book = Book(
        children=tuple(babies),
        contracts=tuple(Contract(child=baby.id, start=MONDAY, grid=one) for baby in babies),
        staff=team,
    )

    def told(book: Book) -> list[tuple[bool, int]]:
        occupation = Occupation(creche, book, MONDAY, MONDAY)
        return [(one.walking, one.places) for one in free_places(occupation, MONDAY)[:4]]

    # three babies and seven more at 1:5, or one more professional's eight who walk; one is kept for an emergency
    assert told(book) == [(False, 6), (True, 7), (False, 6), (True, 7)], "a quarter-hour of it counts for the whole"
    walkers = [Child(id=str(n), born_on=date(2025, 1, 1)) for n in range(14)]
    all_day = tuple(Contract(child=child.id, start=MONDAY, grid=grid(*OPEN)) for child in walkers)
    full = Book(children=tuple(walkers), contracts=all_day, staff=team * 3)
    assert told(full)[0] == (False, 18), "35 at one moment, less 14, 2 places for insertion and 1 for an emergency"
    creche = creche.model_copy(update={"week": creche.week.model_copy(update={"percent": 50})})
    # 3300 quarter-hours a week, 3080 taken: ten half-days of 22, one of them for an emergency
    assert told(full)[:2] == [(False, 9), (True, 9)]


def test_the_overflow_used_is_counted_above_the_places() -> None:
    [creche] = load(Settings().house_file).creches
    babies = [Child(id=str(n), born_on=date(2026, 9, 1)) for n in range(33)]
    days = [grid("09:00-10:00" if n < 31 else "09:30-09:45") for n in range(33)]
    contracts = [Contract(child=baby.id, start=MONDAY, grid=week) for baby, week in zip(babies, days, strict=True)]
    team = tuple(Shift(start=MONDAY, grid=grid("08:00-11:00"), first_category=True) for _ in range(6))
    book = Book(children=tuple(babies), contracts=tuple(contracts), staff=team)
    [week] = figures(Occupation(creche, book, MONDAY, MONDAY))
    assert (week.used, week.allowed) == (31 * 4 + 2, 30 * 55 * 4)
    assert (week.over, week.peak) == (4, 33), "an hour with more than 30"
    assert (week.staff, week.short, week.short_by) == (6 * 12, 4, 1), "seven for 31 to 35 at 1:5"
