"""The diary of the rooms: what is taken, and the one way to take it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from ronde.clock import now
from ronde.database import violated
from ronde.house import House, Room
from ronde.refusal import Refused
from ronde_contracts.event import Slot
from sqlalchemy import bindparam, delete, insert, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from booking import rules
from booking.alternatives import Fits, alternatives, around
from booking.rules import Busy, Span, Wish
from booking.settings import Settings
from booking.tables import ONE_AT_A_TIME, Occupancy

# Two inserts of overlapping rows at once each wait for the other until Postgres calls it a deadlock: whoever takes
# a space, or leaves one, queues here first. The lock orders, the constraint judges. Always by rising number.
QUEUE = text("""
    SELECT pg_advisory_xact_lock(hashtext('ronde occupancies'), space) FROM (
        SELECT unnest(CAST(:spaces AS integer[])) AS space
        UNION SELECT space FROM occupancies WHERE reservation_id = :id
        ORDER BY 1
    ) AS ordered
""")
# By space and not by time alone: so it reads the constraint's own index, as fast in ten years as today.
TAKEN = text("""
    SELECT space, lower(during), upper(during)
    FROM unnest(CAST(:spaces AS integer[])) AS asked
    JOIN occupancies ON int4range(space, space, '[]') && int4range(asked, asked, '[]') AND during && :window
    WHERE reservation_id <> :own
    ORDER BY 1, 2
""").bindparams(bindparam("window", type_=TSTZRANGE))
# Without what is held already: so a reservation and what asks to move it may overlap, and nobody else with either.
BESIDE = text("""
    INSERT INTO occupancies (reservation_id, space, during)
    SELECT id, space, unnest(tstzmultirange(tstzrange(starts, ends)) - coalesce(
        (SELECT range_agg(held.during) FROM occupancies AS held
         WHERE held.reservation_id = beside AND held.space = asked.space), CAST('{}' AS tstzmultirange)))
    FROM unnest(CAST(:ids AS uuid[]), CAST(:besides AS uuid[]), CAST(:spaces AS integer[]),
                CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS asked(id, beside, space, starts, ends)
""")
Fitting = Callable[[Span], Awaitable[Fits]]
"""Of what time, to which slots."""


async def take(
    session: AsyncSession,
    settings: Settings,
    reservation_id: UUID,
    wish: Wish,
    *,
    fitting: Fitting,
    prefer: str | None = None,
    beside: UUID | None = None,
) -> Slot:
    """Hold what is wished for, in place of whatever the reservation held; `prefer` a room when any will do.

    `beside`: what that one holds stays held, and is not in the way. `fitting`: what the charter lets them have, of what
    could be offered instead.

    Raises the refusal, with `alternatives` in its extra, and changes nothing.
    """
    house = settings.house
    try:
        for room in rules.fitting(house, wish, now=now(), prefer=prefer):
            if await occupy(session, reservation_id, room, wish.span, beside=beside):
                return rules.slot(room, wish.span)
        raise rules.taken(house, wish)
    except Refused as refusal:
        instead = await _instead(session, settings, beside or reservation_id, wish, fitting)
        refusal.extra["alternatives"] = [slot.model_dump(mode="json") for slot in instead]
        raise


async def release(session: AsyncSession, *reservation_ids: UUID) -> None:
    """Free whatever they hold."""
    await session.execute(delete(Occupancy).where(Occupancy.reservation_id.in_(reservation_ids)))


async def settle_in(session: AsyncSession, reservation_id: UUID, successor_id: UUID, room: Room, span: Span) -> None:
    """The slot taken beside is the reservation's, which leaves its own: it holds all of both, nobody is in the way."""
    if not await occupy(session, reservation_id, room, span, after=successor_id):
        raise RuntimeError(f"somebody is in the slot that {successor_id} holds")


async def occupy(
    session: AsyncSession,
    reservation_id: UUID,
    room: Room,
    span: Span,
    *,
    beside: UUID | None = None,
    after: UUID | None = None,
) -> bool:
    """Take the room; False when somebody has it, and then what the reservation held is still held.

    Only what `beside` does not hold already; and what `after` held, which then holds nothing.
    """
    whole = rules.blocked(room, span)
    during = Range(whole.starts_at, whole.ends_at)
    try:
        async with session.begin_nested():  # a lost try gives its locks back too
            await session.execute(QUEUE, {"spaces": list(room.spaces), "id": reservation_id})
            await release(session, reservation_id, *([after] if after else []))
            if beside:
                await take_beside(session, [(reservation_id, beside, room, span)])
            else:
                rows = [{"reservation_id": reservation_id, "space": space, "during": during} for space in room.spaces]
                await session.execute(insert(Occupancy), rows)
    except IntegrityError as error:
        if violated(error, ONE_AT_A_TIME):
            return False
        raise
    return True


async def take_beside(session: AsyncSession, taken: Sequence[tuple[UUID, UUID, Room, Span]]) -> None:
    """Each room for the first of the two, but for what the second holds of it already.

    Who calls it is in the queue; the constraint raises when somebody has one of them.
    """
    rows = [
        (id, beside, space, (whole := rules.blocked(room, span)).starts_at, whole.ends_at)
        for id, beside, room, span in taken
        for space in room.spaces
    ]
    names = ("ids", "besides", "spaces", "starts", "ends")
    await session.execute(BESIDE, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


async def _instead(
    session: AsyncSession, settings: Settings, own: UUID, wish: Wish, fitting: Fitting
) -> Sequence[Slot]:
    house, days = settings.house, settings.alternatives_days
    if not rules.within_reach(wish.span, now()):
        return ()
    window = around(wish, house.timezone, days=days)
    busy, fits = await _busy(session, house, own, window), await fitting(window)
    return alternatives(house, wish, busy, now=now(), days=days, fits=fits)


async def _busy(session: AsyncSession, house: House, own: UUID, window: Span) -> Busy:
    """What others take of every room during `window`."""
    spaces = sorted(set[int]().union(*(room.spaces for room in house.rooms)))
    found: dict[int, list[Span]] = defaultdict(list)
    rows = await session.execute(
        TAKEN, {"spaces": spaces, "window": Range(window.starts_at, window.ends_at), "own": own}
    )
    for space, starts_at, ends_at in rows:
        found[space].append(Span(starts_at, ends_at))
    return found
