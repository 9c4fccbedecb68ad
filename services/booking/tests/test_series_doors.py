"""Series over HTTP: the preview before, what is answered, and what is wrong with what was sent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from booking.testing import Running
from httpx import AsyncClient, Response
from ronde.ids import new_id
from time_machine import travel

pytestmark = pytest.mark.database

TUESDAYS = {
    "room": "cuisine",
    "rule": "FREQ=WEEKLY;COUNT=12",
    "first": "2027-02-23",
    "starts": "09:00",
    "ends": "11:00",
    "people": 6,
}


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with travel(datetime(2027, 1, 4, 8, tzinfo=UTC), tick=True):
        yield


async def reserve(visitor: AsyncClient, key: str = "", **changes: Any) -> Response:
    return await visitor.post(
        "/series", json={**TUESDAYS, **changes}, headers={"Idempotency-Key": key or str(new_id())}
    )


async def test_a_preview_says_what_each_date_would_meet_and_reserves_nothing(doors: Running) -> None:
    async with doors.visitor("acepp") as visitor:
        await reserve(visitor, first="2027-03-02", rule="FREQ=WEEKLY;COUNT=1", starts="10:00", ends="12:00")
    async with doors.visitor("bottines") as visitor:
        mondays = {**TUESDAYS, "first": "2027-03-01", "rule": "FREQ=WEEKLY;BYDAY=MO,TU,SA;COUNT=14", "ends": "17:30"}
        preview = (await visitor.post("/series/preview", json=mondays)).json()
        assert {one["day"]: one["verdict"] for one in preview["occurrences"] if one["verdict"] != "free"} == {
            "2027-03-02": "taken",
            "2027-03-06": "outside-hours",
            "2027-03-13": "outside-hours",
            "2027-03-20": "outside-hours",
            "2027-03-27": "outside-hours",
            "2027-03-29": "closed",
        }
        reasons = {one["day"]: one["reason"] for one in preview["occurrences"]}
        assert "Pâques" in reasons["2027-03-29"]["fr"]
        assert reasons["2027-03-01"] is None
        assert "acepp" not in str(preview)
        assert await doors.said() == 1


async def test_a_title_that_cannot_be_stored_is_refused_in_words(doors: Running) -> None:
    async with doors.visitor("bottines") as visitor:
        answer = await reserve(visitor, title={"fr": "Pain\x00"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/title")
    assert await doors.said() == 0


async def test_a_series_is_made_once_shown_changed_and_given_back(doors: Running) -> None:
    async with doors.visitor("bottines") as visitor:
        first, again = [await reserve(visitor, key="the-same-key", title={"fr": "Pain"}) for _ in range(2)]
        assert (first.status_code, again.json()) == (201, first.json())
        address = first.headers["Location"]
        made = first.json()
        assert [one["starts_at"][11:16] for one in made["occurrences"]] == ["08:00"] * 5 + ["07:00"] * 7

        this = {"which": "this", "day": "2027-03-09", "on": "2027-03-10", "starts": "14:00", "ends": "15:00"}
        changed = await visitor.post(f"{address}/change", json=this)
        assert changed.json()["occurrences"][2]["starts_at"] == "2027-03-10T13:00:00Z"
        given_back = await visitor.post(f"{address}/cancel", json={"which": "following", "day": "2027-03-16"})
        assert [one["day"] for one in given_back.json()["occurrences"]] == ["2027-02-23", "2027-03-02", "2027-03-09"]
        over = await visitor.post(f"{address}/cancel", json={"which": "all"})
        assert (over.json()["state"], over.json()["occurrences"]) == ("cancelled", [])
        assert await doors.said() == 4
    async with doors.visitor() as visitor:
        assert (await visitor.get(address)).json() == over.json()


async def test_a_refusal_names_each_date_and_the_rooms_that_would_do(doors: Running) -> None:
    async with doors.visitor("acepp") as visitor:
        await reserve(visitor, rule="FREQ=WEEKLY;COUNT=2")
    async with doors.visitor("bottines", **{"Accept-Language": "fr"}) as visitor:
        refused = await reserve(visitor)
        assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
        problem = refused.json()
        assert problem["code"] == "series-clashes"
        assert [one["day"] for one in problem["occurrences"]] == ["2027-02-23", "2027-03-02"]
        assert "salle-reunion" in problem["rooms"]
        assert "acepp" not in refused.text
        free = await reserve(visitor, mode="what-is-free")
        assert [one["verdict"] for one in free.json()["left_out"]] == ["taken", "taken"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rule": "FREQ=DAILY;COUNT=10000"}, "series-too-long"),
        ({"rule": "FREQ=WEEKLY"}, "series-without-end"),
        ({"rule": "FREQ=MINUTELY;COUNT=3"}, "rule-not-understood"),
        ({"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3"}, "series-empty"),
        ({"rule": "X" * 500}, "invalid"),
        ({"first": "2026-12-01"}, "in-the-past"),
        ({"first": "2040-01-03"}, "too-far-ahead"),
        ({"room": "salle-de-bal"}, "unknown-room"),
        ({"people": 9}, "room-too-small"),
        ({"ends": "09:00"}, "invalid"),
        ({"starts": "09:00+01:00"}, "invalid"),
        ({"starts": "09:00:01"}, "invalid"),
        ({"mode": "some"}, "invalid"),
        ({"organisation": "relais"}, "invalid"),
    ],
)
async def test_input_that_is_wrong_is_refused_precisely(doors: Running, changes: dict[str, Any], code: str) -> None:
    async with doors.visitor("bottines") as visitor:
        refused = await reserve(visitor, **changes)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert await doors.said() == 0


@pytest.mark.parametrize(
    "part",
    [{"which": "this"}, {"which": "all", "day": "2027-03-02"}, {"which": "all", "on": "2027-03-02"}, {"which": "some"}],
)
async def test_a_part_that_does_not_say_which_is_refused(doors: Running, part: dict[str, str]) -> None:
    async with doors.visitor("bottines") as visitor:
        address = (await reserve(visitor)).headers["Location"]
        refused = await visitor.post(f"{address}/change", json=part)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_nobody_changes_another_s_series_nor_without_a_key(doors: Running) -> None:
    async with doors.visitor("bottines") as visitor:
        address = (await reserve(visitor)).headers["Location"]
        reservation = (await visitor.get(address)).json()["occurrences"][0]["reservation_id"]
        alone = await visitor.post(f"/reservations/{reservation}/cancel")
        assert (alone.status_code, alone.json()["code"]) == (409, "part-of-a-series")
        assert address.endswith(alone.json()["series_id"])
        nowhere = await visitor.post(f"/series/{new_id()}/cancel", json={"which": "all"})
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no-such-series")
    for who, code in (("acepp", "not-yours"), (None, "key-needed")):
        async with doors.visitor(who) as visitor:
            assert (await visitor.post(f"{address}/cancel", json={"which": "all"})).json()["code"] == code


async def test_the_documentation_shows_each_refusal(doors: Running) -> None:
    async with doors.visitor() as visitor:
        paths = (await visitor.get("/openapi.json")).json()["paths"]
    posting = paths["/series"]["post"]["responses"]
    assert set(posting["422"]["content"]["application/problem+json"]["examples"]) >= {
        "rule-not-understood",
        "series-without-end",
        "series-too-long",
        "series-empty",
    }
    assert "series-clashes" in posting["409"]["content"]["application/problem+json"]["examples"]
