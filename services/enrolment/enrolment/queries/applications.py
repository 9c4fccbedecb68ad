"""Applications for a crèche place: by their link, of a family, of a commission."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from enrolment.doorkeys import token_hash
from enrolment.nursery.applying import ApplicationUnknown
from enrolment.tables import CrecheApplication, CrechePageLink

WHOLE = selectinload(CrecheApplication.answers)


@dataclass(frozen=True, kw_only=True)
class Followed:
    """An application behind a link; `ended`: the link works no longer."""

    application: CrecheApplication
    ended: bool = False


async def by_link(session: AsyncSession, token: str) -> Followed | None:
    """None for a link that nobody was given."""
    link = await session.get(CrechePageLink, token_hash(token))
    if link is None:
        return None
    return Followed(application=await application(session, link.application_id), ended=link.expires_at <= now())


async def application(session: AsyncSession, id: UUID) -> CrecheApplication:
    """Raises ApplicationUnknown."""
    found = await session.get(CrecheApplication, id, options=[WHOLE])
    if found is None:
        raise ApplicationUnknown
    return found


async def of_family(session: AsyncSession, party_id: UUID) -> Sequence[CrecheApplication]:
    """The newest first."""
    wanted = select(CrecheApplication).where(CrecheApplication.party_id == party_id).options(WHOLE)
    return (await session.scalars(wanted.order_by(CrecheApplication.id.desc()))).all()


async def of_commission(session: AsyncSession, commission: str) -> Sequence[CrecheApplication]:
    """All that it was asked, in whatever state, in the order in which they came: which gives no rank."""
    wanted = select(CrecheApplication).where(CrecheApplication.commission == commission).options(WHOLE)
    return (await session.scalars(wanted.order_by(CrecheApplication.id))).all()
