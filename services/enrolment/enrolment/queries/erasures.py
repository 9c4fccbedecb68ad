"""Who was forgotten by whom, and who is to be forgotten soon: for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ronde.clock import now
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.queries.people import WHOLE
from enrolment.retention import quiet_since
from enrolment.tables import Acknowledgement, Erasure, Party


@dataclass(frozen=True, kw_only=True)
class ErasureSeen:
    """`by_now`: who has said that they forgot, and when. `missing`: who has not; `late` after the time for it."""

    erasure: Erasure
    by_now: dict[str, datetime]
    missing: tuple[str, ...]
    late: bool


async def erasures(
    session: AsyncSession, expected: Sequence[str], within: timedelta, limit: int = 200
) -> list[ErasureSeen]:
    """The newest first, those that miss somebody before those that are done."""
    found = (await session.scalars(select(Erasure).order_by(Erasure.asked_at.desc()).limit(limit))).all()
    said: dict[object, dict[str, datetime]] = {one.party_id: {} for one in found}
    for word in await session.scalars(select(Acknowledgement).where(Acknowledgement.party_id.in_(said))):
        said[word.party_id][word.who] = word.at
    seen = []
    for one in found:
        by_now = said[one.party_id]
        missing = tuple(who for who in expected if who not in by_now)
        late = bool(missing) and one.asked_at + within < now()
        seen.append(ErasureSeen(erasure=one, by_now=by_now, missing=missing, late=late))
    return sorted(seen, key=lambda one: (not one.late, not one.missing))


async def to_forget(session: AsyncSession, after: timedelta, notice: timedelta) -> Sequence[Party]:
    """Families that have been quiet so long that they will be forgotten within the notice, the quietest first."""
    quiet = select(Party).where(quiet_since(now() - after + notice)).options(*WHOLE)
    return (await session.scalars(quiet.order_by(Party.active_at).limit(200))).all()
