"""Enrolling, withdrawing, offers and deadlines, on a real Postgres."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from enrolment.admitting import AgeOutOfRange, ChildUnknown, NotInvited, SessionNotOpen
from enrolment.placing import AlreadyEnrolled, Enrolled
from enrolment.refusals import EnrolmentUnknown, PartyUnknown, SessionBegan, SessionUnknown
from enrolment.rules import Born
from enrolment.tables import Link
from enrolment.testing import PARIS, Desk, in_days
from enrolment.use_cases.accept_offer import AcceptOffer, OfferOver, accept_offer
from enrolment.use_cases.decline_offer import DeclineOffer, NothingOffered, decline_offer
from enrolment.use_cases.withdraw import NothingToWithdraw, Withdraw, withdraw
from ronde.clock import now
from ronde.ids import new_id
from ronde.refusal import Refused
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.database


async def accept(desk: Desk, enrolled: Enrolled) -> None:
    async with desk.db.transaction() as tx:
        await accept_offer(tx, AcceptOffer(enrolment_id=enrolled.enrolment.id))


async def decline(desk: Desk, enrolled: Enrolled) -> None:
    async with desk.db.transaction() as tx:
        await decline_offer(tx, desk.terms, DeclineOffer(enrolment_id=enrolled.enrolment.id))


async def test_first_come_first_served_then_in_line(desk: Desk) -> None:
    session = await desk.open_session(places=2)
    found = [await desk.enrol(session) for _ in range(4)]
    assert [one.position for one in found] == [None, None, 1, 2]
    assert await desk.states(session) == ["confirmed", "confirmed", "waiting", "waiting"]
    told = await desk.told("enrolment.confirmed.v1", "enrolment.waitlisted.v1")
    assert [one["data"].get("position") for one in told] == [None, None, 1, 2]
    assert {one["sequence"] for one in told} == {"1"}


async def test_twelve_requests_at_once_for_eight_places(desk: Desk) -> None:
    session = await desk.open_session(places=8)
    families = [await desk.family() for _ in range(12)]
    found = await asyncio.gather(*(desk.enrol(session, one) for one in families))
    assert sorted(one.position or 0 for one in found) == [0] * 8 + [1, 2, 3, 4]
    in_order = sorted(found, key=lambda one: one.enrolment.number)
    assert [one.position for one in in_order] == [None] * 8 + [1, 2, 3, 4]


async def test_the_database_refuses_the_place_that_is_not_there(desk: Desk) -> None:
    """Whatever the code believes: here it believes nothing and writes."""
    session = await desk.open_session(places=1)
    await desk.enrol(session)
    second = await desk.enrol(session)
    with pytest.raises(IntegrityError, match="no_more_taken_than_seats"):
        async with desk.db.transaction() as tx:
            await tx.session.execute(
                text("UPDATE enrolments SET state = 'confirmed' WHERE id = :id"), {"id": second.enrolment.id}
            )


async def test_the_first_family_gets_its_own_link_and_only_its_hash_is_kept(desk: Desk) -> None:
    session = await desk.open_session()
    enrolled = await desk.enrol(session)
    told = [one["type"] for one in await desk.told()]
    assert told.index("link.issued.v1") < told.index("enrolment.confirmed.v1")
    (issued,) = await desk.told("link.issued.v1")
    token = issued["data"]["url"].removeprefix(f"{desk.terms.public_url}/e/")
    assert len(token) == 12
    assert token.isalnum()
    async with desk.db.reading() as reading:
        link = (await reading.scalars(select(Link))).one()
    assert link.token_hash == sha256(token.encode()).digest()
    assert link.enrolment_id == enrolled.enrolment.id


async def test_contact_goes_by_the_private_exchange_alone(desk: Desk) -> None:
    await desk.enrol(await desk.open_session())
    async with desk.db.reading() as reading:
        rows = await reading.execute(text("SELECT exchange, convert_from(body, 'UTF8') AS body FROM outbox"))
        for row in rows:
            if row.exchange != "ronde.private":
                assert "example.org" not in row.body
                assert "+336" not in row.body
                assert "Camille" not in row.body
                assert "Enfant" not in row.body


async def test_refusals(desk: Desk) -> None:
    session = await desk.open_session(from_months=3, to_months=36, audience=("childminder",))
    family = await desk.family()
    month = now().date().replace(day=1)
    newborn = await desk.family(kind="childminder", born=Born(month, exact=False))
    minder = await desk.family(children=2, kind="childminder")
    await desk.enrol(session, minder)
    no_room = await desk.plan()
    for party, where, refusal in [
        (family, session, NotInvited),
        (newborn, session, AgeOutOfRange),
        (minder, session, AlreadyEnrolled),
        ((minder[0], ()), session, ChildUnknown),
        ((minder[0], minder[1][:1] * 2), session, ChildUnknown),
        ((minder[0], newborn[1]), session, ChildUnknown),
        ((new_id(), ()), session, PartyUnknown),
        (family, new_id(), SessionUnknown),
        (family, no_room, SessionNotOpen),
    ]:
        with pytest.raises(refusal):
            await desk.enrol(where, party)
    assert await desk.states(session) == ["confirmed"]


async def test_nobody_holds_two_in_one_session(desk: Desk) -> None:
    session, family = await desk.open_session(), await desk.family()
    found = await asyncio.gather(*(desk.enrol(session, family) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["AlreadyEnrolled", "AlreadyEnrolled", "Enrolled"]
    assert (await desk.session(session)).taken == 1


async def test_two_families_with_one_telephone_both_enrol(desk: Desk) -> None:
    """Elsewhere a guest cannot enrol twice with one e-mail."""
    session = await desk.open_session()
    await desk.enrol(session)
    await desk.enrol(session)
    assert await desk.states(session) == ["confirmed", "confirmed"]


async def test_who_withdrew_may_enrol_again_at_the_end_of_the_line(desk: Desk) -> None:
    session = await desk.open_session(places=1)
    family = await desk.family()
    await desk.withdraw(await desk.enrol(session, family))
    await desk.enrol(session)
    assert (await desk.enrol(session, family)).position == 1


async def test_a_freed_place_is_offered_to_one_the_first(desk: Desk) -> None:
    """pretix 2119: the last in line was served first; elsewhere everybody on the list is mailed for one place."""
    session = await desk.open_session(places=1)
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(first)
    assert await desk.states(session) == ["withdrawn", "offered", "waiting"]
    (offer,) = await desk.told("enrolment.offered.v1")
    assert offer["data"]["enrolment_id"] == str(second.enrolment.id)
    assert offer["sequence"] == "2"
    (left,) = await desk.told("enrolment.withdrawn.v1")
    assert left["data"]["was"] == "confirmed"
    assert await desk.state(third) == "waiting"


async def test_an_offered_place_is_held_against_newcomers(desk: Desk) -> None:
    session = await desk.open_session(places=1)
    first, second = [await desk.enrol(session) for _ in range(2)]
    await desk.withdraw(first)
    assert (await desk.enrol(session)).position == 1
    await accept(desk, second)
    assert await desk.states(session) == ["withdrawn", "confirmed", "waiting"]
    confirmed = (await desk.told("enrolment.confirmed.v1"))[-1]
    assert confirmed["data"]["accepted_offer"] is True


async def test_brothers_and_sisters_keep_their_rank_and_the_next_who_fits_is_asked(desk: Desk) -> None:
    session = await desk.open_session(places=3)
    ones = [await desk.enrol(session) for _ in range(3)]
    pair, one = await desk.enrol(session, children=2), await desk.enrol(session)
    await desk.withdraw(ones[0])
    assert (await desk.state(pair), await desk.state(one)) == ("waiting", "offered")
    await desk.withdraw(ones[1])
    assert await desk.state(pair) == "waiting"
    await decline(desk, one)
    assert await desk.state(pair) == "offered"


async def test_withdrawn_after_accepting_and_the_place_is_offered_again(desk: Desk) -> None:
    """pretix 1163: it was not."""
    session = await desk.open_session(places=1)
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(first)
    await accept(desk, second)
    await desk.withdraw(second)
    assert await desk.state(third) == "offered"


async def test_declined_goes_to_the_next_at_once(desk: Desk) -> None:
    session = await desk.open_session(places=1)
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(first)
    await decline(desk, second)
    assert await desk.states(session) == ["withdrawn", "declined", "offered"]
    with pytest.raises(NothingOffered):
        await decline(desk, first)
    await decline(desk, second)  # a double click
    assert await desk.state(third) == "offered"
    assert len(await desk.told("enrolment.declined.v1")) == 1


async def test_an_offer_not_answered_goes_to_the_next(desk: Desk) -> None:
    session = await desk.open_session(places=1, starts_at=in_days(10))
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(first)
    assert not await desk.expire()
    with time_machine.travel(now() + timedelta(days=2)):
        with pytest.raises(OfferOver):
            await accept(desk, second)  # late, and nobody has noticed yet
        assert await desk.expire()
        with pytest.raises(OfferOver):
            await accept(desk, second)
        assert await desk.states(session) == ["withdrawn", "expired", "offered"]
        assert not await desk.expire()
        await accept(desk, third)
    assert [one["data"]["enrolment_id"] for one in await desk.told("enrolment.expired.v1")] == [
        str(second.enrolment.id)
    ]


async def test_expiring_is_done_once_by_two_services_at_once(desk: Desk) -> None:
    sessions = [await desk.open_session(places=1, starts_at=in_days(10)) for _ in range(4)]
    for session in sessions:
        first, _second = await desk.enrol(session), await desk.enrol(session)
        await desk.withdraw(first)
    with time_machine.travel(now() + timedelta(days=2)):
        while any(await asyncio.gather(*(desk.expire() for _ in range(3)))):
            pass
    assert len(await desk.told("enrolment.expired.v1")) == 4


async def test_accept_and_expire_at_the_same_moment(desk: Desk) -> None:
    """Either the place is theirs, or it went to the next: never both, never neither."""
    session = await desk.open_session(places=1)
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(first)
    deadline = (await desk.enrolment(second.enrolment.id)).deadline
    assert deadline is not None
    with time_machine.travel(deadline, tick=False):
        late, expired = await asyncio.gather(accept(desk, second), desk.expire(), return_exceptions=True)
        assert isinstance(late, OfferOver)
        assert expired is True or await desk.expire()  # skipped while the answer was judged: at the next look
    assert (await desk.state(second), await desk.state(third)) == ("expired", "offered")


async def test_accepting_twice_is_accepting_once(desk: Desk) -> None:
    session = await desk.open_session(places=1)
    first, second = [await desk.enrol(session) for _ in range(2)]
    await desk.withdraw(first)
    await asyncio.gather(accept(desk, second), accept(desk, second))
    assert len(await desk.told("enrolment.confirmed.v1")) == 2  # the first one's, and theirs once


async def test_no_offer_after_the_session_began(desk: Desk) -> None:
    """pretix 1031."""
    starts_at = in_days(2)
    session = await desk.open_session(places=1, starts_at=starts_at)
    first, second = [await desk.enrol(session) for _ in range(2)]
    with time_machine.travel(starts_at + timedelta(minutes=1)):
        with pytest.raises(SessionBegan):
            await desk.withdraw(first)
        with pytest.raises(SessionBegan):
            await desk.enrol(session)
        await desk.plan(session, places=3, starts_at=starts_at)
        assert await desk.state(second) == "waiting"
    assert await desk.told("enrolment.offered.v1") == []


async def test_the_deadline_of_an_offer_made_in_the_evening_is_in_the_morning(desk: Desk) -> None:
    starts_at = in_days(5)
    session = await desk.open_session(places=1, starts_at=starts_at)
    first, second = [await desk.enrol(session) for _ in range(2)]
    evening = in_days(1, hour=22)
    with time_machine.travel(evening):
        await desk.withdraw(first)
    deadline = (await desk.enrolment(second.enrolment.id)).deadline
    assert deadline is not None
    assert deadline.astimezone(PARIS) == in_days(4, hour=8)  # two days for who has an e-mail address


async def test_invited_and_still_on_every_other_list(desk: Desk) -> None:
    """Elsewhere the child vanishes from the list when merely invited."""
    monday, tuesday = await desk.open_session(places=1), await desk.open_session(places=1)
    first = await desk.enrol(monday)
    await desk.enrol(tuesday)
    family = await desk.family()
    here, there = await desk.enrol(monday, family), await desk.enrol(tuesday, family)
    await desk.withdraw(first)
    await accept(desk, here)
    assert (await desk.state(here), await desk.state(there)) == ("confirmed", "waiting")


async def test_withdrawing_twice_is_withdrawing_once(desk: Desk) -> None:
    session = await desk.open_session(places=1)
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await asyncio.gather(desk.withdraw(first), desk.withdraw(first))
    assert (await desk.state(second), await desk.state(third)) == ("offered", "waiting")
    assert len(await desk.told("enrolment.withdrawn.v1")) == 1
    await decline(desk, second)
    with pytest.raises(NothingToWithdraw):
        await desk.withdraw(second)


async def test_withdrawing_what_does_not_exist(desk: Desk) -> None:
    with pytest.raises(EnrolmentUnknown):
        async with desk.db.transaction() as tx:
            await withdraw(tx, desk.terms, Withdraw(enrolment_id=new_id()))


async def test_more_places_are_offered_to_those_who_wait(desk: Desk) -> None:
    session = await desk.open_session(places=1)
    for _ in range(4):
        await desk.enrol(session)
    await desk.plan(session, places=3)
    assert await desk.states(session) == ["confirmed", "offered", "offered", "waiting"]


async def test_fewer_places_than_confirmed_drops_nobody_and_gives_none_away(desk: Desk) -> None:
    session = await desk.open_session(places=3)
    found = [await desk.enrol(session) for _ in range(4)]
    await desk.plan(session, places=1)
    assert await desk.states(session) == ["confirmed"] * 3 + ["waiting"]
    await desk.withdraw(found[0])
    await desk.withdraw(found[1])
    assert await desk.states(session) == ["withdrawn", "withdrawn", "confirmed", "waiting"]
    assert (await desk.session(session)).seats == 1
    await desk.withdraw(found[2])
    assert await desk.state(found[3]) == "offered"


async def test_every_refusal_has_words_in_both_languages() -> None:
    kinds = [NotInvited, AgeOutOfRange, AlreadyEnrolled, ChildUnknown, PartyUnknown, SessionUnknown, SessionNotOpen]
    kinds += [OfferOver, NothingOffered, NothingToWithdraw, SessionBegan, EnrolmentUnknown]
    for kind in kinds:
        assert issubclass(kind, Refused)
        assert kind.words.keys() == {"fr", "en"}
        assert kind.code == kind.code.lower()
