"""What the turns of a trial would have done so far, put before the next one: each turn is undone when it ends."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

RESERVATIONS = text("""
    SELECT CAST(coalesce(jsonb_agg(to_jsonb(one)), '[]') AS text) FROM reservations AS one
    WHERE id = ANY(CAST(:ids AS uuid[]))
""")
OCCUPANCIES = text("""
    SELECT CAST(coalesce(jsonb_agg(to_jsonb(one)), '[]') AS text) FROM occupancies AS one
    WHERE reservation_id = ANY(CAST(:ids AS uuid[]))
""")
FREE = text("DELETE FROM occupancies WHERE reservation_id = ANY(CAST(:ids AS uuid[]))")
HOLD = text("""
    INSERT INTO reservations
    SELECT * FROM jsonb_populate_recordset(CAST(NULL AS reservations), CAST(:rows AS jsonb))
    ON CONFLICT (id) DO UPDATE SET (state, room, room_name, starts_at, ends_at, people, title)
        = (EXCLUDED.state, EXCLUDED.room, EXCLUDED.room_name, EXCLUDED.starts_at, EXCLUDED.ends_at, EXCLUDED.people,
           EXCLUDED.title)
""")
# Somebody may have taken one of them since the turn before: then it is theirs.
TAKE = text("""
    INSERT INTO occupancies
    SELECT * FROM jsonb_populate_recordset(CAST(NULL AS occupancies), CAST(:rows AS jsonb))
    ON CONFLICT DO NOTHING
""")


class Carried:
    """`ids` are the reservations that a trial made or changed."""

    def __init__(self) -> None:
        self.ids: set[UUID] = set()
        self._reservations = self._occupancies = "[]"

    async def put(self, session: AsyncSession) -> None:
        """Whoever calls has the rooms' queue."""
        if self.ids:
            await session.execute(FREE, {"ids": list(self.ids)})
            await session.execute(HOLD, {"rows": self._reservations})
            await session.execute(TAKE, {"rows": self._occupancies})

    async def keep(self, session: AsyncSession) -> None:
        if self.ids:
            await session.flush()
            self._reservations = str(await session.scalar(RESERVATIONS, {"ids": list(self.ids)}))
            self._occupancies = str(await session.scalar(OCCUPANCIES, {"ids": list(self.ids)}))
