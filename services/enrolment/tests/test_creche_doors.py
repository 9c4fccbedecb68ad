"""A crèche's children, contracts, absences and shifts through its staff's doors, and the week as its team sees it."""

from typing import Any
from uuid import UUID

import pytest
from enrolment.testing import Running
from httpx import AsyncClient
from ronde.ids import new_id

pytestmark = pytest.mark.database
CRECHE = "/creches/bottines"
MONDAY = "2027-01-11"
OPEN = ["07:30-18:30"] * 5
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


async def put(client: AsyncClient, what: str, id: UUID | None = None, /, **body: Any) -> UUID:
    id = id or new_id()
    answer = await client.put(f"{CRECHE}/{what}/{id}", json=body)
    assert answer.status_code == 204, answer.text
    return id


async def child(client: AsyncClient, *week: str, born_on: str = "2025-01-05", **more: Any) -> tuple[UUID, UUID]:
    """(the child, the contract), from this January."""
    id = await put(client, "children", first_name="Lou", born_on=born_on, **more)
    return id, await put(client, "contracts", child_id=str(id), starts_on="2027-01-04", week=list(week))


async def team(client: AsyncClient, size: int) -> list[UUID]:
    return [
        await put(client, "shifts", starts_on="2026-09-01", week=OPEN, first_category=n == 0) for n in range(size)
    ]  # fmt: skip


async def ask(client: AsyncClient, *week: str, born_on: str = "2026-09-01") -> dict[str, Any]:
    body = {"born_on": born_on, "week": week, "starts_on": MONDAY, "ends_on": "2027-07-30"}
    answer = await client.post(f"{CRECHE}/fits", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_week_fits_or_the_rule_and_the_nearest_are_told(doors: Running) -> None:
    async with doors.visitor("bottines") as staff:
        assert (await ask(staff, "08:00-12:00"))["no"]["rule"] == "team", "nobody has planned a team yet"
        await team(staff, 2)
        for _ in range(5):
            await child(staff, "09:00-12:00", born_on="2026-09-02", walks_from="2027-09-01")
        for _ in range(5):
            await child(staff, "09:00-10:00", born_on="2026-09-02", walks_from="2027-09-01")
        told = await ask(staff, "07:30-09:30", "08:00-17:00", born_on="2026-09-02")
        assert told == {
            "fits": False,
            "no": {
                "rule": "ratio", "article": "CSP R.2324-46-4", "sure": "B", "day": MONDAY, "at": "09:00", "short_by": 1,
            },
            "nearest": ["07:30-09:00", "08:00-17:00", "", "", "", "", ""],
        }  # fmt: skip
        assert (await ask(staff, *told["nearest"], born_on="2026-09-02"))["fits"]


async def test_an_absence_frees_the_hours_and_taken_back_fills_them(doors: Running) -> None:
    async with doors.visitor("bottines") as staff:
        await team(staff, 2)
        several = [await child(staff, "09:00-12:00", born_on="2026-09-02", walks_from="2028-01-01") for _ in range(10)]
        here = {"born_on": "2026-09-02", "week": ["09:00-12:00"], "starts_on": MONDAY, "ends_on": MONDAY}
        assert not (await staff.post(f"{CRECHE}/fits", json=here)).json()["fits"]
        absence = await put(staff, "absences", child_id=str(several[0][0]), starts_on=MONDAY, ends_on=MONDAY)
        assert (await staff.post(f"{CRECHE}/fits", json=here)).json()["fits"]
        assert (await staff.delete(f"{CRECHE}/absences/{absence}")).status_code == 204
        assert not (await staff.post(f"{CRECHE}/fits", json=here)).json()["fits"]
        assert (await staff.delete(f"{CRECHE}/children/{several[1][0]}")).status_code == 204, "with the contract"
        assert (await staff.post(f"{CRECHE}/fits", json=here)).json()["fits"]
        assert (await staff.delete(f"{CRECHE}/contracts/{several[1][1]}")).status_code == 404


async def test_said_twice_is_said_once_and_the_later_counts(doors: Running) -> None:
    async with doors.visitor("bottines") as staff:
        await team(staff, 2)
        id, contract = await child(staff, "09:00-12:00")
        for week in (["09:00-12:00"], ["14:00-16:00"]):
            await put(staff, "contracts", contract, child_id=str(id), starts_on="2027-01-04", week=week)
        page = (await staff.get(f"{CRECHE}/occupation?day={MONDAY}")).json()
        assert [(one["from"], one["until"], one["children"]) for one in page["days"][0]["hours"]] == [
            ("07:30", "14:00", 0), ("14:00", "16:00", 1), ("16:00", "18:30", 0),
        ]  # fmt: skip


async def test_another_organisation_s_creche_and_none(doors: Running) -> None:
    async with doors.visitor("relais") as other:
        body = {"first_name": "Lou", "born_on": "2025-01-05"}
        assert (await other.put(f"{CRECHE}/children/{new_id()}", json=body)).status_code == 403
        assert (await other.put(f"/creches/nowhere/children/{new_id()}", json=body)).status_code == 404
        assert (await other.get(f"{CRECHE}/occupation?day={MONDAY}")).status_code == 403
    async with doors.visitor() as anybody:
        assert (await anybody.put(f"{CRECHE}/children/{new_id()}", json=body)).status_code == 401


@pytest.mark.parametrize(
    "edit",
    [
        {"week": ["08:10-12:00"]},
        {"week": ["12:00-08:00"]},
        {"week": ["morning"]},
        {"week": [*OPEN, "", "", "08:00-09:00"]},
        {"ends_on": "2026-12-31"},
        {"exceptions": {"2027-01-12": "8-9"}},
    ],
)
async def test_what_is_no_week_is_told_so(doors: Running, edit: dict[str, Any]) -> None:
    async with doors.visitor("bottines") as staff:
        id = await put(staff, "children", first_name="Lou", born_on="2025-01-05")
        body = {"child_id": str(id), "starts_on": "2027-01-04", "week": ["08:00-12:00"], **edit}
        assert (await staff.put(f"{CRECHE}/contracts/{new_id()}", json=body)).status_code == 422


async def test_a_contract_of_a_child_who_is_not_there(doors: Running) -> None:
    async with doors.visitor("bottines") as staff:
        body = {"child_id": str(new_id()), "starts_on": "2027-01-04", "week": ["08:00-12:00"]}
        assert (await staff.put(f"{CRECHE}/contracts/{new_id()}", json=body)).status_code == 404
