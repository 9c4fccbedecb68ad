"""A family that is forgotten: what goes, what stays, who has to say so."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from enrolment.people import NewChild, NewGuardian
from enrolment.queries import erasures, people
from enrolment.refusals import PartyUnknown
from enrolment.rules import Born
from enrolment.settings import Settings
from enrolment.tables import Code, Party
from enrolment.testing import ORGANISER, Desk, Family, Running, in_days, running
from enrolment.use_cases.erase_family import EraseFamily, erase_family
from enrolment.use_cases.forget_me import ForgetMe, forget_me
from enrolment.use_cases.forget_old import forget_old, forget_visits
from enrolment.use_cases.merge_parties import MergeParties, merge_parties
from enrolment.use_cases.offer_by_hand import OfferByHand, offer_by_hand
from enrolment.use_cases.record_acknowledgement import RecordAcknowledgement, record_acknowledgement
from enrolment.use_cases.register_party import RegisterParty, register_party
from ronde.clock import now
from ronde.work import Worker
from ronde_contracts.partners import ErasureAcknowledged
from sqlalchemy import func, select, text, update

pytestmark = pytest.mark.database
YEARS_3 = timedelta(days=3 * 365)
NAMES = ("Zéphyrine", "Quetzalcoatl", "Barnabooth", "Xanthippe")
ADDRESSES = ("zephyrine.barnabooth@example.org", "+33639980077", "xanthippe@example.org")


async def unmistakable(desk: Desk) -> Family:
    """A family whose names and addresses are nobody else's."""
    guardians = (
        NewGuardian(name="Zéphyrine Barnabooth", email=ADDRESSES[0], phone=ADDRESSES[1], agreed_with=ORGANISER),
        NewGuardian(name="Xanthippe", email=ADDRESSES[2], agreed_with=ORGANISER),
    )
    child = NewChild(first_name="Quetzalcoatl", born=Born(in_days(-500).date()))
    cmd = RegisterParty(kind="family", guardians=guardians, children=(child,), registered_by=ORGANISER)
    async with desk.db.transaction() as tx:
        party = await register_party(tx, cmd)
    return party.id, tuple(child.id for child in party.children)


async def erase(desk: Desk, party_id: UUID, by: str = "self") -> None:
    async with desk.db.transaction() as tx:
        await erase_family(tx, desk.terms, EraseFamily(party_id=party_id, asked_by=by))


async def found_in(desk: Desk, *words: str) -> list[str]:
    """The tables in which one of the words is, in any column, as text and as bytes."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    hits = []
    async with desk.db.reading() as session:
        for name in (await session.scalars(text(tables))).all():
            for word in words:
                asked = (
                    f'SELECT count(*) FROM "{name}" AS found WHERE position(:word IN found::text) > 0'  # noqa: S608
                    f" OR position(encode(convert_to(:word, 'UTF8'), 'hex') IN found::text) > 0"
                )
                if await session.scalar(text(asked), {"word": word}):
                    hits.append(f"{name}: {word}")
    return hits


async def test_no_table_holds_a_name_or_an_address_and_the_counts_stay(desk: Desk, doors: Running) -> None:
    family = await unmistakable(desk)
    past, full = await desk.open_session(), await desk.open_session(places=1, starts_at=in_days(12))
    came = await desk.enrol(past, family)
    has = await desk.enrol(full, family)
    next_one = await desk.enrol(full)
    await desk.enrol(queue := await desk.open_session(places=1, starts_at=in_days(13)))
    waits = await desk.enrol(queue, family)
    by_hand = OfferByHand(enrolment_id=waits.enrolment.id, by=ORGANISER, reason="Zéphyrine a téléphoné.")
    async with desk.db.transaction() as tx:
        await offer_by_hand(tx, desk.terms, by_hand)
    async with doors.visitor("relais", **{"Idempotency-Key": "erasure-1"}) as relais:
        child = {"first_name": "Quetzalcoatl", "born": "2025-03"}
        twin = {"kind": "family", "name": "Zéphyrine", "phone": "+33639980088", "children": [child]}
        other = (await relais.post("/parties", json=twin)).json()["party_id"]
        for address in ADDRESSES[:1]:
            await relais.post("/codes", json={"email": address})
    assert await found_in(desk, *NAMES, *ADDRESSES), "the search finds what is there"
    for table, word in (("idempotency", "Quetzalcoatl"), ("line_changes", "Zéphyrine"), ("codes", ADDRESSES[0])):
        assert f"{table}: {word}" in await found_in(desk, word)
    with time_machine.travel(in_days(11), tick=True):  # the first session is over, the second is to come
        await erase(desk, family[0])
        await erase(desk, UUID(other))
    assert await found_in(desk, *NAMES, *ADDRESSES, "+33639980088") == []
    assert await desk.state(came) == "confirmed"
    assert await desk.state(has) == "withdrawn"
    assert await desk.state(next_one) == "offered", "what they held goes to the next"
    session = await desk.session(past)
    assert (session.taken, session.waiting) == (1, 0)
    kept = await desk.enrolment(came.enrolment.id)
    assert (kept.children, kept.party_kind, kept.party_id) == (1, "family", family[0])


async def test_everybody_is_asked_to_forget_under_every_id_they_had(desk: Desk) -> None:
    kept, gone = await unmistakable(desk), await unmistakable(desk)
    async with desk.db.transaction() as tx:
        await merge_parties(tx, MergeParties(kept=kept[0], gone=gone[0], by=ORGANISER))
    await erase(desk, gone[0], by=ORGANISER)
    asked = await desk.told("family.erased.v1")
    assert {one["subject"] for one in asked} == {str(kept[0]), str(gone[0])}
    contacts = {one["subject"]: int(one["sequence"]) for one in await desk.told("contact.recorded.v1")}
    assert contacts == {}, "a contact that was not told yet is not told any more"
    assert all(int(one["sequence"]) > 1 for one in asked), "a contact that comes late is stale"
    assert await found_in(desk, *NAMES, *ADDRESSES) == []


async def test_a_parent_who_leaves_does_not_take_the_other_s_enrolments_away(desk: Desk) -> None:
    family = await unmistakable(desk)
    has = await desk.enrol(await desk.open_session(), family)
    async with desk.db.reading() as session:
        first, second = (await people.one_party(session, family[0])).guardians
    async with desk.db.transaction() as tx:
        assert await forget_me(tx, desk.terms, ForgetMe(guardian_id=first.id)) == "me"
    assert await desk.state(has) == "confirmed"
    told = (await desk.told("contact.recorded.v1"))[-1]["data"]
    assert [one["email"] for one in told["guardians"]] == [ADDRESSES[2]]
    assert not [hit for hit in await found_in(desk, ADDRESSES[0]) if not hit.startswith("outbox")]
    async with desk.db.transaction() as tx:
        assert await forget_me(tx, desk.terms, ForgetMe(guardian_id=second.id)) == "family"
    assert await desk.state(has) == "withdrawn"
    assert await found_in(desk, *NAMES, *ADDRESSES) == []


async def test_staff_see_who_has_not_said_that_they_forgot(desk: Desk, doors: Running) -> None:
    party, _ = await unmistakable(desk)
    async with doors.visitor("relais") as relais:
        assert (await relais.post(f"/parties/{party}/erase")).status_code == 204
        assert (await relais.post(f"/parties/{party}/erase")).status_code == 404
        assert (await relais.get(f"/parties/{party}")).status_code == 404
        for producer in ("booking", "enrolment"):
            await desk.hear(ErasureAcknowledged(party_id=party), sequence=9, producer=producer)
        (seen,) = (await relais.get("/erasures")).json()
        assert (seen["missing"], seen["late"], seen["asked_by"]) == (["notify"], False, "relais")
        with time_machine.travel(now() + timedelta(days=4), tick=True):
            (seen,) = (await relais.get("/erasures")).json()
            assert seen["late"]
            await desk.hear(ErasureAcknowledged(party_id=party), sequence=9, producer="notify")
            await desk.hear(ErasureAcknowledged(party_id=party), sequence=9, producer="notify")
            (seen,) = (await relais.get("/erasures")).json()
    assert (seen["missing"], seen["late"]) == ([], False)
    async with desk.db.transaction() as tx:
        await record_acknowledgement(tx, RecordAcknowledgement(party_id=uuid4(), who="acepp"))


async def test_who_was_forgotten_cannot_enrol(desk: Desk, doors: Running) -> None:
    party, children = await unmistakable(desk)
    session = await desk.open_session()
    await erase(desk, party)
    async with doors.visitor("relais", **{"Idempotency-Key": "erasure-2"}) as relais:
        body = {"party_id": str(party), "child_ids": [str(id) for id in children]}
        answer = await relais.post(f"/sessions/{ORGANISER}/{session}/enrolments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "party-unknown")


async def test_enrolling_while_one_is_forgotten_leaves_no_place_to_nobody(desk: Desk) -> None:
    family = await unmistakable(desk)
    sessions = [await desk.open_session() for _ in range(4)]
    done = await asyncio.gather(
        *(desk.enrol(session, family) for session in sessions), erase(desk, family[0]), return_exceptions=True
    )
    assert {type(one) for one in done if isinstance(one, Exception)} <= {PartyUnknown}
    for session in sessions:
        assert set(await desk.states(session)) <= {"withdrawn"}
        assert (await desk.session(session)).taken == 0
    assert await found_in(desk, *NAMES, *ADDRESSES) == []


async def test_three_years_after_the_last_activity_a_family_is_forgotten(desk: Desk) -> None:
    quiet, _ = await unmistakable(desk)
    lively = await desk.family()
    with time_machine.travel(now() + YEARS_3 - timedelta(days=80), tick=True):
        session = await desk.open_session(starts_at=in_days(3))
        await desk.enrol(session, lively)
        async with desk.db.reading() as reading:
            soon = await erasures.to_forget(reading, YEARS_3, timedelta(days=90))
        assert [one.id for one in soon] == [quiet], "staff see it before"
        assert not await forget(desk)
    with time_machine.travel(now() + YEARS_3 + timedelta(days=1), tick=True):
        assert await forget(desk)
        assert not await forget(desk)
    (asked,) = await desk.told("family.erased.v1")
    assert asked["subject"] == str(quiet)


async def forget(desk: Desk) -> bool:
    async with desk.db.transaction() as tx:
        return await forget_old(tx, desk.terms, YEARS_3)


async def test_the_service_forgets_by_itself_unless_the_house_wants_its_staff_to(
    desk: Desk, settings: Settings
) -> None:
    party, _ = await unmistakable(desk)
    async with desk.db.transaction() as tx:
        await tx.session.execute(update(Party).values(active_at=now() - YEARS_3 - timedelta(days=1)))
    by_staff = settings.model_copy(update={"forget_every": 0.1, "forget_by_itself": False})
    async with running(by_staff) as service:
        assert "forget old families" not in {one.name for one in service.service.workers if isinstance(one, Worker)}
    async with running(settings.model_copy(update={"forget_every": 0.1})), asyncio.timeout(10):
        while not await desk.told("family.erased.v1"):  # noqa: ASYNC110 (another's row)
            await asyncio.sleep(0.05)
    async with desk.db.reading() as session:
        assert (await session.get_one(Party, party)).erased_at is not None


async def test_an_address_typed_once_is_not_kept(desk: Desk, doors: Running) -> None:
    async with doors.visitor() as anybody:
        await anybody.post("/codes", json={"email": "passer-by@example.org"})
    for days, left in ((1, 1), (2, 0)):
        with time_machine.travel(now() + timedelta(days=days), tick=True):
            async with desk.db.transaction() as tx:
                await forget_visits(tx)
            async with desk.db.reading() as session:
                assert await session.scalar(select(func.count()).select_from(Code)) == left


def test_a_family_is_forgotten_after_three_years_at_most() -> None:
    assert timedelta(days=Settings().forget_after_days) <= YEARS_3


async def test_whoever_adds_a_table_about_people_says_what_becomes_of_it(desk: Desk) -> None:
    """A column that tells of a family: emptied or kept when it is erased, and moved when it is merged."""
    columns: dict[str, Any] = {
        "acknowledgements.party_id": "an id of nobody",
        "arrivals.party_id": "an id of nobody, and goes after a day",
        "care_offers.child_id": "the crèche's own child; without a wish it is no family's",
        "care_slots.child_id": "the crèche's own child",
        "care_wishes.child_id": "goes with the wish",
        "care_wishes.party_id": "goes",
        "children.party_id": "goes",
        "codes.guardian_id": "goes",
        "creche_absences.child_id": "the crèche's own child, tied to no family's file: the crèche removes it",
        "creche_adaptations.child_id": "the same",
        "creche_applications.party_id": "goes",
        "creche_contracts.child_id": "the same",
        "enrolments.party_id": "an id of nobody",
        "erasures.party_id": "an id of nobody",
        "family_links.guardian_id": "goes",
        "former_ids.party_id": "an id of nobody",
        "guardians.party_id": "goes",
        "own_families.party_id": "goes",
        "signatures.party_id": "goes",
        "told_apart.first_id": "goes",
        "told_apart.second_id": "goes",
    }
    asked = text(
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name IN ('party_id', 'guardian_id', 'child_id', 'first_id', 'second_id')"
    )
    async with desk.db.reading() as session:
        assert set(await session.scalars(asked)) == set(columns)
