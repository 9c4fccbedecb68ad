"""Remind a family of what is its own: a crèche's place whose deadline is near, and hours that it booked for tomorrow.

In the words of what they were told of it. Nothing is planned ahead: see remind.py.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import BigInteger, DateTime, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from notify.matters import hold
from notify.news import Heard, tell
from notify.purposes import PURPOSES, Purpose
from notify.rules import remind_from
from notify.settings import Terms
from notify.tables import Enrolment, News

PLACE_NEAR = timedelta(days=2)
"""A place for years is talked over for longer than one for a morning."""
AHEAD = timedelta(days=2, hours=2)
"""No reminder begins longer before: the day before, also when the clock changes."""
OF: Mapping[Purpose, tuple[Purpose, str]] = {
    Purpose.PLACE_DEADLINE_NEAR: (Purpose.PLACE_OFFERED, "offered"),
    Purpose.CARE_REMINDER: (Purpose.CARE_BOOKED, "booked"),
}
"""What each recalls, and in which state."""


async def matters_to_remind_of(session: AsyncSession, terms: Terms) -> list[tuple[Purpose, UUID]]:
    """What is to be recalled now, and was not."""
    starts_at = News.facts["session"]["starts_at"].astext.cast(DateTime(timezone=True))
    moment = func.coalesce(Enrolment.deadline, starts_at)
    done = aliased(News)
    recalled = select(done.id).where(
        done.enrolment_id == Enrolment.enrolment_id,
        done.purpose.in_(OF),
        done.version == cast(func.extract("epoch", moment), BigInteger),
    )
    found = await session.execute(
        select(Enrolment, News.purpose, News.facts)
        .join(News, News.enrolment_id == Enrolment.enrolment_id)
        .where(
            or_(*((News.purpose == told) & (Enrolment.state == state) for told, state in OF.values())),
            News.withdrawn_at.is_(None),
            moment.between(now(), now() + AHEAD),
            ~recalled.exists(),
        )
    )
    recalls = {told: purpose for purpose, (told, _) in OF.items()}
    return [
        (recalls[Purpose(told)], matter.enrolment_id)
        for matter, told, facts in found
        if _from(recalls[Purpose(told)], matter, facts, terms) is not None
    ]


async def remind_of_matter(tx: Tx, terms: Terms, purpose: Purpose, matter_id: UUID) -> None:
    """Once for each deadline and for each booking; not of what is answered or given back at this moment."""
    told, state = OF[purpose]
    matter = await hold(tx.session, matter_id)
    said = select(News.facts).where(News.enrolment_id == matter_id, News.purpose == told)
    facts = await tx.session.scalar(said.order_by(News.version.desc()).limit(1))
    if matter is None or matter.state != state or facts is None:
        return
    since = _from(purpose, matter, facts, terms)
    if since is not None:
        version = int(_moment(matter, facts).timestamp())
        await tell(tx.session, [matter], purpose, Heard(cause="reminder", said_at=since, version=version, facts=facts))


def _moment(matter: Enrolment, facts: Mapping[str, Any]) -> datetime:
    return matter.deadline or datetime.fromisoformat(facts["session"]["starts_at"])


def _from(purpose: Purpose, matter: Enrolment, facts: Mapping[str, Any], terms: Terms) -> datetime | None:
    """Since when it is time to recall it; None: not now, or they heard of it later than that."""
    moment = _moment(matter, facts)
    since = moment - PLACE_NEAR if purpose is Purpose.PLACE_DEADLINE_NEAR else remind_from(moment, terms)
    return since if matter.said_at < since <= now() < moment - PURPOSES[purpose].lead else None
