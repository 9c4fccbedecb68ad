"""What many times would meet, in one query: each looks into the constraint's own index."""

from collections.abc import Sequence

from ronde.clock import now
from ronde.house import House
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.rules import slot
from booking.series import charter
from booking.series.verdicts import Judged, Kept, Verdict, Wanted, apart, judge, taken

# Each asked time looks into the constraint's own index by its space: as fast in ten years as today.
TAKEN = text("""
    SELECT DISTINCT asked.n
    FROM unnest(CAST(:n AS integer[]), CAST(:spaces AS integer[]),
                CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS asked(n, space, starts, ends)
    JOIN occupancies AS held ON int4range(held.space, held.space, '[]') && int4range(asked.space, asked.space, '[]')
        AND held.during && tstzrange(asked.starts, asked.ends)
    WHERE held.reservation_id <> ALL(CAST(:own AS uuid[]))
""")
NOTHING: Kept = {}
"""Nobody holds anything yet."""


async def look(
    session: AsyncSession, house: House, organisation: str, wanted: Sequence[Wanted], held: Kept = NOTHING
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


def _together(house: House, judged: list[Judged], account: charter.Account | None, held: Kept) -> list[Judged]:
    """Who cannot move keeps what others counted on: again, until nobody else is concerned."""
    previous = {id: slot(*what) for id, what in held.items()}
    while True:
        found = apart(house, judged, held) if held else judged
        if account is not None:
            found = charter.within(account, found, previous, now=now())
        if [one.verdict for one in found] == [one.verdict for one in judged]:
            return found
        judged = found
