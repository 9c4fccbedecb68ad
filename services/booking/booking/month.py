"""What an organisation held during a month, as its statement counts it."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.ledger import FAMILIES
from booking.rules import Span
from booking.statement import Held

LONGEST = timedelta(days=1)
"""No reservation goes over midnight: it is inside one day's opening hours."""
HELD = text("""
    SELECT room, room_name, starts_at, ends_at,
           coalesce(lower(taken.during), starts_at), coalesce(upper(taken.during), ends_at)
    FROM reservations LEFT JOIN LATERAL (
        SELECT during FROM occupancies WHERE reservation_id = reservations.id LIMIT 1
    ) AS taken ON true
    WHERE state = 'confirmed' AND starts_at >= :starts AND starts_at < :ends
        AND CASE WHEN :families THEN for_family ELSE organisation = :organisation AND NOT for_family END
    ORDER BY starts_at, id
""")


async def held_in_month(session: AsyncSession, organisation: str, month: Span) -> list[Held]:
    """What the organisation held during the month, and what reaches into it from either side.

    What was reserved for families is nobody's: it is told apart, by whomever it was reserved, for FAMILIES.
    """
    bounds = {"starts": month.starts_at - 2 * LONGEST, "ends": month.ends_at + LONGEST}
    whose = {"organisation": organisation, "families": organisation == FAMILIES}
    rows = await session.execute(HELD, {**whose, **bounds})
    return [Held(room, name, Span(begins, ends), Span(since, until)) for room, name, begins, ends, since, until in rows]
