"""Looking up and taking many times at once: one query, one insert, judged by the constraint as everywhere."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from ronde.clock import now
from ronde.database import violated
from ronde.house import House
from sqlalchemy import delete, insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from booking.rules import by_fit
from booking.series.refusals import SeriesClashes
from booking.series.verdicts import Judged, Verdict, Wanted, clashes, judge, taken
from booking.tables import ONE_AT_A_TIME, Occupancy

TRIES = 3
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
Settle = Callable[[Sequence[Judged]], Sequence[Judged]]
"""The last word on each, seen together: those that are free then are taken. Or the refusal."""


async def look(session: AsyncSession, house: House, wanted: Sequence[Wanted], own: Sequence[UUID] = ()) -> list[Judged]:
    """The verdict on each; what the reservations `own` hold is in nobody's way."""
    found = [judge(house, one, now=now()) for one in wanted]
    asked = [
        (n, space, one.blocked.starts_at, one.blocked.ends_at)
        for n, one in enumerate(found)
        if one.verdict is Verdict.FREE
        for space in one.wanted.room.spaces
    ]
    if asked:
        columns = dict(zip(("n", "spaces", "starts", "ends"), map(list, zip(*asked, strict=True)), strict=True))
        for n in await session.scalars(TAKEN, {**columns, "own": list(own)}):
            found[n] = taken(house, found[n])
    return found


async def elsewhere(
    session: AsyncSession, house: House, wanted: Sequence[Wanted], own: Sequence[UUID] = ()
) -> list[str]:
    """The other rooms in which all of it would be accepted, closed days left aside; the best fit first."""
    rooms = [room for room in by_fit(house) if all(room.id != one.room.id for one in wanted)]
    found = await look(session, house, [replace(one, room=room) for room in rooms for one in wanted], own)
    some = {one.wanted.room.id for one in found if one.verdict is Verdict.FREE}
    bad = {one.wanted.room.id for one in found if one.verdict not in (Verdict.FREE, Verdict.CLOSED)}
    return [room.id for room in rooms if room.id in some - bad]


async def take(
    session: AsyncSession, house: House, wanted: Sequence[Wanted], settle: Settle, own: Sequence[UUID] = ()
) -> tuple[list[Judged], list[Judged]]:
    """Hold those that are free when `settle` has seen them, in place of whatever these held: (the held, the others).

    `own` are reservations that are free to move. Raises what `settle` does, SeriesClashes with the `rooms` that would
    have done for all, and changes nothing then.
    """
    try:
        return await _take(session, house, wanted, settle, own)
    except SeriesClashes as refusal:
        refusal.extra["rooms"] = await elsewhere(session, house, wanted, own)
        raise


async def _take(
    session: AsyncSession, house: House, wanted: Sequence[Wanted], settle: Settle, own: Sequence[UUID]
) -> tuple[list[Judged], list[Judged]]:
    spaces = sorted(set[int]().union(*(one.room.spaces for one in wanted)))
    await session.execute(QUEUE, {"spaces": spaces, "own": list(own)})
    judged: list[Judged] = []
    for _ in range(TRIES):  # who queues here is alone: only a row that went round the queue asks for another try
        judged = list(settle(await look(session, house, wanted, own)))
        picked = [one for one in judged if one.verdict is Verdict.FREE]
        if await _occupy(session, picked):
            return picked, [one for one in judged if one.verdict is not Verdict.FREE]
    raise clashes([taken(house, one) for one in judged if one.verdict is Verdict.FREE])


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
