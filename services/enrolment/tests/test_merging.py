"""Files that look like one family: shown to staff, merged by staff, never silently."""

from datetime import date
from typing import Any

import pytest
from enrolment.people import NewChild, NewGuardian
from enrolment.queries import by_link, enrolment, people
from enrolment.rules import Born
from enrolment.tables import Enrolment
from enrolment.testing import ORGANISER, Desk, Family, Running
from enrolment.use_cases.merge_parties import MergeParties, OtherKind, SameFamily, merge_parties
from enrolment.use_cases.register_party import RegisterParty, register_party
from enrolment.use_cases.tell_apart import TellApart, tell_apart

pytestmark = pytest.mark.database
NOE = NewChild(first_name="Noé", born=Born(date(2025, 3, 15)))


async def add(desk: Desk, name: str, *children: NewChild, kind: Any = "family", **reached: str) -> Family:
    guardian = NewGuardian(name=name, agreed_with=ORGANISER, **reached)  # type: ignore[arg-type]
    cmd = RegisterParty(kind=kind, guardians=(guardian,), children=children or (NOE,), registered_by=ORGANISER)
    async with desk.db.transaction() as tx:
        party = await register_party(tx, cmd)
    return party.id, tuple(child.id for child in party.children)


async def merge(desk: Desk, kept: Family, gone: Family) -> None:
    async with desk.db.transaction() as tx:
        await merge_parties(tx, MergeParties(kept=kept[0], gone=gone[0], by=ORGANISER))


async def likenesses(desk: Desk) -> list[tuple[set[Any], set[str]]]:
    async with desk.db.reading() as session:
        return [({one.first.id, one.second.id}, set(one.signs)) for one in await people.likenesses(session)]


async def test_the_same_telephone_the_same_address_and_the_same_children_are_seen(desk: Desk) -> None:
    one = await add(desk, "Camille Martin", email="camille@example.org")
    await add(desk, "Noor Haddad", NewChild(first_name="Ada", born=Born(date(2025, 3, 15))), phone="+33639980001")
    other = await add(desk, "MARTIN Camille", NewChild(first_name="NOE", born=Born(date(2025, 3, 1), exact=False)))
    same = await add(desk, "Sacha Roux", NewChild(first_name="Lou", born=NOE.born), phone="+33639980001")
    found = await likenesses(desk)
    assert ({one[0], other[0]}, {"same-children"}) in found
    assert [signs for pair, signs in found if same[0] in pair] == [{"same-phone"}]
    assert len(found) == 2


async def test_a_guest_may_enrol_twice_with_one_address(desk: Desk) -> None:
    """A guest cannot enrol twice with one e-mail elsewhere; here it is no error, and staff see it."""
    session = await desk.open_session()
    twice = [await add(desk, "Camille Martin", email="camille@example.org") for _ in range(2)]
    assert [(await desk.enrol(session, one)).enrolment.state for one in twice] == ["confirmed"] * 2
    assert len(await likenesses(desk)) == 1


async def test_who_staff_told_apart_is_not_shown_again(desk: Desk) -> None:
    one, other = [await add(desk, "Camille Martin", phone="+33639980001") for _ in range(2)]
    for _ in range(2):
        async with desk.db.transaction() as tx:
            await tell_apart(tx, TellApart(one=other[0], other=one[0], by=ORGANISER))
    assert await likenesses(desk) == []


async def test_a_merge_keeps_places_ranks_links_and_the_id_that_is_gone(desk: Desk) -> None:
    full = await desk.open_session(places=1)
    later = await desk.open_session()
    kept = await add(desk, "Camille Martin", phone="+33639980001")
    gone = await add(desk, "Camille  Martin", phone="+33639980001", email="camille@example.org")
    await desk.enrol(full)
    waits = await desk.enrol(full, gone)
    await desk.enrol(full)
    has = await desk.enrol(later, gone)
    url = [one["data"]["url"] for one in await desk.told("link.issued.v1") if one["data"]["party_id"] == str(gone[0])]
    await merge(desk, kept, gone)
    async with desk.db.reading() as session:
        for enrolled, link in zip((waits, has), url, strict=True):
            seen = await by_link(session, link.rsplit("/", 1)[1])
            assert seen is not None
            assert seen.enrolment.id == enrolled.enrolment.id
            assert (seen.enrolment.party_id, seen.enrolment.child_ids) == (kept[0], list(kept[1]))
            assert seen.enrolment.state == ("waiting" if enrolled is waits else "confirmed")
        rank = await enrolment(session, waits.enrolment.id)
        party = await people.one_party(session, gone[0])
    assert rank.position == 1
    assert (party.id, len(party.guardians), len(party.children)) == (kept[0], 1, 1)
    told = {one["subject"]: one for one in await desk.told("contact.recorded.v1")}
    for id in (kept[0], gone[0]):
        assert told[str(id)]["data"]["guardians"][0]["email"] == "camille@example.org"
        assert told[str(id)]["sequence"] == "2"
    again = await desk.enrol(await desk.open_session(), (gone[0], kept[1]))
    assert again.enrolment.party_id == kept[0], "the id that is gone goes on working"


async def test_both_in_one_session_is_for_staff_to_decide(desk: Desk, doors: Running) -> None:
    session = await desk.open_session()
    kept, gone = [await add(desk, "Camille Martin", phone="+33639980001") for _ in range(2)]
    mine, theirs = await desk.enrol(session, kept), await desk.enrol(session, gone)
    async with doors.visitor("relais") as relais:
        refused = await relais.post(f"/parties/{kept[0]}/merge", json={"other": str(gone[0])})
        assert (refused.status_code, refused.json()["code"]) == (409, "both-enrolled")
        assert [(one["kept"], one["gone"]) for one in refused.json()["enrolments"]] == [
            (str(mine.enrolment.id), str(theirs.enrolment.id))
        ]
        assert await desk.states(session) == ["confirmed", "confirmed"], "nobody was dropped silently"
        await relais.post(f"/enrolments/{theirs.enrolment.id}/withdraw")
        merged = await relais.post(f"/parties/{kept[0]}/merge", json={"other": str(gone[0])})
        assert merged.status_code == 200
        assert (await relais.get("/likenesses")).json() == []
    assert await desk.states(session) == ["confirmed", "withdrawn"]
    async with desk.db.reading() as reading:
        left = await reading.get_one(Enrolment, theirs.enrolment.id)
    assert left.party_id == kept[0], "history follows"


async def test_parents_who_share_an_address_stay_two(desk: Desk) -> None:
    kept = await add(desk, "Camille Martin", email="famille@example.org")
    gone = await add(desk, "Sacha Diallo", NewChild(first_name="Lou", born=NOE.born), email="famille@example.org")
    await merge(desk, kept, gone)
    async with desk.db.reading() as session:
        party = await people.one_party(session, kept[0])
    assert [one.name for one in party.guardians] == ["Camille Martin", "Sacha Diallo"]
    assert [one.first_name for one in party.children] == ["Noé", "Lou"]


async def test_what_cannot_be_merged_says_why(desk: Desk) -> None:
    family = await add(desk, "Camille Martin", phone="+33639980001")
    minder = await add(desk, "Camille Martin", kind="childminder", phone="+33639980001")
    with pytest.raises(OtherKind):
        await merge(desk, family, minder)
    with pytest.raises(SameFamily):
        await merge(desk, family, family)
    assert await likenesses(desk) == []
