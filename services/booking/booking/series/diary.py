"""Taking many times at once: one look, one insert, judged by the constraint as everywhere."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from ronde.database import violated
from ronde.house import House, Room
from sqlalchemy import delete, insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets
from booking.diary import take_beside
from booking.rules import Span, blocked
from booking.series.instead import instead
from booking.series.looking import NOTHING, look
from booking.series.refusals import SeriesClashes
from booking.series.verdicts import ASKABLE, Judged, Kept, Verdict, Wanted, clashes, taken
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
Settle = Callable[[Sequence[Judged]], Sequence[Judged]]
"""What is taken of it, and asked: as the verdicts then say; or it raises the refusal."""
NOBODY: Mapping[UUID, UUID] = {}


async def take(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], settle: Settle,
    held: Kept = NOTHING, keepers: Mapping[UUID, UUID] = NOBODY,
) -> tuple[list[Judged], list[Judged]]:  # fmt: skip
    """Hold what `settle` says, in place of what is `held` by them: (the held, the others).

    What is asked and has one of the `keepers` holds what it held: that one takes the other slot beside it.
    Raises what `settle` does, SeriesClashes with what would have done for all, and changes nothing then.
    """
    await budgets.queue(session, organisation)
    spaces = sorted(set[int]().union(*(one.room.spaces for one in wanted)))
    await session.execute(QUEUE, {"spaces": spaces, "own": list(held)})
    judged: list[Judged] = []
    try:
        for _ in range(TRIES):  # who queues here is alone: only a row that went round the queue asks for another try
            judged = await look(session, house, organisation, wanted, held)
            settled = settle(judged)
            picked = [one for one in settled if one.verdict in ASKABLE]
            if await _occupy(session, picked, keepers):
                return picked, [one for one in settled if one.verdict not in ASKABLE]
        raise clashes([taken(house, one) for one in judged if one.verdict is Verdict.FREE])
    except SeriesClashes as refusal:
        refusal.extra |= (await instead(session, house, organisation, judged, held)).shown()
        raise


async def release(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Free whatever these reservations hold."""
    await session.execute(delete(Occupancy).where(Occupancy.reservation_id.in_(ids)))


async def settle_in(session: AsyncSession, slots: Mapping[UUID, tuple[Room, Span]], keepers: Sequence[UUID]) -> None:
    """The slots that the keepers took beside are the reservations', which leave their own: nobody is in the way."""
    spaces = sorted(set[int]().union(*(room.spaces for room, _ in slots.values())))
    await session.execute(QUEUE, {"spaces": spaces, "own": [*slots, *keepers]})
    await release(session, [*slots, *keepers])
    await _insert(session, [(id, room, span) for id, (room, span) in slots.items()])


async def _occupy(session: AsyncSession, picked: Sequence[Judged], keepers: Mapping[UUID, UUID]) -> bool:
    asked = {one.wanted.id for one in picked if one.verdict is Verdict.OVER_CHARTER}
    waiting = asked & keepers.keys()
    each = {one.wanted.id: (one.wanted.room, one.held) for one in picked}
    at_once = [(id, *what) for id, what in each.items() if id not in waiting]
    try:
        async with session.begin_nested():
            await release(session, [id for id, _, _ in at_once])
            if at_once:
                await _insert(session, at_once)
            if waiting:
                await take_beside(session, [(keepers[id], id, *each[id]) for id in waiting])
    except IntegrityError as error:
        if violated(error, ONE_AT_A_TIME):
            return False
        raise
    return True


async def _insert(session: AsyncSession, taken: Sequence[tuple[UUID, Room, Span]]) -> None:
    rows = [
        {"reservation_id": id, "space": space, "during": Range(whole.starts_at, whole.ends_at)}
        for id, room, span in taken
        if (whole := blocked(room, span))
        for space in room.spaces
    ]
    await session.execute(insert(Occupancy), rows)
