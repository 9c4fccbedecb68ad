"""Looking up and taking many times at once: one query, one insert, judged by the constraint as everywhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from ronde.clock import now
from ronde.database import violated
from ronde.house import House, Room
from sqlalchemy import delete, insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets
from booking.rules import Span, by_fit, slot
from booking.series import charter
from booking.series.refusals import SeriesClashes
from booking.series.verdicts import Judged, Verdict, Wanted, apart, clashes, judge, taken
from booking.tables import ONE_AT_A_TIME, Occupancy

TRIES = 3
NOTHING: dict[UUID, tuple[Room, Span]] = {}
# As in booking.diary, for many reservations: all their spaces at once, by rising number.
QUEUE = text("""
    SELECT pg_advisory_xact_lock(hashtext('ronde occupancies'), space) FROM (
        SELECT unnest(CAST(:spaces AS integer[])) AS space
        UNION SELECT space FROM occupancies WHERE reservation_id = ANY(CAST(:own AS uuid[]))
        ORDER BY 1
    ) AS ordered
""")
# Each asked time looks into the constraint's own index by its space: as fast in ten years as today.
TAKEN = text("""
    SELECT DISTINCT asked.n
    FROM unnest(CAST(:n AS integer[]), CAST(:spaces AS integer[]),
                CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS asked(n, space, starts, ends)
    JOIN occupancies AS held ON int4range(held.space, held.space, '[]') && int4range(asked.space, asked.space, '[]')
        AND held.during && tstzrange(asked.starts, asked.ends)
    WHERE held.reservation_id <> ALL(CAST(:own AS uuid[]))
""")
Settle = Callable[[Sequence[Judged]], None]
"""Whether that is what was asked for; else it raises the refusal."""
Held = Mapping[UUID, tuple[Room, Span]]
"""What reservations that may move hold now."""


async def look(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], held: Held = NOTHING
) -> list[Judged]:
    """The verdict on each; what is `held` by them is in nobody's way, but of those that have to keep it."""
    found = [judge(house, one, now=now()) for one in wanted]
    asked = [
        (n, space, one.blocked.starts_at, one.blocked.ends_at)
        for n, one in enumerate(found)
        if one.verdict is Verdict.FREE
        for space in one.wanted.room.spaces
    ]
    if asked:
        columns = dict(zip(("n", "spaces", "starts", "ends"), map(list, zip(*asked, strict=True)), strict=True))
        for n in await session.scalars(TAKEN, {**columns, "own": list(held)}):
            found[n] = taken(house, found[n])
    account = await charter.account(session, house, organisation, found, list(held))
    return _together(house, found, account, held)


def _together(house: House, judged: list[Judged], account: charter.Account | None, held: Held) -> list[Judged]:
    """Who cannot move keeps what others counted on: again, until nobody else is concerned."""
    previous = {id: slot(*what) for id, what in held.items()}
    while True:
        found = apart(house, judged, held) if held else judged
        if account is not None:
            found = charter.within(account, found, previous, now=now())
        if [one.verdict for one in found] == [one.verdict for one in judged]:
            return found
        judged = found


async def elsewhere(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], held: Held = NOTHING
) -> list[str]:
    """The other rooms in which all of it would be accepted, closed days left aside; the best fit first."""
    rooms = []
    for room in by_fit(house):
        if any(one.room.id == room.id for one in wanted):
            continue
        moved = [replace(one, room=room) for one in wanted]
        found = {one.verdict for one in await look(session, house, organisation, moved, held)}
        if Verdict.FREE in found and found <= {Verdict.FREE, Verdict.CLOSED}:
            rooms.append(room.id)
    return rooms


async def take(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], settle: Settle,
    held: Held = NOTHING,
) -> tuple[list[Judged], list[Judged]]:  # fmt: skip
    """Hold those that are free, if `settle` agrees, in place of what is `held` by them: (the held, the others).

    Raises what `settle` does, SeriesClashes with the `rooms` that would have done for all, and changes nothing then.
    """
    await budgets.queue(session, organisation)
    spaces = sorted(set[int]().union(*(one.room.spaces for one in wanted)))
    await session.execute(QUEUE, {"spaces": spaces, "own": list(held)})
    judged: list[Judged] = []
    try:
        for _ in range(TRIES):  # who queues here is alone: only a row that went round the queue asks for another try
            judged = await look(session, house, organisation, wanted, held)
            settle(judged)
            picked = [one for one in judged if one.verdict is Verdict.FREE]
            if await _occupy(session, picked):
                return picked, [one for one in judged if one.verdict is not Verdict.FREE]
        raise clashes([taken(house, one) for one in judged if one.verdict is Verdict.FREE])
    except SeriesClashes as refusal:
        refusal.extra["rooms"] = await elsewhere(session, house, organisation, wanted, held)
        raise


async def release(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Free whatever these reservations hold."""
    await session.execute(delete(Occupancy).where(Occupancy.reservation_id.in_(ids)))


async def _occupy(session: AsyncSession, picked: Sequence[Judged]) -> bool:
    rows = [
        {"reservation_id": one.wanted.id, "space": space, "during": Range(one.blocked.starts_at, one.blocked.ends_at)}
        for one in picked
        for space in one.wanted.room.spaces
    ]
    try:
        async with session.begin_nested():
            await release(session, [one.wanted.id for one in picked])
            await session.execute(insert(Occupancy), rows)
    except IntegrityError as error:
        if violated(error, ONE_AT_A_TIME):
            return False
        raise
    return True
