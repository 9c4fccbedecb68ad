"""The month's statement: hours as they went by, whatever the clocks and the ends of months do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from booking.rules import Span
from booking.settings import Settings
from booking.statement import Held, Line, as_csv, hours, lines, month_of
from booking.testing import Desk, OpenDay, Running, running
from booking.use_cases.tell_statements import tell_statements
from ronde.house import House

PARIS = ZoneInfo("Europe/Paris")


def held(begins: str, ends: str, room: str = "cuisine", before: int = 10, after: int = 20) -> Held:
    """By the wall clock; `+` at the end means the second time that the clock shows it."""
    starts_at, ends_at = (
        datetime.fromisoformat(one.rstrip("+")).replace(tzinfo=PARIS, fold=one.endswith("+")).astimezone(UTC)
        for one in (begins, ends)
    )
    blocked = Span(starts_at - timedelta(minutes=before), ends_at + timedelta(minutes=after))
    return Held(room, room.title(), Span(starts_at, ends_at), blocked)


@pytest.mark.parametrize(
    ("month", "reservation", "count", "used", "around"),
    [
        pytest.param("2027-01", held("2027-01-12T09:00", "2027-01-12T11:30"), 1, "2,50", "0,50", id="a morning"),
        pytest.param("2027-02", held("2027-01-12T09:00", "2027-01-12T11:30"), None, "", "", id="another month"),
        pytest.param("2027-03", held("2027-03-28T00:00", "2027-03-28T06:00"), 1, "5,00", "0,50", id="an hour is lost"),
        pytest.param("2026-10", held("2026-10-25T00:00", "2026-10-25T06:00"), 1, "7,00", "0,50", id="an hour is won"),
        pytest.param("2026-10", held("2026-10-25T02:30", "2026-10-25T02:30+"), 1, "1,00", "0,50", id="in the hour won"),
        pytest.param("2027-03", held("2027-03-28T01:30", "2027-03-28T03:30"), 1, "1,00", "0,50", id="over the gap"),
        pytest.param("2027-01", held("2027-01-12T22:00", "2027-01-13T02:00"), 1, "4,00", "0,50", id="over midnight"),
        pytest.param("2027-01", held("2027-01-31T22:00", "2027-02-01T03:00"), 1, "2,00", "0,17", id="its first part"),
        pytest.param("2027-02", held("2027-01-31T22:00", "2027-02-01T03:00"), 0, "3,00", "0,33", id="its second part"),
        pytest.param("2027-01", held("2027-02-01T00:05", "2027-02-01T01:00"), 0, "0,00", "0,08", id="only set up"),
        pytest.param("2027-02", held("2027-01-31T22:00", "2027-02-01T00:00"), 0, "0,00", "0,33", id="only tidied"),
        pytest.param("2026-12", held("2026-12-31T23:00", "2027-01-01T01:00"), 1, "1,00", "0,17", id="the year's end"),
        pytest.param("2028-02", held("2028-02-29T09:00", "2028-02-29T10:00"), 1, "1,00", "0,50", id="a leap day"),
    ],
)
def test_hours_of_a_month(
    house: House, month: str, reservation: Held, count: int | None, used: str, around: str
) -> None:
    span = month_of(date.fromisoformat(f"{month}-01"), house.timezone)
    found = lines(house, span, [reservation], around=True, lang="fr")
    told = [(one.reservations, hours(one.used, "fr"), hours(one.around, "fr")) for one in found]
    assert told == ([] if count is None else [(count, used, around)])
    without = lines(house, span, [reservation], around=False, lang="fr")
    assert [one.total for one in without] == [one.used for one in found if one.reservations or one.used]


def test_hours_are_those_that_went_by_also_when_times_are_local(house: House) -> None:
    night = Span(datetime(2026, 10, 25, 0, tzinfo=PARIS), datetime(2026, 10, 25, 6, tzinfo=PARIS))
    month = month_of(date(2026, 10, 1), house.timezone)
    [line] = lines(house, month, [Held("cuisine", "Cuisine", night, night)], around=False, lang="fr")
    assert line.total == timedelta(hours=7)


@pytest.mark.parametrize(("month", "expected"), [("2027-03", 31 * 24 - 1), ("2026-10", 31 * 24 + 1), ("2027-02", 672)])
def test_a_month_has_the_hours_that_go_by_in_it(house: House, month: str, expected: int) -> None:
    span = month_of(date.fromisoformat(f"{month}-01"), house.timezone)
    assert (span.ends_at - span.starts_at) / timedelta(hours=1) == expected


def test_rooms_stand_in_the_house_s_order_and_one_that_left_comes_last(house: House) -> None:
    month = month_of(date(2027, 1, 1), house.timezone)
    morning = ("2027-01-12T09:00", "2027-01-12T11:00")
    found = lines(house, month, [held(*morning, room=room) for room in ("cave", "cuisine", "grande-salle")],
                  around=False, lang="fr")  # fmt: skip
    assert [one.name for one in found] == ["Grande salle", "Cuisine partagée", "Cave"]


def test_a_file_that_french_and_english_spreadsheets_open() -> None:
    found = [Line("Cuisine ; partagée", 3, timedelta(hours=4, minutes=30), timedelta(minutes=20))]
    french = as_csv(found, organisation="Acepp 69", month="2027-01", around=True, lang="fr").decode()
    assert french.startswith("\ufeffStructure;Mois;Espace;Réservations;Heures;Installation et rangement;Total\r\n")
    assert 'Acepp 69;2027-01;"Cuisine ; partagée";3;4,50;0,33;4,83\r\n' in french
    english = as_csv(found, organisation="Acepp 69", month="2027-01", around=False, lang="en").decode()
    assert english.splitlines() == [
        "Organisation,Month,Room,Reservations,Hours",
        "Acepp 69,2027-01,Cuisine ; partagée,3,4.50",
        "Acepp 69,2027-01,Total,3,4.50",
    ]


@pytest.mark.database
async def test_the_statement_is_a_page_and_a_file_for_the_teams(settings: Settings, day: OpenDay) -> None:
    counted = settings.model_copy(update={"statement_counts_around": True})
    month = f"{day.date:%Y-%m}"
    asked = {"organisation": "bottines", "month": month}
    async with running(counted) as doors:
        desk = Desk(doors.service.db, doors.settings)
        await desk.reserve("cuisine", day.at("9:00", "11:30"))
        await desk.reserve("grande-salle", day.at("9:00", "10:00"), organisation="relais")
        given_back = await desk.reserve("salle-reunion", day.at("9:00", "10:00"))
        await desk.cancel(given_back.id)
        async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
            assert (await visitor.get("/statement", params=asked)).status_code == 401
            assert (await visitor.get("/statement.csv", params=asked)).status_code == 401
            await visitor.post("/sign-in", data={"key": "key-of-acepp", "next": "/"})
            page = (await visitor.get("/statement", params=asked)).text
            file = await visitor.get("/statement.csv", params=asked)
            english = await visitor.get("/statement.csv", params={**asked, "lang": "en"})
            own = await visitor.get("/statement")
            wrong = [await visitor.get("/statement", params={**asked, **one})
                     for one in ({"month": "2027-13"}, {"month": "0001-01"}, {"organisation": "nobody"})]  # fmt: skip
    assert "Cuisine partagée" in page
    assert "2,50" in page
    assert "Grande salle" not in page
    assert "Salle de réunion" not in page
    assert file.headers["content-disposition"] == f'attachment; filename="bottines-{month}.csv"'
    assert file.content.decode().splitlines()[1:] == [
        f"Bottines et Bottillons;{month};Cuisine partagée;1;2,50;0,50;3,00",
        f"Bottines et Bottillons;{month};Total;1;2,50;0,50;3,00",
    ]
    assert "Shared kitchen,1,2.50,0.50,3.00" in english.text
    assert "Aucune réservation ce mois-là" in own.text
    assert [one.status_code for one in wrong] == [422, 422, 422]


@pytest.mark.database
async def test_the_setting_says_whether_setting_up_counts(doors: Running, day: OpenDay) -> None:
    await Desk(doors.service.db, doors.settings).reserve("cuisine", day.at("9:00", "11:30"))
    async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
        await visitor.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        page = (await visitor.get("/statement", params={"month": f"{day.date:%Y-%m}"})).text
    assert "n'est pas compté" in page.replace("&#39;", "'")
    assert "3,00" not in page


async def test_who_held_a_room_is_told_once_that_the_statement_is_ready(
    desk: Desk, day: OpenDay, settings: Settings
) -> None:
    """On the first, or on the second or third when booking was stopped; not in the middle of the month."""
    await desk.reserve("cuisine", day.at("09:00", "11:00"), organisation="relais")
    after = (day.date.replace(day=1) + timedelta(days=32)).replace(day=1)
    for on, told in [(12, 0), (2, 1), (2, 1), (3, 1)]:
        with time_machine.travel(datetime.combine(after.replace(day=on), time(), PARIS), tick=False):
            async with desk.db.transaction() as tx:
                await tell_statements(tx, settings)
        ready = [data for type, _, data in await desk.said() if type == "statement.ready"]
        assert [(one["organisation"], one["month"]) for one in ready] == [("relais", f"{day.date:%Y-%m}")][:told]
