"""Applications for a crèche place: made by a family without an account, followed by a link, examined by staff."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from enrolment.creche.commissions import load_all
from enrolment.nursery.applying import Asked, Claim, Wished
from enrolment.settings import Settings
from enrolment.tables import CrecheApplication
from enrolment.testing import Desk, Running, running
from enrolment.use_cases.apply_for_place import ApplyForPlace, apply_for_place
from enrolment.use_cases.erase_family import EraseFamily, erase_family
from enrolment.use_cases.examine_application import (
    ExamineApplication,
    ShowCircumstancesAgain,
    examine_application,
)
from enrolment.use_cases.merge_parties import BothApplied, MergeParties, merge_parties
from enrolment.use_cases.watch_applications import let_lapse, remind_to_renew
from enrolment.use_cases.withdraw_application import WithdrawApplication, withdraw_application
from httpx import AsyncClient
from ronde.house import load
from ronde.ids import new_id
from ronde.web.testing import OnlyReading
from sqlalchemy import text

pytestmark = pytest.mark.database
MARCH = "villeurbanne-2027-03"
OPEN = datetime(2027, 2, 1, 10, tzinfo=ZoneInfo("Europe/Paris"))
CLOSED = OPEN + timedelta(days=26)
HTML = {"Accept": "text/html", "Accept-Language": "fr"}
WEEK = ("08:00-17:00", "08:00-17:00", "", "", "", "", "")
FORM = {
    "is": "born", "child_name": "Quetzalcoatl", "born": "2026-05-04", "entry": "2027-09-06",
    "entry_from": "2027-08-30", "entry_until": "2027-11-01", "creche_0": "bottines", "day_0_0": "yes", "day_0_1": "yes",
    "from_0": "08:00", "until_0": "17:00", "creche_1": "bottines", "hours_1_3": "8 h 30 - 12 h", "flexible_1": "yes",
    "claim_commune": "yes", "claim_un-parent-actif": "yes",
}  # fmt: skip


@pytest.fixture
async def place_desk(desk: Desk, house_file: Path) -> AsyncIterator[Desk]:
    """The desk of a house with its crèche and its commission."""
    house = load(house_file)
    terms = desk.terms.__class__(
        timezone=house.timezone,
        creches=house.creches,
        commissions=load_all(house_file.parent / "commissions", house),
    )
    own = Desk(desk.url, terms)
    yield own
    await own.db.close()


@pytest.fixture
async def place_doors(settings: Settings, house_file: Path) -> AsyncIterator[Running]:
    with time_machine.travel(OPEN):
        async with running(settings.model_copy(update={"house_file": house_file})) as service:
            yield service


def asked(**more: Any) -> Asked:
    given: dict[str, Any] = {
        "first_name": "Quetzalcoatl",
        "born_on": date(2026, 5, 4),
        "entry_on": date(2027, 9, 6),
        "entry_from": date(2027, 8, 30),
        "entry_until": date(2027, 11, 1),
        "wishes": (Wished(creche="bottines", week=WEEK),),
        "claims": (Claim(criterion="commune"), Claim(criterion="un-parent-actif")),
    }
    return Asked(**{**given, **more})


async def apply(desk: Desk, party_id: Any = None, **more: Any) -> CrecheApplication:
    party_id = party_id or (await desk.family())[0]
    async with desk.db.transaction() as tx:
        return await apply_for_place(
            tx, desk.terms, ApplyForPlace(commission=MARCH, party_id=party_id, asked=asked(**more))
        )


async def application(desk: Desk, one: CrecheApplication) -> CrecheApplication:
    async with desk.db.reading() as session:
        return await session.get_one(CrecheApplication, one.id)


async def enter(visitor: AsyncClient, desk: Desk, address: str) -> str:
    """Through the code, as a family that expects its first child and is new here; gives their page."""
    answer = await visitor.post("/enter", data={"where": address, "to": "place"})
    [sent] = await desk.told("code.issued.v1")
    typed = {"typed": sent["data"]["code"], "to": "place"}
    form = await visitor.post(answer.headers["location"].split("?")[0], data=typed)
    proof = re.findall(r'name="proof" value="(\w+)"', form.text)[0]
    data = {"proof": proof, "to": "place", "kind": "family", "name": "Camille Martin"}
    return str((await visitor.post("/register", data=data)).headers["location"])


def visible(page: str) -> str:
    main = page.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " ")
    return said.replace("&#39;", "'")


async def test_a_family_without_an_account_applies_follows_changes_renews_and_withdraws(
    place_doors: Running, desk: Desk
) -> None:
    async with place_doors.visitor(**HTML) as family:
        assert "Demandes ouvertes" in visible((await family.get("/places")).text)
        mine = await enter(family, desk, "camille@example.org")
        form = f"{mine}/{MARCH}/new"
        assert f'href="{form}"' in (await family.get(mine)).text
        wrong = await family.post(
            form, data={**FORM, "from_0": "8 h 10", "hours_1_3": "midi", "entry_from": "2028-01-01"}
        )
        assert wrong.status_code == 422
        assert all(f'href="#{field}"' in wrong.text for field in ("from_0", "hours_1_3", "entry_from"))
        assert 'value="Quetzalcoatl"' in wrong.text
        made = await family.post(form, data=FORM)
        own = made.headers["location"]
        twice = await family.post(form, data=FORM)  # a double click
        assert (twice.status_code, "déjà une demande" in twice.text) == (409, True)
        page = visible((await family.get(own)).text)
        assert "lundi, mardi : 8 h – 17 h" in page
        assert "jeudi : 8 h 30 – 12 h (ou décalé d'une heure au plus)" in page
        assert "Un justificatif de domicile de moins de trois mois" in page
        assert "À confirmer avant le dimanche 1er août compris ; nous vous le rappellerons" in page

        told = [one for one in await desk.told() if one["type"] in ("page.issued.v1", "application.received.v1")]
        [received, issued] = sorted(told, key=lambda one: str(one["type"]))
        assert received["data"]["renew_by"] == "2027-08-01"
        assert received["data"]["application_id"] == issued["data"]["about_id"]
        assert "Quetzalcoatl" not in str(told)
    link = issued["data"]["url"].removeprefix("http://127.0.0.1:8701")
    async with place_doors.visitor(**HTML) as scanner:  # what follows every link acts on nothing
        real, place_doors.service.db = place_doors.service.db, OnlyReading(place_doors.service.db)  # type: ignore[assignment]
        for path in ("/places", mine, form, own, link, f"{link}/change", f"{link}/withdraw"):
            for lang in ("fr", "en"):
                assert (await scanner.get(path, params={"lang": lang})).status_code == 200, path
            assert (await scanner.head(path)).status_code == 200
        place_doors.service.db = real
    async with place_doors.visitor(**HTML) as anybody:  # who has the link, on another telephone
        assert "Quetzalcoatl" in (await anybody.get(link)).text
        filled = await anybody.get(f"{link}/change")
        assert 'value="08:30"' in filled.text
        changed = await anybody.post(f"{link}/change", data={**FORM, "day_0_1": "", "claim_commune": ""})
        assert changed.headers["location"] == link
        page = visible((await anybody.get(link)).text)
        assert "lundi : 8 h – 17 h" in page
        assert "domicile" not in page
        await anybody.post(f"{link}/renew")  # on the same day: nothing is said twice
        with time_machine.travel(OPEN + timedelta(days=3)):
            await anybody.post(f"{link}/renew")
        with time_machine.travel(datetime(2027, 7, 20, 10, tzinfo=OPEN.tzinfo)):
            assert "Confirmez votre demande avant le mercredi 4 août compris" in visible((await anybody.get(link)).text)
        with time_machine.travel(CLOSED):
            late = await anybody.post(f"{link}/change", data=FORM)
            assert late.status_code == 409
            assert "du lundi 11 janvier au vendredi 26 février" in visible(late.text)
            assert "Demande gardée" in visible((await anybody.get(link)).text)
            await anybody.post(f"{link}/withdraw")
            await anybody.post(f"{link}/withdraw")
        assert "Demande retirée" in visible((await anybody.get(link)).text)
        assert (await anybody.get("/d/nobodysLink1")).status_code == 404
    kinds = [one["type"] for one in await desk.told() if one["type"].startswith("application.")]
    assert kinds == ["application.received.v1", "application.received.v1", "application.withdrawn.v1"]


async def test_staff_note_who_saw_a_proof_and_of_circumstances_the_points_only(place_doors: Running) -> None:
    async with place_doors.visitor("bottines") as program, place_doors.visitor("relais") as other:
        party = {"kind": "family", "name": "Camille", "phone": "+33612345678", "children": []}
        family = (await program.post("/parties", json=party, headers={"Idempotency-Key": str(new_id())})).json()
        body = {
            "party_id": family["party_id"], "first_name": "Quetzalcoatl", "born_on": "2026-05-04",
            "entry_on": "2027-09-06", "wishes": [{"creche": "bottines", "week": ["08:00-17:00"]}],
            "claims": [{"criterion": "commune"}],
        }  # fmt: skip
        where, key = f"/commissions/{MARCH}/applications", {"Idempotency-Key": str(new_id())}
        shut = {**body, "wishes": [{"creche": "bottines", "week": ["06:00-17:00"]}]}
        assert (await program.post(where, json=shut, headers={"Idempotency-Key": str(new_id())})).json()["wish"] == 0
        private = {**body, "claims": [{"criterion": "handicap"}]}
        answer = await program.post(where, json=private, headers={"Idempotency-Key": str(new_id())})
        assert answer.json()["code"] == "not-a-criterion"
        assert (await other.post(where, json=body, headers=key)).status_code == 403
        made = (await program.post(where, json=body, headers=key)).json()
        assert (await program.post(where, json=body, headers=key)).json() == made
        assert (await other.get(f"/applications/{made['application_id']}")).status_code == 403
    async with place_doors.visitor(**HTML) as staff:
        await staff.post("/sign-in", data={"key": "key-of-bottines"})
        assert "1 à voir" in visible((await staff.get(f"/places/{MARCH}/applications")).text)
        page = f"/places/applications/{made['application_id']}"
        by_phone = f"/families/{family['party_id']}/places/{MARCH}/new"
        assert by_phone in (await staff.get(f"/families/{family['party_id']}")).text
        twin = {**FORM, "child_name": "Xólotl", "together_with": made["application_id"]}
        refused = await staff.post(by_phone, data=twin)
        assert (refused.status_code, "les mêmes crèches" in refused.text) == (422, True)
        written = await staff.post(by_phone, data={**twin, "creche_1": "", "hours_1_3": ""})
        assert "avec un frère ou une sœur" in visible((await staff.get(written.headers["location"])).text)
        shown = {"claim_commune": "yes", "claim_handicap": "yes", "claim_fragilite": "yes"}
        assert (await staff.post(f"{page}/proofs", data=shown)).status_code == 422
        await staff.post(f"{page}/proofs", data={**shown, "seen_by": "Nadia"})
        kept = {"claim_commune": "yes", "keep": "yes", "claim_fratrie": "yes", "seen_by": "Omar"}
        await staff.post(f"{page}/proofs", data=kept)
        said = visible((await staff.get(page)).text)
        due = {**twin, "is": "due", "born": "2027-03-20", "child_name": "", "together_with": ""}
        unborn = (await staff.post(by_phone, data=due)).headers["location"]
        with time_machine.travel(CLOSED + timedelta(days=30)):  # after the closing: what is asked for does not change
            await staff.post("/sign-in", data={"key": "key-of-bottines"})
            early = {"first_name": "Xólotl", "born_on": "2027-12-01"}
            assert "au plus tard aujourd'hui" in visible((await staff.post(f"{unborn}/born", data=early)).text)
            await staff.post(f"{unborn}/born", data={**early, "born_on": "2027-03-18"})
            assert "Xólotl, né·e le jeudi 18 mars" in visible((await staff.get(unborn)).text)
            again = await staff.post(f"{unborn}/born", data={**early, "born_on": "2027-03-17"})
            assert (again.status_code, "déjà notée" in again.text) == (409, True)
    assert "Points : 190" in said
    assert "La famille habite la commune : 100. Vu par Nadia" in said
    assert "déjà accueilli, et encore là à la rentrée : 20. Vu par Omar" in said
    assert "Situation prise en compte : 70. Vu par Nadia" in said
    async with place_doors.service.db.reading() as session:
        rows = await session.scalars(text("SELECT a::text FROM creche_application_answers AS a"))
        assert not re.search("handicap|fragilite", " ".join(rows))


async def test_points_that_count_once_are_not_counted_beside_circumstances_that_nobody_remembers(
    place_desk: Desk,
) -> None:
    desk = place_desk

    async def examine(*shown: str, keep: bool = True) -> int:
        cmd = ExamineApplication(
            id=one.id,
            shown=[Claim(criterion=id) for id in shown],
            seen_by="Nadia",
            by="bottines",
            keep_circumstances=keep,
        )
        async with desk.db.transaction() as tx:
            return sum(a.points or 0 for a in (await examine_application(tx, desk.terms, cmd)).answers)

    with time_machine.travel(OPEN):
        one = await apply(desk)
        assert await examine("parent-seul-actif", "un-parent-actif") == 100
        with pytest.raises(ShowCircumstancesAgain):
            await examine("un-parent-actif")
        assert await examine("un-parent-actif", keep=False) == 40


async def test_two_at_once_for_one_child_are_one_application_and_twins_are_two(place_desk: Desk) -> None:
    with time_machine.travel(OPEN):
        party_id, _ = await place_desk.family()
        again = await asyncio.gather(
            *(apply(place_desk, party_id, first_name=name) for name in ("Xólotl", "xolotl")), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in again) == ["AskedAlready", "CrecheApplication"]
        [one] = [kept for kept in again if isinstance(kept, CrecheApplication)]
        twin = await apply(place_desk, party_id, together_with=one.id)
        assert twin.with_siblings == (await application(place_desk, one)).with_siblings == one.id


async def test_who_does_not_renew_is_reminded_once_and_lapses_on_the_day_after(place_desk: Desk) -> None:
    desk = place_desk
    with time_machine.travel(OPEN) as clock:
        one = await apply(desk)
        toddler = await apply(desk, first_name="Xólotl", born_on=date(2024, 8, 20), entry_from=date(2027, 9, 1))

        async def look() -> list[bool]:
            async with desk.db.transaction() as tx:
                return [await remind_to_renew(tx, desk.terms), await let_lapse(tx, desk.terms)]

        assert await look() == [False, False]
        clock.move_to(datetime(2027, 7, 11, 10, tzinfo=desk.terms.timezone))
        assert [await look(), await look(), await look()] == [[True, False], [True, False], [False, False]]
        clock.move_to(datetime(2027, 8, 1, 23, tzinfo=desk.terms.timezone))
        assert await look() == [False, False]
        async with desk.db.transaction() as tx:
            await tx.session.execute(
                text("UPDATE creche_applications SET renew_by = '2028-01-01' WHERE id = :id"), {"id": toddler.id}
            )
        clock.move_to(datetime(2027, 8, 2, 1, tzinfo=desk.terms.timezone))
        assert [await look(), await look()] == [[False, True], [False, False]]
        clock.move_to(datetime(2027, 9, 21, 12, tzinfo=desk.terms.timezone))
        assert await look() == [False, True]
        assert [(await application(desk, each)).state for each in (one, toddler)] == ["lapsed", "lapsed"]
        told = await desk.told("application.renewal-due.v1", "application.lapsed.v1")
        assert [one["data"].get("why") for one in told] == [None, None, "not-renewed", "too-old"]


async def test_a_merge_brings_applications_and_never_two_for_one_child(place_desk: Desk) -> None:
    desk = place_desk
    with time_machine.travel(OPEN):
        kept, gone = (await desk.family())[0], (await desk.family())[0]
        one, other = await apply(desk, gone), await apply(desk, kept)
        merging = MergeParties(kept=kept, gone=gone, by="relais")
        with pytest.raises(BothApplied) as refused:
            async with desk.db.transaction() as tx:
                await merge_parties(tx, merging)
        assert refused.value.extra["applications"] == sorted((one.reference, other.reference))
        async with desk.db.transaction() as tx:
            await withdraw_application(tx, desk.terms, WithdrawApplication(id=other.id, by="bottines"))
        async with desk.db.transaction() as tx:
            await merge_parties(tx, merging)
        assert (await application(desk, one)).party_id == kept


async def test_an_erased_family_leaves_no_application_and_who_kept_a_place_for_it_hears_so(place_desk: Desk) -> None:
    desk = place_desk
    with time_machine.travel(OPEN):
        family = (await desk.family())[0]
        await apply(desk, family)
        async with desk.db.transaction() as tx:
            await erase_family(tx, desk.terms, EraseFamily(party_id=family, asked_by="self"))
        assert len(await desk.told("application.withdrawn.v1")) == 1
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        async with desk.db.reading() as session:
            for table in (await session.scalars(text(names))).all():
                rows = (await session.scalars(text(f'SELECT found::text FROM "{table}" AS found'))).all()  # noqa: S608
                assert not any(
                    word in row for row in rows for word in ("Quetzalcoatl", "2026-05-04", "un-parent-actif")
                )
        assert await desk.told("page.issued.v1") == []  # not told yet, and nobody needs it any more
