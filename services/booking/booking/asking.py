"""Reads of what is asked of the founders and of the charter; never writes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ronde.house import Charter
from ronde_contracts.event import Slot
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.charter_tables import Answered, CharterVersion, Consent
from booking.ledger import Use
from booking.rules import Span
from booking.use_cases.adopt_charter import consenting
from booking.use_cases.answer_consent import NothingAsked

USED = text("""
    SELECT CASE WHEN for_family THEN 'families' ELSE organisation END, room, room_name, starts_at, ends_at
    FROM reservations
    WHERE state = 'confirmed' AND starts_at >= :starts_at AND starts_at < :ends_at
""")


@dataclass(frozen=True, slots=True)
class Version:
    """A charter, who has consented to it, and since when it is in force."""

    version: int
    charter: Charter
    consenting: tuple[str, ...]
    proposed_at: datetime
    adopted_at: datetime | None


async def consent(session: AsyncSession, id: UUID) -> Consent:
    """Raises NothingAsked."""
    found = await session.get(Consent, id)
    if found is None:
        raise NothingAsked
    return found


async def asked_now(session: AsyncSession) -> list[Consent]:
    """What waits for answers, the most urgent first."""
    return list(await session.scalars(select(Consent).filter_by(state=Answered.ASKED).order_by(Consent.until)))


async def settled_lately(session: AsyncSession, *, since: datetime) -> list[Consent]:
    """What had its outcome, the newest first."""
    query = select(Consent).where(Consent.state != Answered.ASKED, Consent.settled_at > since)
    return list(await session.scalars(query.order_by(Consent.settled_at.desc()).limit(50)))


async def versions(session: AsyncSession) -> tuple[Version | None, Version | None]:
    """(the charter in force, the one that is proposed); none of either before the service has read its house file."""
    rows = select(CharterVersion).where(CharterVersion.dropped_at.is_(None)).order_by(CharterVersion.version.desc())
    found = [
        Version(
            row.version, Charter.model_validate(row.terms), await consenting(session, row.version), row.proposed_at,
            row.adopted_at,
        )
        for row in list(await session.scalars(rows.limit(2)))
    ]  # fmt: skip
    in_force = next((one for one in found if one.adopted_at), None)
    return in_force, next((one for one in found if not one.adopted_at), None)


async def used(session: AsyncSession, during: Span) -> list[Use]:
    """What was held and confirmed, by everybody, of what began then."""
    asked = {"starts_at": during.starts_at, "ends_at": during.ends_at}
    return [
        Use(organisation, Slot(room=room, room_name=name, starts_at=starts_at, ends_at=ends_at))
        for organisation, room, name, starts_at, ends_at in await session.execute(USED, asked)
    ]
