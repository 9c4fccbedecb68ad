"""By which channels a family or a childminder is told."""

from uuid import UUID

from ronde_contracts.notify import Channel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.tables import Guardian


async def channels(session: AsyncSession, party_id: UUID) -> set[Channel]:
    """Of all who are told of the family; a guardian's own choice counts, else every address they have."""
    found: set[Channel] = set()
    for one in await session.scalars(select(Guardian).where(Guardian.party_id == party_id)):
        if one.told:
            has: dict[Channel, str | None] = {"sms": one.phone, "email": one.email}
            reached = {channel for channel, address in has.items() if address}
            found |= {c for c in reached if c == one.channel} or reached
    return found
