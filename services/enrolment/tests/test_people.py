"""Families without an account: codes, guardians told apart, what notify is told of them."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from enrolment import command
from enrolment.queries import people
from enrolment.settings import Settings
from enrolment.tables import Code, FamilyLink
from enrolment.testing import Desk, Running, running
from httpx import AsyncClient, Response
from ronde.clock import now
from ronde.ids import reference
from sqlalchemy import func, select
from typer.testing import CliRunner

pytestmark = pytest.mark.database
ADDRESS = "camille.code@example.org"
CHILD = {"first_name": "Noé", "born": "2025-03"}


async def ask(anybody: AsyncClient, **to: str) -> dict[str, Any]:
    answer = await anybody.post("/codes", json=to or {"email": ADDRESS})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def sent(desk: Desk) -> dict[str, Any]:
    """The newest code, as notify gets it."""
    return dict((await desk.told("code.issued.v1"))[-1]["data"])


async def confirm(anybody: AsyncClient, desk: Desk) -> dict[str, Any]:
    code = await sent(desk)
    answer = await anybody.post(f"/codes/{code['code_id']}/confirm", json={"code": code["code"]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def come_in(anybody: AsyncClient, desk: Desk, **to: str) -> dict[str, Any]:
    await ask(anybody, **to)
    return await confirm(anybody, desk)


async def register(anybody: AsyncClient, proof: str, **facts: Any) -> Response:
    body = {"proof": proof, "kind": "family", "name": "Camille Martin", "children": [CHILD], **facts}
    return await anybody.post("/families", json=body)


async def contacts(desk: Desk, party_id: Any) -> list[dict[str, Any]]:
    """What notify was told of the family, in order."""
    return [one["data"] for one in await desk.told("contact.recorded.v1") if one["subject"] == str(party_id)]


async def test_a_family_registers_itself_and_comes_back_without_an_account(desk: Desk, doors: Running) -> None:
    async with doors.visitor() as anybody:
        new = await come_in(anybody, desk)
        assert new["families"] == []
        first = (await register(anybody, new["proof"])).json()
        again = (await register(anybody, new["proof"])).json()
        assert first["party_id"] == again["party_id"], "a double click registers once"
        back = await come_in(anybody, desk, email=ADDRESS.upper())
    assert [(one["party_id"], one["name"]) for one in back["families"]] == [(first["party_id"], "Camille Martin")]
    (told,) = await contacts(desk, first["party_id"])
    assert [(one["email"], one["phone"]) for one in told["guardians"]] == [(ADDRESS, None)]
    async with desk.db.reading() as session:
        seen = await people.family(session, back["families"][0]["token"])
    assert seen is not None
    assert [child.first_name for child in seen.party.children] == ["Noé"]
    assert (seen.party.registered_by, seen.me.agreed_with) == ("self", "self")


async def test_nobody_learns_whether_an_address_is_known(desk: Desk, doors: Running) -> None:
    await desk.family()
    async with doors.visitor() as anybody:
        known = await anybody.post("/codes", json={"email": "camille@example.org"})
        unknown = await anybody.post("/codes", json={"email": "nobody@example.org"})
        wrong = [
            await anybody.post(f"/codes/{id}/confirm", json={"code": "000000"})
            for id in (known.json()["code_id"], unknown.json()["code_id"], uuid4())
        ]
    assert known.status_code == unknown.status_code == 202
    assert known.json().keys() == unknown.json().keys()
    assert {(one.status_code, one.json()["code"]) for one in wrong} == {(409, "code-wrong")}


async def test_a_code_is_kept_as_a_hash_and_given_up_after_five_attempts(desk: Desk, doors: Running) -> None:
    async with doors.visitor() as anybody:
        await ask(anybody)
        code = await sent(desk)
        wrong = f"{(int(code['code']) + 1) % 1_000_000:06}"
        path = f"/codes/{code['code_id']}/confirm"
        for _ in range(5):
            assert (await anybody.post(path, json={"code": wrong})).status_code == 409
        assert (await anybody.post(path, json={"code": code["code"]})).status_code == 409
    async with desk.db.reading() as session:
        row = await session.get_one(Code, UUID(code["code_id"]))
        assert row.attempts == 5
        kept = b"".join((row.code_hash, row.link_hash, row.asked_by))
    assert code["code"].encode() not in kept
    assert len(row.code_hash) == 32


async def test_a_code_works_once_and_for_a_quarter_of_an_hour(desk: Desk, doors: Running) -> None:
    async with doors.visitor() as anybody:
        await come_in(anybody, desk)
        used = await sent(desk)
        assert (await anybody.post(f"/codes/{used['code_id']}/confirm", json={"code": used["code"]})).status_code == 409
        await ask(anybody)
        late = await sent(desk)
        with time_machine.travel(now() + timedelta(minutes=16), tick=True):
            answer = await anybody.post(f"/codes/{late['code_id']}/confirm", json={"code": late["code"]})
    assert answer.json()["code"] == "code-wrong"


async def test_an_address_is_not_flooded_with_codes(desk: Desk, doors: Running) -> None:
    async with doors.visitor() as anybody:
        for _ in range(5):
            await ask(anybody)
        refused = await anybody.post("/codes", json={"email": ADDRESS})
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-codes")
        await ask(anybody, phone="+33639980001")
    assert len(await desk.told("code.issued.v1")) == 6


async def test_one_computer_does_not_send_codes_to_everybody(settings: Settings) -> None:
    async with (
        running(settings.model_copy(update={"codes_per_asker": 3})) as service,
        service.visitor() as anybody,
    ):
        for n in range(3):
            await ask(anybody, phone=f"+336399801{n:02}")
        refused = await anybody.post("/codes", json={"phone": "+33639980199"})
    assert refused.json()["code"] == "too-many-codes"


async def test_registering_needs_an_address_that_was_confirmed(desk: Desk, doors: Running) -> None:
    async with doors.visitor() as anybody:
        assert (await register(anybody, "abcdefghijkl")).json()["code"] == "proof-over"
        proof = (await come_in(anybody, desk))["proof"]
        with time_machine.travel(now() + timedelta(hours=3), tick=True):
            assert (await register(anybody, proof)).json()["code"] == "proof-over"


async def test_two_parents_are_told_apart_and_who_has_not_agreed_is_told_nothing(desk: Desk, doors: Running) -> None:
    family = {
        "kind": "family",
        "name": "Camille Martin",
        "phone": "+33639980001",
        "children": [CHILD],
        "other_guardians": [
            {"name": "Sacha Diallo", "email": "sacha@example.org", "language": "en", "channel": "email"},
            {"name": "Alix Roux", "phone": "+33639980003", "agreed": False},
        ],
    }
    async with doors.visitor("relais") as relais:
        found = (await relais.post("/parties", json=family, headers={"Idempotency-Key": "guardians-1"})).json()
    (told,) = await contacts(desk, found["party_id"])
    assert [(one["language"], one["phone"], one["email"], one["channel"]) for one in told["guardians"]] == [
        ("fr", "+33639980001", None, None),
        ("en", None, "sacha@example.org", "email"),
    ]
    assert (told["phone"], told["email"]) == ("+33639980001", None), "who knows no guardians tells the first"
    assert "name" not in str(told)


async def test_an_invited_parent_agrees_by_the_code_sent_to_them(desk: Desk, doors: Running) -> None:
    party, _ = await desk.family()
    other = {"name": "Sacha Diallo", "email": "sacha@example.org", "agreed": False}
    async with doors.visitor("relais") as relais:
        added = (await relais.post(f"/parties/{party}/guardians", json=other)).json()
        assert added["agreed_at"] is None
        invited = await sent(desk)
        assert (invited["purpose"], invited["address"], invited["party_id"]) == (
            "contact",
            "sacha@example.org",
            str(party),
        )
        confirmed = await confirm(relais, desk)
    assert confirmed["proof"] is None
    assert len((await contacts(desk, party))[-2]["guardians"]) == 1
    assert len((await contacts(desk, party))[-1]["guardians"]) == 2
    async with desk.db.reading() as session:
        seen = await people.family(session, confirmed["families"][0]["token"])
    assert seen is not None
    assert (seen.me.name, [one.name for one in seen.others]) == ("Sacha Diallo", ["Camille Martin"])


async def test_a_link_to_a_family_is_kept_as_a_hash_and_ends_with_the_visit(desk: Desk, doors: Running) -> None:
    await desk.family()
    async with doors.visitor() as anybody:
        token = (await come_in(anybody, desk, email="camille@example.org"))["families"][0]["token"]
    assert re.fullmatch(r"[A-Za-z0-9]{12}", token)
    async with desk.db.reading() as session:
        assert await session.scalar(select(func.count()).select_from(FamilyLink)) == 1
        assert await session.get(FamilyLink, token.encode()) is None
        assert await people.family(session, token) is not None
        with time_machine.travel(now() + timedelta(hours=2, seconds=1), tick=True):
            assert await people.family(session, token) is None


async def test_staff_find_a_family_as_it_says_its_name_or_its_number(desk: Desk, doors: Running) -> None:
    party, _ = await desk.family(name="Camille Martin")
    await desk.family(name="Noor Haddad")
    async with doors.visitor("relais") as relais:
        for asked in ("martin", "CAMILLE"):
            found = (await relais.post("/parties/search", json={"asked": asked})).json()
            assert [one["party_id"] for one in found] == [str(party)]
        for asked in ("06 12 34 56 78", "Camille@example.org", "enfant"):
            assert len((await relais.post("/parties/search", json={"asked": asked})).json()) == 2
        assert (await relais.get(f"/parties/{party}")).json()["guardians"][0]["name"] == "Camille Martin"
    async with doors.visitor() as anybody:
        assert (await anybody.post("/parties/search", json={"asked": "martin"})).status_code == 401


async def test_staff_change_what_a_family_says_on_the_telephone(desk: Desk, doors: Running) -> None:
    party, (child,) = await desk.family()
    async with doors.visitor("relais") as relais:
        me = (await relais.get(f"/parties/{party}")).json()["guardians"][0]
        new = {"name": "Camille Roux", "phone": "+33639980009", "language": "en", "channel": "sms"}
        assert (await relais.put(f"/parties/guardians/{me['guardian_id']}", json=new)).json()["email"] is None
        nobody = await relais.put(f"/parties/guardians/{me['guardian_id']}", json={"name": "Camille Roux"})
        assert nobody.json()["code"] == "nobody-reached"
        last = await relais.delete(f"/parties/guardians/{me['guardian_id']}")
        assert last.json()["code"] == "last-guardian"
        sister = {"first_name": "Lou", "born": "2026-01-15"}
        first, second = [(await relais.post(f"/parties/{party}/children", json=sister)).json() for _ in range(2)]
        assert first == second
        session = await desk.open_session()
        await desk.enrol(session, (party, (child,)))
        enrolled = await relais.delete(f"/parties/{party}/children/{child}")
        assert enrolled.json()["code"] == "child-enrolled"
        assert (await relais.delete(f"/parties/{party}/children/{first['child_id']}")).status_code == 204
        shown = (await relais.get(f"/parties/{party}")).json()
    assert [one["first_name"] for one in shown["children"]] == ["Enfant 0"]
    assert (await contacts(desk, party))[-1]["phone"] == "+33639980009"


async def test_a_guardian_takes_away_all_that_is_held_but_not_how_another_is_reached(
    desk: Desk, doors: Running
) -> None:
    family = await desk.family()
    session = await desk.open_session(places=1)
    first, waits = await desk.enrol(session), await desk.enrol(session, family)
    other = {"name": "Sacha Diallo", "phone": "+33639980055"}
    async with doors.visitor("relais") as relais:
        await relais.post(f"/parties/{family[0]}/guardians", json=other)
        mine = (await come_in(relais, desk, phone=other["phone"]))["families"][0]["token"]
        taken = await relais.get(f"/f/{mine}/export.json")
        assert (await relais.get("/f/abcdefghijkl/export.json")).status_code == 404
    held = taken.json()
    assert "attachment" in taken.headers["content-disposition"]
    assert (held["me"]["phone"], held["other_guardians"]) == (other["phone"], ["Camille Martin"])
    assert "camille@example.org" not in taken.text
    assert [(one["state"], one["reference"]) for one in held["enrolments"]] == [
        ("waiting", reference("I", waits.enrolment.id))
    ]
    assert held["enrolments"][0]["history"][0]["words"]["fr"]
    assert str(first.enrolment.id) not in taken.text


async def test_every_contact_is_told_again_to_a_notify_that_lost_it(
    desk: Desk, doors: Running, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with doors.visitor() as anybody:
        proof = (await come_in(anybody, desk))["proof"]
        party = (await register(anybody, proof)).json()["party_id"]
    monkeypatch.setenv("RONDE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("RONDE_HOUSE_FILE", str(settings.house_file))
    before = await desk.told("contact.recorded.v1")
    told = await asyncio.to_thread(CliRunner().invoke, command.app, ["tell"])
    assert told.output == "1 contacts are on their way to notify\n", told.output
    [*_, last, again] = await desk.told("contact.recorded.v1")
    assert len(before) + 1 == len(await desk.told("contact.recorded.v1"))
    assert again["data"] == last["data"]
    assert again["subject"] == party
    assert int(again["sequence"]) > int(last["sequence"])
