"""Offers: until when, by hand, with more time; the free place that nobody could answer for by message."""

from datetime import datetime, timedelta

import pytest
import time_machine
from enrolment.placing import Enrolled
from enrolment.queries.line import attention, line_for, line_of
from enrolment.refusals import NoTimeToAnswer, NotTheirSession, SessionBegan
from enrolment.tables import Enrolment
from enrolment.testing import HOUR, ORGANISER, PARIS, Desk, in_days
from enrolment.use_cases.extend_offer import DeadlineImpossible, ExtendOffer, NothingToExtend, extend_offer
from enrolment.use_cases.offer_by_hand import NoPlaceFree, NotWaiting, OfferByHand, offer_by_hand
from ronde.clock import now

pytestmark = pytest.mark.database
WHY = "Le grand frère est déjà dans la séance."


async def by_hand(desk: Desk, enrolled: Enrolled, *, said_yes: bool = False, by: str = ORGANISER) -> str:
    cmd = OfferByHand(enrolment_id=enrolled.enrolment.id, by=by, reason=WHY, said_yes=said_yes)
    async with desk.db.transaction() as tx:
        return (await offer_by_hand(tx, desk.terms, cmd)).state


async def extend(desk: Desk, enrolled: Enrolled, until: datetime, *, by: str = ORGANISER) -> None:
    async with desk.db.transaction() as tx:
        await extend_offer(tx, desk.terms, ExtendOffer(enrolment_id=enrolled.enrolment.id, by=by, until=until))


async def deadline(desk: Desk, enrolled: Enrolled) -> datetime:
    found = (await desk.enrolment(enrolled.enrolment.id)).deadline
    assert found is not None
    return found.astimezone(PARIS)


async def changes(desk: Desk, enrolled: Enrolled) -> list[str]:
    async with desk.db.reading() as session:
        found = await session.get_one(Enrolment, enrolled.enrolment.id)
        return [one.change for one in await line_for(session, found)]


@pytest.mark.parametrize(("email", "hours"), [("camille@example.org", 48), (None, 24)])
async def test_who_has_an_e_mail_address_gets_the_time_that_e_mail_takes(
    desk: Desk, email: str | None, hours: int
) -> None:
    session = await desk.open_session(places=1)
    first = await desk.enrol(session)
    second = await desk.enrol(session, await desk.family(email=email))
    with time_machine.travel(in_days(1, hour=10), tick=False):
        await desk.withdraw(first)
        assert await deadline(desk, second) == now() + timedelta(hours=hours)


async def test_a_place_that_frees_in_the_evening_before_an_early_session_is_to_be_answered_that_evening(
    desk: Desk,
) -> None:
    starts_at = in_days(3, hour=7)
    session = await desk.open_session(places=1, starts_at=starts_at)
    first, second = [await desk.enrol(session) for _ in range(2)]
    with time_machine.travel(in_days(2, hour=18), tick=False):
        await desk.withdraw(first)
    assert await deadline(desk, second) == in_days(2, hour=21)


async def test_when_only_the_night_is_left_nobody_is_asked_and_staff_ring_up(desk: Desk) -> None:
    session = await desk.open_session(places=1, starts_at=in_days(3, hour=7))
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    with time_machine.travel(in_days(2, hour=22), tick=False):
        await desk.withdraw(first)
        assert await desk.states(session) == ["withdrawn", "waiting", "waiting"]
        async with desk.db.reading() as reading:
            found = await desk.session(session)
            assert [one.id for one in (await attention(reading, found, desk.terms)).to_ring] == [second.enrolment.id]
            newest = (await line_of(reading, found))[0]
        assert (newest.change, newest.enrolment_id) == ("nobody-can-answer", None)
        await desk.plan(session, places=1, title={"fr": "Éveil"}, starts_at=in_days(3, hour=7))
        async with desk.db.reading() as reading:
            told = [one.change for one in await line_of(reading, await desk.session(session))]
        assert told.count("nobody-can-answer") == 1, "staff are told once"
        with pytest.raises(NoTimeToAnswer):
            await by_hand(desk, second)
        assert await by_hand(desk, second, said_yes=True) == "confirmed"
        with pytest.raises(NoPlaceFree):
            await by_hand(desk, third, said_yes=True)
    assert (await desk.told("enrolment.confirmed.v1"))[-1]["data"]["accepted_offer"] is True


async def test_out_of_order_only_by_hand_and_written_down(desk: Desk) -> None:
    """The next place is theirs; those they pass read that it was the team, and the team reads why."""
    session = await desk.open_session(places=1)
    first, second, third, fourth = [await desk.enrol(session) for _ in range(4)]
    assert await by_hand(desk, fourth) == "waiting"
    assert await by_hand(desk, fourth) == "waiting"  # a double click
    await desk.withdraw(first)
    assert await desk.states(session) == ["withdrawn", "waiting", "waiting", "offered"]
    assert await changes(desk, fourth) == ["joined", "put-first", "offered"]
    assert await changes(desk, second) == ["joined", "overtaken"]
    async with desk.db.reading() as reading:
        put = next(one for one in await line_of(reading, await desk.session(session)) if one.change == "put-first")
    assert (put.by, put.reason) == (ORGANISER, WHY)
    assert await by_hand(desk, fourth) == "offered"
    with pytest.raises(NotWaiting):
        await by_hand(desk, first)
    assert await desk.state(third) == "waiting"


async def test_who_was_put_first_earlier_comes_first(desk: Desk) -> None:
    session = await desk.open_session(places=2)
    first, second, third, fourth, _ = [await desk.enrol(session) for _ in range(5)]
    await by_hand(desk, fourth)
    await by_hand(desk, third)
    await desk.withdraw(first)
    assert (await desk.state(fourth), await desk.state(third)) == ("offered", "waiting")
    await desk.withdraw(second)
    assert await desk.state(third) == "offered"


async def test_only_the_team_of_the_session_offers_by_hand(desk: Desk) -> None:
    session = await desk.open_session(places=1, shared_with=("bottines",))
    _, second, third = [await desk.enrol(session) for _ in range(3)]
    with pytest.raises(NotTheirSession):
        await by_hand(desk, second, by="acepp")
    assert await by_hand(desk, third, by="bottines") == "waiting"
    with pytest.raises(NotTheirSession):
        await extend(desk, second, in_days(5), by="acepp")


async def test_by_hand_takes_no_place_that_is_not_there(desk: Desk) -> None:
    session = await desk.open_session(places=2)
    first = await desk.enrol(session)
    await desk.enrol(session)
    pair = await desk.enrol(session, children=2)
    await desk.withdraw(first)
    assert await by_hand(desk, pair) == "waiting"
    found = await desk.session(session)
    assert (found.taken, found.seats) == (1, 2)
    with time_machine.travel(in_days(11)), pytest.raises(SessionBegan):
        await by_hand(desk, pair)


async def test_more_time_to_answer_by_day_and_before_the_start(desk: Desk) -> None:
    starts_at = in_days(10)
    session = await desk.open_session(places=1, starts_at=starts_at)
    first, second = [await desk.enrol(session) for _ in range(2)]
    with pytest.raises(NothingToExtend):
        await extend(desk, second, in_days(5))
    await desk.withdraw(first)
    was = await deadline(desk, second)
    for until in (was - HOUR, in_days(6, hour=23), in_days(6, hour=3), starts_at + HOUR):
        with pytest.raises(DeadlineImpossible):
            await extend(desk, second, until)
    await extend(desk, second, in_days(6))
    await extend(desk, second, in_days(6))  # a double click
    assert await deadline(desk, second) == in_days(6)
    offers = await desk.told("enrolment.offered.v1")
    assert [datetime.fromisoformat(one["data"]["deadline"]) for one in offers] == [was, in_days(6)]
    assert await changes(desk, second) == ["joined", "offered", "new-deadline"]
    with time_machine.travel(in_days(6) - HOUR):
        assert not await desk.expire()
    with time_machine.travel(in_days(6) + HOUR):
        assert await desk.expire()


async def test_more_time_also_when_the_time_is_over_and_nobody_has_noticed(desk: Desk) -> None:
    session = await desk.open_session(places=1, starts_at=in_days(10))
    first, second, third = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(first)
    await desk.let_the_deadline_pass(second)
    await extend(desk, second, in_days(4))
    assert not await desk.expire()
    assert (await desk.state(second), await desk.state(third)) == ("offered", "waiting")


async def test_a_move_of_the_line_is_not_written_without_its_reason(desk: Desk) -> None:
    """Whatever became of anybody here is in the log, in the order in which it happened."""
    session = await desk.open_session(places=1)
    first, pair, third = [await desk.enrol(session, children=n) for n in (1, 2, 1)]
    await desk.withdraw(first)
    assert await changes(desk, first) == ["got-a-place", "withdrawn"]
    assert await changes(desk, pair) == ["joined", "passed-over"]
    assert await changes(desk, third) == ["joined", "offered"]
    await desk.let_the_deadline_pass(third)
    await desk.expire()
    assert await changes(desk, third) == ["joined", "offered", "expired"]


async def test_nobody_reads_another_s_rows(desk: Desk) -> None:
    session = await desk.open_session(places=1)
    _, second, third = [await desk.enrol(session) for _ in range(3)]
    await by_hand(desk, third)
    async with desk.db.reading() as reading:
        mine = await line_for(reading, await reading.get_one(Enrolment, second.enrolment.id))
    assert {one.enrolment_id for one in mine} == {second.enrolment.id}
    assert all(one.reason is None for one in mine)
