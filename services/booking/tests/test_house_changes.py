"""The house file is edited: what is reserved stays where it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from booking.refusals import RoomTaken
from booking.settings import Settings
from booking.testing import Desk, OpenDay
from booking.use_cases.follow_the_house import follow_the_house
from ronde.clock import now

pytestmark = pytest.mark.database
HALF = """
[[rooms]]
id = "{id}"
half_of = "salle-motricite"
name.fr = "{id}"
name.en = "{id}"
area = 24
capacity = 14
"""


@pytest.fixture
def edited(desk: Desk, tmp_path: Path) -> Callable[[str, str], Desk]:
    """The same database, under a house file in which something was replaced."""

    def edit(old: str, new: str) -> Desk:
        text = desk.settings.house_file.read_text()
        assert old in text
        file = tmp_path / "house.toml"
        file.write_text(text.replace(old, new, 1))
        settings = {**desk.settings.model_dump(exclude={"house"}), "house_file": file}
        return Desk(desk.db, Settings(**settings))

    return edit


async def follow(desk: Desk) -> int:
    async with desk.db.transaction() as tx:
        return len(await follow_the_house(tx, desk.settings, now=now()))


async def test_a_room_that_is_divided_keeps_its_reservations_whole(
    desk: Desk, day: OpenDay, edited: Callable[[str, str], Desk]
) -> None:
    made = await desk.reserve("salle-motricite", day.at("9:00", "11:00"))
    halves = HALF.format(id="motricite-nord") + HALF.format(id="motricite-sud")
    after = edited("[opening]", f"{halves}\n[opening]")
    assert await follow(after) == 0
    assert len(await after.holds(made.id)) == 2
    for room in ("salle-motricite", "motricite-nord", "motricite-sud"):
        with pytest.raises(RoomTaken):
            await after.reserve(room, day.at("9:00", "11:00"))


async def test_what_is_asked_of_the_founders_follows_too(day: OpenDay, edited: Callable[[str, str], Desk]) -> None:
    strict = edited("bottines = { hours_per_week = 24", "bottines = { hours_per_week = 0")
    made = await strict.reserve("salle-motricite", day.at("9:00", "11:00"))
    assert made.state == "asked"
    halves = HALF.format(id="motricite-nord") + HALF.format(id="motricite-sud")
    after = edited("[opening]", f"{halves}\n[opening]")
    assert await follow(after) == 0
    assert len(await after.holds(made.id)) == 2


async def test_rooms_that_are_put_in_another_order_or_renamed_lose_nothing(
    desk: Desk, day: OpenDay, edited: Callable[[str, str], Desk]
) -> None:
    await desk.reserve("cuisine", day.at("9:00", "11:00"))
    new_room = HALF.format(id="aaa").replace('half_of = "salle-motricite"\n', "")
    after = edited("[[rooms]]", f"{new_room}\n[[rooms]]")
    assert await follow(after) == 0
    with pytest.raises(RoomTaken):
        await after.reserve("cuisine", day.at("9:00", "11:00"))
    assert (await after.reserve("aaa", day.at("9:00", "11:00"))).room == "aaa"


async def test_a_room_that_left_the_house_is_still_given_back(
    desk: Desk, day: OpenDay, edited: Callable[[str, str], Desk]
) -> None:
    made = await desk.reserve("cuisine", day.at("9:00", "11:00"))
    after = edited('"cuisine"', '"cuisine-neuve"')
    assert await follow(after) == 0
    assert (await after.cancel(made.id)).state == "cancelled"
