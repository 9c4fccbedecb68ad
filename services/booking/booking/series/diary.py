"""Taking many times at once: one look, one insert, judged by the constraint as everywhere."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from ronde.database import violated
from ronde.house import House
from sqlalchemy import delete, insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets
from booking.series.instead import instead
from booking.series.looking import NOTHING, Held, look
from booking.series.refusals import SeriesClashes
from booking.series.verdicts import Judged, Verdict, Wanted, clashes, taken
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
Settle = Callable[[Sequence[Judged]], None]
"""Whether that is what was asked for; else it raises the refusal."""


async def take(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], settle: Settle,
    held: Held = NOTHING, *, verdicts: Collection[Verdict] = (Verdict.FREE,),
) -> tuple[list[Judged], list[Judged]]:  # fmt: skip
    """Hold those of these `verdicts`, if `settle` agrees, in place of what is `held` by them: (the held, the others).

    Raises what `settle` does, SeriesClashes with what would have done for all, and changes nothing then.
    """
    await budgets.queue(session, organisation)
    spaces = sorted(set[int]().union(*(one.room.spaces for one in wanted)))
    await session.execute(QUEUE, {"spaces": spaces, "own": list(held)})
    judged: list[Judged] = []
    try:
        for _ in range(TRIES):  # who queues here is alone: only a row that went round the queue asks for another try
            judged = await look(session, house, organisation, wanted, held)
            settle(judged)
            picked = [one for one in judged if one.verdict in verdicts]
            if await _occupy(session, picked):
                return picked, [one for one in judged if one.verdict not in verdicts]
        raise clashes([taken(house, one) for one in judged if one.verdict is Verdict.FREE])
    except SeriesClashes as refusal:
        refusal.extra |= (await instead(session, house, organisation, judged, held)).shown()
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
