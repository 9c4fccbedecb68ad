"""A reservation across 2:00 to 3:00 on the nights when the clocks change: refused precisely, or as long as it lasts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from booking.settings import Settings
from booking.testing import running
from booking.wall import moment, moments
from httpx import AsyncClient, Response
from ronde.ids import new_id
from time_machine import travel

PARIS = ZoneInfo("Europe/Paris")
FORWARD, BACK, SUMMER = date(2027, 3, 28), date(2027, 10, 31), date(2027, 7, 4)


def test_a_local_time_is_there_once_twice_or_not_at_all() -> None:
    assert moments(FORWARD, time(2, 30), PARIS) == []
    assert moment(FORWARD, time(3), PARIS) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert moments(BACK, time(2, 30), PARIS) == [datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    assert moments(SUMMER, time(2, 30), PARIS) == [datetime(2027, 7, 4, 0, 30, tzinfo=UTC)]


@pytest.fixture
def open_at_night(settings: Settings, tmp_path: Path) -> Settings:
    """The house, open by night too on Sundays, when the clocks change."""
    text, shut = settings.house_file.read_text(), 'sunday    = "closed"'
    assert shut in text
    house = tmp_path / "house.toml"
    house.write_text(text.replace(shut, 'sunday    = "00:00-23:59"'))
    return settings.model_copy(update={"house_file": house})


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with travel(datetime(2027, 1, 4, 8, tzinfo=UTC), tick=True):
        yield


async def ask(visitor: AsyncClient, day: date, begins: str, ends: str) -> Response:
    fields = {"room": "salle-reunion", "day": str(day), "from": begins, "to": ends, "people": "2"}
    return await visitor.post("/reserve", data={"idempotency_key": str(new_id()), **fields})


@pytest.mark.database
async def test_through_the_form_on_both_nights(open_at_night: Settings) -> None:
    async with running(open_at_night) as doors, doors.visitor(Accept="text/html") as visitor:
        await visitor.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        for day, hours in ((FORWARD, 1.5), (BACK, 3.5), (SUMMER, 2.5)):
            made = await ask(visitor, day, "01:30", "04:00")
            assert made.status_code == 303, made.text
            shown = (await visitor.get(made.headers["Location"].replace("/r/", "/reservations/"))).json()
            first, last = (datetime.fromisoformat(shown[name]) for name in ("starts_at", "ends_at"))
            assert last - first == timedelta(hours=hours)
        before = await doors.said()
        for begins, ends, field in (("02:15", "04:30", "from"), ("00:30", "02:45", "to")):
            gap, twice = [await ask(visitor, day, begins, ends) for day in (FORWARD, BACK)]
            clock = {"from": "2\u00a0h\u00a015", "to": "2\u00a0h\u00a045"}[field]
            for answer, words in ((gap, f"{clock} n'existe pas"), (twice, f"{clock} existe deux fois")):
                assert answer.status_code == 422
                beside = answer.text.split(f'id="{field}-error">')[1].split("</p>")[0]
                assert words in beside.replace("&#39;", "'")
        assert await doors.said() == before
