"""Remind of an offer of a crèche's place whose deadline is near, in the words of the offer. See remind.py."""

from datetime import timedelta
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from notify.matters import hold
from notify.news import Heard, tell
from notify.purposes import PURPOSES, Purpose
from notify.tables import Enrolment, News

PLACE_NEAR = timedelta(days=2)
"""A place for years is talked over for longer than one for a morning."""


async def places_to_remind_of(session: AsyncSession) -> list[UUID]:
    """The offers that are to be recalled now; not those that were made this near to their end."""
    at = now()
    near = Enrolment.deadline - PLACE_NEAR
    done = aliased(News)
    recalled = select(done.id).where(
        done.enrolment_id == Enrolment.enrolment_id,
        done.purpose == Purpose.PLACE_DEADLINE_NEAR,
        done.said_at == near,
    )
    found = await session.scalars(
        select(Enrolment.enrolment_id)
        .join(News, News.enrolment_id == Enrolment.enrolment_id)
        .where(
            News.purpose == Purpose.PLACE_OFFERED,
            News.withdrawn_at.is_(None),
            Enrolment.state == "offered",
            near.between(at - PLACE_NEAR + PURPOSES[Purpose.PLACE_DEADLINE_NEAR].lead, at),
            Enrolment.said_at < near,
            ~recalled.exists(),
        )
    )
    return list(found)


async def remind_of_place(tx: Tx, offer_id: UUID) -> None:
    """Once for each deadline; not of an offer that is answered at this moment."""
    offered = await hold(tx.session, offer_id)
    told = select(News.facts).where(News.enrolment_id == offer_id, News.purpose == Purpose.PLACE_OFFERED)
    facts = await tx.session.scalar(told.order_by(News.version.desc()).limit(1))
    if offered is None or offered.state != "offered" or offered.deadline is None or facts is None:
        return
    heard = Heard(
        cause="reminder",
        said_at=offered.deadline - PLACE_NEAR,
        version=int(offered.deadline.timestamp()),
        facts=facts,
    )
    await tell(tx.session, [offered], Purpose.PLACE_DEADLINE_NEAR, heard)
