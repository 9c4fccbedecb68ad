"""Over the charter: the slot is kept while the founders are asked, silence is consent, an objection frees it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta
from uuid import UUID

import pytest
import time_machine
from booking.charter_tables import Answered
from booking.refusals import InThePast, RoomClosed, RoomTaken
from booking.rules import Span
from booking.series.finding import Which
from booking.series.verdicts import Mode
from booking.tables import State
from booking.testing import Desk
from booking.testing.charter import (
    FULL,
    MONDAY,
    ROOMS,
    TODAY,
    answer,
    at,
    fill,
    settled,
    state,
    the_consent,
    types,
    unconsented,
)
from booking.use_cases.answer_consent import (
    AlreadySettled,
    AnswerConsent,
    NotAskedOfYou,
    NothingAsked,
    answer_consent,
)
from booking.use_cases.reserve_room import ReserveRoom, reserve_room
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from ronde.clock import now
from ronde.database import Database
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde_contracts.event import Slot
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


async def test_silence_is_consent(desk: Desk) -> None:
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4))
    assert (made.state, len(await desk.holds(made.id))) == (State.ASKED, 1)
    [(type, sequence, data)] = (await desk.said())[-1:]
    assert (type, sequence, data["founders"]) == ("consent.asked", 1, ["relais", "acepp"])
    assert [(one["code"], one["minutes_over"]) for one in data["excess"]] == [("over-week", 180)]
    with pytest.raises(RoomTaken):
        await desk.reserve("cuisine", at(desk, 4), organisation="acepp")
    with time_machine.travel(TODAY + timedelta(days=5) - timedelta(minutes=1)):
        assert await settled(desk) == 0
    with time_machine.travel(TODAY + timedelta(days=5, minutes=1)):
        assert await settled(desk) == 1
        assert await settled(desk) == 0
    assert await state(desk, made.id) == "confirmed"
    assert await types(desk, 2) == ["consent.given", "reservation.confirmed"]


async def test_an_objection_refuses_it_and_frees_the_slot(desk: Desk) -> None:
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4))
    await answer(desk, made.id, "acepp")
    await answer(desk, made.id, "relais", "Nous y recevons un groupe.")
    assert (await state(desk, made.id), await desk.holds(made.id)) == ("refused", [])
    refused, told = (await desk.said())[-2:]
    assert (refused[0], refused[1], refused[2]["by"]) == ("consent.refused", 2, "relais")
    assert (told[0], told[2]["code"], told[2]["kept"]) == ("reservation.refused", "objected", None)
    assert told[2]["reason"] == {"fr": "Nous y recevons un groupe."}
    again = await desk.reserve("cuisine", at(desk, 4), organisation="acepp")
    assert again.state == State.CONFIRMED
    await desk.cancel(made.id)
    assert (await desk.said())[-1][2]["freed"] is None
    assert len(await desk.holds(again.id)) == 1
    with time_machine.travel(TODAY + timedelta(days=9)):
        assert await settled(desk) == 0


async def test_the_last_consent_settles_it_at_once(desk: Desk) -> None:
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4))
    await answer(desk, made.id, "relais")
    await answer(desk, made.id, "relais")
    assert await state(desk, made.id) == "asked"
    await answer(desk, made.id, "acepp")
    assert await state(desk, made.id) == "confirmed"
    assert (await desk.said())[-2][2]["consenting"] == ["relais", "acepp"]
    with pytest.raises(AlreadySettled):
        await answer(desk, made.id, "relais", "Trop tard.")


async def test_only_the_other_founders_answer_and_only_in_time(desk: Desk) -> None:
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4))
    with pytest.raises(NotAskedOfYou):
        await answer(desk, made.id, "bottines")
    with pytest.raises(NothingAsked):
        async with desk.db.transaction() as tx:
            await answer_consent(tx, desk.settings.house, AnswerConsent(consent_id=new_id(), organisation="relais"))
    with time_machine.travel(TODAY + timedelta(days=5, minutes=1)), pytest.raises(AlreadySettled):
        await answer(desk, made.id, "relais", "Trop tard.")


async def test_the_asker_withdraws(desk: Desk) -> None:
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4))
    await desk.cancel(made.id)
    assert (await state(desk, made.id), await desk.holds(made.id)) == ("cancelled", [])
    assert await types(desk, 2) == ["consent.withdrawn", "reservation.cancelled"]
    assert (await the_consent(desk, made.id)).state == Answered.WITHDRAWN


async def test_something_else_is_asked_instead(desk: Desk) -> None:
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4))
    await desk.move(made.id, at(desk, 4), people=7)
    assert await types(desk, 1) == ["consent.asked"]  # nothing that the founders were asked has changed
    await desk.move(made.id, at(desk, 5, "10:00"))
    assert await types(desk, 2) == ["consent.withdrawn", "consent.asked"]
    await desk.move(made.id, at(desk, 7))  # the week after
    assert await types(desk, 2) == ["consent.withdrawn", "reservation.confirmed"]
    assert await state(desk, made.id) == "confirmed"


async def test_what_is_asked_keeps_its_slot_when_a_move_is_impossible(desk: Desk) -> None:
    await fill(desk)
    made = await desk.reserve("cuisine", at(desk, 4))
    with pytest.raises(RoomClosed):
        await desk.move(made.id, at(desk, 6))  # a Sunday
    assert (await state(desk, made.id), len(await desk.holds(made.id))) == ("asked", 1)
    await answer(desk, made.id, "relais")


async def test_what_is_soon_is_settled_in_half_of_the_time_that_is_left(desk: Desk) -> None:
    await fill(desk)
    before = at(desk, 4).starts_at - timedelta(days=2)
    with time_machine.travel(before):
        made = await desk.reserve("cuisine", at(desk, 4))
        assert abs((await the_consent(desk, made.id)).until - (now() + timedelta(days=1))) < timedelta(minutes=1)
    with time_machine.travel(before + timedelta(days=4)), pytest.raises(InThePast):
        await desk.cancel(made.id)


async def test_however_many_ask_at_once_the_budget_is_not_passed_unconsented(desk: Desk) -> None:
    """Thirty ask for one hour each in a week that has two left, by different rooms and days; each saw them left."""
    for day, room in FULL[:-1]:
        await desk.reserve(room, at(desk, day))
    await desk.reserve("cuisine", at(desk, 3, "09:00", "10:00"))  # 22 of 24
    hours = [("09:00", "10:00"), ("10:15", "10:45"), ("11:15", "12:00")]
    wishes = [(room, at(desk, day, *hour)) for day in (4, 5) for room in ROOMS for hour in hours]
    made = await asyncio.gather(*(desk.reserve(*wish) for wish in wishes), return_exceptions=True)
    states = Counter(str(getattr(one, "state", type(one).__name__)) for one in made)
    assert states["asked"] > 15
    assert await unconsented(desk) <= timedelta()


async def test_what_is_offered_instead_is_within_the_charter(desk: Desk) -> None:
    """It would have been taken at once: nobody would have had to be asked."""
    await fill(desk)
    await desk.reserve("cuisine", at(desk, 4), organisation="acepp")
    with pytest.raises(RoomTaken) as refused:
        await desk.reserve("cuisine", at(desk, 4))
    offered = [Slot.model_validate(one) for one in refused.value.extra["alternatives"]]
    assert len(offered) == 3
    for slot in offered:
        made = await desk.reserve(slot.room, Span(slot.starts_at, slot.ends_at))
        assert made.state == State.CONFIRMED
        await desk.cancel(made.id)


async def test_who_takes_rooms_for_one_organisation_waits_for_its_turn(desk: Desk) -> None:
    """Without the queue both would count 21 hours, in rooms that have nothing to do with each other."""
    for day, room in FULL[:-1]:
        await desk.reserve(room, at(desk, day))
    async with desk.db.transaction() as tx:
        cmd = ReserveRoom(organisation="bottines", span=at(desk, 4), people=4, room="cuisine")
        first = await reserve_room(tx, desk.settings, cmd)
        second = asyncio.create_task(desk.reserve("salle-reunion", at(desk, 4)))
        others = await desk.reserve("salle-atelier", at(desk, 4), organisation="acepp")  # they wait for nobody
        done, _ = await asyncio.wait({second}, timeout=0.5)
        assert not done
    assert (first.state, others.state, (await second).state) == (State.CONFIRMED, State.CONFIRMED, State.ASKED)


async def test_an_objection_a_withdrawal_and_the_timers_at_once_have_one_outcome(desk: Desk) -> None:
    await fill(desk)
    for _ in range(5):
        made = await desk.reserve("cuisine", at(desk, 4))
        outcomes = await asyncio.gather(
            answer(desk, made.id, "relais", "Non."), desk.cancel(made.id), answer(desk, made.id, "acepp", "Non."),
            return_exceptions=True,
        )  # fmt: skip
        assert all(isinstance(one, AlreadySettled) or not isinstance(one, BaseException) for one in outcomes), outcomes
        assert await desk.holds(made.id) == []
        said = [type for type, _, data in await desk.said() if data.get("reservation_id") == str(made.id)]
        assert sum(type in ("consent.refused", "consent.withdrawn", "consent.given") for type in said) == 1


Step = tuple[str, int, str, int, int]
"""What is done, to which of the earlier ones, in which room, on which day, from which quarter of the hour."""
OFTEN, RARE = ["reserve", "move", "series", "consent"], ["drop", "put back", "cancel", "object", "wait"]
steps = st.tuples(
    st.sampled_from([*OFTEN * 3, *["change"] * 2, *RARE]),
    st.integers(0, 40), st.sampled_from(ROOMS), st.integers(0, 8), st.integers(0, 6),
)  # fmt: skip


NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is told at once: looking for a shorter one takes minutes on a real database."""


def day_of(n: int) -> date:
    return MONDAY + timedelta(days=n)


FRIDAY_MORNING = ("reserve", 0, "salle-reunion", 4, 1)
MOVES: list[Step] = [
    FRIDAY_MORNING, *[("reserve", 0, "cuisine", day, 6) for day in (3, 4)],
    *[("move", which, "cuisine", day, 1) for which, day in ((1, 3), (2, 4))], ("object", 2, "cuisine", 0, 0),
]  # fmt: skip
NEW: list[Step] = [FRIDAY_MORNING, *[("series", mode, "cuisine", 0, 1) for mode in (1, 0)]]
CHANGES: list[list[Step]] = [
    [FRIDAY_MORNING, ("series", 0, "cuisine", 0, 6), ("change", mode, "cuisine", 0, 1), (what, 1, "cuisine", 0, 0)]
    for mode, what in ((0, "object"), (1, "consent"))
]


@example(done=MOVES)
@example(done=NEW)
@example(done=CHANGES[0])
@example(done=CHANGES[1])
@settings(
    max_examples=4, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(done=st.lists(steps, min_size=10, max_size=25))
async def test_no_sequence_of_bookings_passes_the_budget_unconsented(
    desk: Desk, db: Database, done: list[Step]
) -> None:
    """Reserve, one by one and in series, move, cancel, answer and let time pass, in any order; three hours each.

    A move that is asked holds two slots for a while; a series is asked with one question, and so is its change.
    """
    async with db.transaction() as tx:
        await tx.session.execute(text("TRUNCATE reservations, series, consents, answers, occupancies, outbox CASCADE"))
    for day, room in FULL[:6]:
        await desk.reserve(room, at(desk, day))
    made: list[UUID] = []
    series: list[UUID] = []
    for what, which, room, day, hour in done:
        begins, ends = f"{7 + hour:02}:45", f"{10 + hour:02}:45"
        span, mode = at(desk, day, begins, ends), list(Mode)[which % 2]
        try:
            match what:
                case "reserve":
                    made.append((await desk.reserve(room, span)).id)
                case "series":
                    new = await desk.reserve_series("FREQ=DAILY;COUNT=3", day_of(day), room, begins, ends, mode=mode)
                    series.append(new.series.id)
                    made += [one.id for one in new.asked[:1]]
                case "change" | "drop" | "put back" if not series:
                    continue
                case "change":
                    starts, over = (time.fromisoformat(one) for one in (begins, ends))
                    changed = await desk.change_series(
                        series[which % len(series)], Which.ALL, starts=starts, ends=over, mode=mode
                    )
                    made += [one.moves for one in changed.asked[:1] if one.moves]
                case "drop":
                    await desk.cancel_series(series[which % len(series)], Which.FOLLOWING, day_of(day))
                case "put back":
                    await desk.put_back(series[which % len(series)], day_of(day))
                case "wait":
                    with time_machine.travel(TODAY + timedelta(days=6)):
                        await settled(desk)
                case _ if not made:
                    continue
                case "move":
                    made.append((await desk.move(made[which % len(made)], span, room=room)).id)
                case "cancel":
                    await desk.cancel(made[which % len(made)])
                case _:
                    asked = made[which % len(made)]
                    await answer(desk, asked, "relais", None if what == "consent" else "Non.")
                    await answer(desk, asked, "acepp")
        except (Refused, NoResultFound):  # NoResultFound: nothing was asked for that one
            pass
        assert await unconsented(desk) <= timedelta()
