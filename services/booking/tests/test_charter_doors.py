"""The charter at the doors: read by all, answered by founders with their key, adopted by every one of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from booking.charter_tables import CharterVersion
from booking.rules import Span
from booking.testing import Desk, OpenDay, Running, plan
from booking.testing.running import request
from booking.use_cases.adopt_charter import (
    ConsentToCharter,
    ForFoundersOnly,
    NoSuchProposal,
    consent_to_charter,
    follow_the_charter,
)
from ronde.clock import now
from ronde.house import House, parse
from ronde.ids import new_id

pytestmark = pytest.mark.database
SESSION = ("session.planned.v1", "session.changed.v1")
REQUESTED = "room.requested.v1"
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
async def at_the_desk(doors: Running) -> Desk:
    return Desk(doors.service.db, doors.settings)


def house_with(file: Path, hours: int) -> House:
    """The house with other hours for Bottines in its file."""
    text = file.read_text()
    return parse(text.replace("bottines = { hours_per_week = 24", f"bottines = {{ hours_per_week = {hours}"))


async def far_ahead(desk: Desk, day: OpenDay) -> Any:
    """Something to be asked: beyond the horizon of 540 days, at an hour that nobody counts."""
    house, ahead = desk.settings.house, day.date + timedelta(days=541)
    while house.opening(ahead) is None or ahead.weekday() == 5:
        ahead += timedelta(days=1)
    starts = datetime.fromisoformat(f"{ahead}T18:00").replace(tzinfo=house.timezone)
    return await desk.reserve("cuisine", Span(starts, starts + timedelta(hours=1)))


async def test_what_is_asked_is_answered_with_a_founder_s_key(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    made = await far_ahead(at_the_desk, day)
    async with doors.visitor() as visitor:
        assert (await visitor.get("/consents")).status_code == 401
        assert (await visitor.get(f"/reservations/{made.id}")).json()["state"] == "asked"
    async with doors.visitor("relais") as visitor:
        [asked] = (await visitor.get("/consents")).json()
        assert (asked["organisation"], asked["founders"]) == ("bottines", ["relais", "acepp"])
        assert [one["code"] for one in asked["excess"]] == ["beyond-horizon"]
        here = f"/consents/{asked['id']}"
        assert (await visitor.post(f"{here}/object", json={})).status_code == 422
        answered = await visitor.post(f"{here}/object", json={"reason": "Nous ne savons pas encore."})
        assert (answered.status_code, answered.json()["state"]) == (200, "refused")
        assert (await visitor.post(f"{here}/consent")).json()["code"] == "already-settled"
        assert (await visitor.get(here)).json()["answers"][0]["objection"] == "Nous ne savons pas encore."
        assert (await visitor.get("/consents")).json() == []
        assert (await visitor.get(f"/reservations/{made.id}")).json()["state"] == "refused"
    async with doors.visitor("bottines") as visitor:
        assert (await visitor.post(f"{here}/consent")).json()["code"] == "not-asked-of-you"


@pytest.mark.parametrize("plan", [plan, request])
async def test_a_partner_s_change_over_the_charter_is_asked_and_its_slot_stays(
    on_the_bus: Running, day: OpenDay, plan: Callable[..., dict[str, Any]]
) -> None:
    """session.changed, or room.requested again: at an hour that nobody counts, beyond the horizon of 540 days."""
    planned, changed = SESSION if plan is not request else (REQUESTED, REQUESTED)
    desk = Desk(on_the_bus.service.db, on_the_bus.settings)
    id, ahead = new_id(), await far_ahead(desk, day)
    await on_the_bus.hears(1)  # that was asked, to know a day
    far = Span(ahead.starts_at - timedelta(hours=2), ahead.ends_at - timedelta(hours=2))
    wish = {"room": "cuisine", "people": 6}
    await on_the_bus.say((planned, 1, plan(id, day.at("18:00", "19:00"), **wish)))
    ((_, _, held),) = await on_the_bus.hears(1)
    await on_the_bus.say((changed, 2, plan(id, far, **wish)))
    ((type, _, asked),) = await on_the_bus.hears(1)
    assert (type, asked["reservation_id"]) == ("consent.asked", held["reservation_id"])
    assert str(id) in (asked["session_id"], asked["request_id"])
    assert asked["replaces"]["starts_at"] == held["starts_at"]
    await on_the_bus.say((changed, 3, plan(id, far, **wish)))  # nothing new
    async with on_the_bus.visitor("acepp") as visitor:
        await visitor.post(f"/consents/{asked['consent_id']}/object", json={"reason": "Trop tôt pour le dire."})
    (_, (type, _, told)) = await on_the_bus.hears(2)
    assert (type, told["code"], told["kept"]["starts_at"]) == ("reservation.refused", "objected", held["starts_at"])
    await on_the_bus.say((changed, 4, plan(id, far, **wish)))
    ((_, _, again),) = await on_the_bus.hears(1)
    for founder in ("acepp", "bottines"):
        async with on_the_bus.visitor(founder) as visitor:
            await visitor.post(f"/consents/{again['consent_id']}/consent")
    (_, (type, _, moved)) = await on_the_bus.hears(2)
    assert (type, moved["previous"]["starts_at"]) == ("reservation.moved", held["starts_at"])


async def test_the_first_charter_comes_with_the_house_and_is_read_by_all(doors: Running, house: House) -> None:
    async with doors.service.db.transaction() as tx:
        await follow_the_charter(tx, house)
    async with doors.visitor() as visitor:
        shown = (await visitor.get("/charter")).json()
    assert (shown["in_force"]["version"], shown["proposed"]) == (1, None)
    assert shown["founders"] == ["bottines", "relais", "acepp"]
    assert shown["in_force"]["charter"]["peak"]["monday"] == ["09:00-12:00"]


async def test_a_new_charter_is_in_force_when_every_founder_consents(desk: Desk, house_file: Path) -> None:
    new = house_with(house_file, 3)

    async def consent(organisation: str) -> CharterVersion:
        async with desk.db.transaction() as tx:
            return await consent_to_charter(tx, new, ConsentToCharter(version=2, organisation=organisation))

    for house in (desk.settings.house, desk.settings.house, new, new):  # started twice with each file
        async with desk.db.transaction() as tx:
            await follow_the_charter(tx, house)
    for founder in ("relais", "relais", "acepp"):
        assert (await consent(founder)).adopted_at is None
    with pytest.raises(ForFoundersOnly):
        await consent("guest")
    assert (await consent("bottines")).adopted_at is not None
    assert (await consent("bottines")).adopted_at is not None
    said = [(type, sequence, data["version"]) for type, sequence, data in await desk.said()]
    assert said == [("charter.proposed", 1, 2), ("charter.adopted", 2, 2)]
    with pytest.raises(NoSuchProposal):
        async with desk.db.transaction() as tx:
            await consent_to_charter(tx, new, ConsentToCharter(version=3, organisation="relais"))


async def test_until_then_the_one_before_holds_and_it_can_be_dropped(
    desk: Desk, day: OpenDay, house_file: Path
) -> None:
    for house in (desk.settings.house, house_with(house_file, 0)):
        async with desk.db.transaction() as tx:
            await follow_the_charter(tx, house)
    assert (await desk.reserve("cuisine", day.at("9:00", "11:00"))).state == "confirmed"
    async with desk.db.transaction() as tx:
        await follow_the_charter(tx, desk.settings.house)
    with pytest.raises(NoSuchProposal):
        async with desk.db.transaction() as tx:
            await consent_to_charter(tx, desk.settings.house, ConsentToCharter(version=2, organisation="relais"))


async def test_what_is_adopted_is_what_holds(desk: Desk, day: OpenDay, house_file: Path) -> None:
    new = house_with(house_file, 0)
    for house in (desk.settings.house, new):
        async with desk.db.transaction() as tx:
            await follow_the_charter(tx, house)
    for founder in new.founders:
        async with desk.db.transaction() as tx:
            await consent_to_charter(tx, new, ConsentToCharter(version=2, organisation=founder))
    assert (await desk.reserve("cuisine", day.at("9:00", "11:00"))).state == "asked"
    assert (await desk.reserve("salle-atelier", day.at("9:00", "11:00"), organisation="acepp")).state == "confirmed"
    assert now() < day.at("9:00", "11:00").starts_at


@pytest.mark.broker
async def test_a_partner_s_session_over_the_charter_is_asked_not_refused(on_the_bus: Running, day: OpenDay) -> None:
    session_id, within = new_id(), day.at("13:00", "15:00")
    far = Span(within.starts_at + timedelta(days=7 * 80), within.ends_at + timedelta(days=7 * 80))
    while on_the_bus.settings.house.opening(far.starts_at.date()) is None:
        far = Span(far.starts_at + timedelta(days=1), far.ends_at + timedelta(days=1))
    asked = plan(session_id, far, room="salle-atelier")
    await on_the_bus.say(("session.planned.v1", 1, asked))
    [(type, _, data)] = await on_the_bus.hears()
    assert (type, data["session_id"], data["organisation"]) == ("consent.asked", str(session_id), "relais")
    async with on_the_bus.visitor("bottines") as visitor:
        await visitor.post(f"/consents/{data['consent_id']}/object", json={"reason": "C'est trop loin."})
    heard = await on_the_bus.hears(2)
    assert {type for type, _, _ in heard} == {"consent.refused", "reservation.refused"}
    again = ("session.changed.v1", 2, plan(session_id, within, room="salle-atelier"))
    await on_the_bus.say(again)
    assert [type for type, _, _ in await on_the_bus.hears()] == ["reservation.confirmed"]
