"""Who is on the other side of a family's link, for as long as the visit lasts."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.doorkeys import token_hash
from enrolment.tables import FamilyLink, Guardian


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """One guardian, and the family or childminder for whom they speak."""

    guardian_id: UUID
    party_id: UUID


async def visitor(session: AsyncSession, token: str) -> Visitor | None:
    """One statement: thousands may come at once. None for a link that nobody was given, or whose visit is over."""
    found = await session.execute(
        select(Guardian.id, Guardian.party_id)
        .join(FamilyLink, FamilyLink.guardian_id == Guardian.id)
        .where(FamilyLink.token_hash == token_hash(token), FamilyLink.expires_at > now())
    )
    row = found.one_or_none()
    return Visitor(guardian_id=row.id, party_id=row.party_id) if row else None
