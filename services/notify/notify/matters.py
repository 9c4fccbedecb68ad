"""The matters of families, as enrolment last told them: remembered, and held."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notify.holding import hold_families
from notify.tables import Enrolment


async def remember(session: AsyncSession, id: UUID, known: Mapping[str, Any]) -> tuple[Enrolment, bool]:
    """The matter with these columns, and whether it was known before."""
    inserted = literal_column("xmax = 0", Boolean)  # Postgres: no version of the row came before this one
    new = await session.scalar(
        insert(Enrolment)
        .values(enrolment_id=id, **known)
        .on_conflict_do_update(index_elements=["enrolment_id"], set_=known)
        .returning(inserted)
    )
    return Enrolment(enrolment_id=id, **known), not new


async def hold(session: AsyncSession, id: UUID) -> Enrolment | None:
    """The matter as it stays until we commit, its family held. None: it is forgotten."""
    party = await session.scalar(select(Enrolment.party_id).where(Enrolment.enrolment_id == id))
    if party is None:
        return None
    await hold_families(session, [party])
    return await session.get(Enrolment, id, populate_existing=True)
