"""Remind of tomorrow's sessions, and of offers whose deadline is near.

Nothing is planned ahead: each look asks what is true now, so a reminder follows a session that moves and never comes
after it. What a stopped service missed is caught up as long as it is of use, and dropped after.
"""

from datetime import datetime, timedelta
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from notify.holding import hold_families, hold_session
from notify.matters import hold
from notify.news import Heard, tell
from notify.purposes import PURPOSES, Purpose
from notify.rules import remind_from
from notify.settings import Terms
from notify.tables import Enrolment, News, Session

AHEAD = timedelta(days=2, hours=2)
"""The day before begins at most that long before the session, also when the clock changes."""
OF_THE_SESSION = (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id)


async def to_remind_of(session: AsyncSession, terms: Terms) -> list[tuple[str, UUID]]:
    """(organiser, session_id) where somebody may have to be reminded now; those that are done already among them."""
    at = now()
    soon = (Enrolment.state == "confirmed") & Session.starts_at.between(at, at + AHEAD)
    near = (Enrolment.state == "offered") & Enrolment.deadline.between(at, at + terms.near)
    found = await session.execute(
        select(Session.organiser, Session.session_id)
        .join(Enrolment, OF_THE_SESSION)
        .where(Session.called_off.is_(False), Session.suspended.is_(False), or_(soon, near))
        .distinct()
    )
    return [(organiser, id) for organiser, id in found]


async def remind(tx: Tx, terms: Terms, organiser: str, session_id: UUID) -> None:
    """Once for each date of the session and each deadline; not of what they heard since it was time to remind of it."""
    await hold_session(tx.session, organiser, session_id, share=True)
    session = await tx.session.get(Session, (organiser, session_id))
    if session is None or session.called_off or session.suspended:
        return
    at = now()
    ours = (Enrolment.organiser == organiser) & (Enrolment.session_id == session_id)
    opens = remind_from(session.starts_at, terms)
    if opens <= at < session.starts_at - PURPOSES[Purpose.REMINDER].lead:
        who = ours & (Enrolment.state == "confirmed")
        held = {one.party_id for one in await _not_told_since(tx, who, opens)}
        await hold_families(tx.session, held)
        # Asked again: whoever withdrew at this moment is not reminded.
        confirmed = await _not_told_since(tx, who & Enrolment.party_id.in_(held), opens) if held else []
        heard = Heard(cause="reminder", said_at=opens, version=int(session.starts_at.timestamp()))
        await tell(tx.session, confirmed, Purpose.REMINDER, heard)
    latest = at + PURPOSES[Purpose.DEADLINE_NEAR].lead
    near = Enrolment.deadline.between(latest, at + terms.near)
    for id in await tx.session.scalars(select(Enrolment.enrolment_id).where(ours, Enrolment.state == "offered", near)):
        await _remind_of_deadline(tx, terms, id)


async def _remind_of_deadline(tx: Tx, terms: Terms, enrolment_id: UUID) -> None:
    offered = await hold(tx.session, enrolment_id)
    if offered is None or offered.state != "offered":
        return  # answered at this moment
    deadline = offered.deadline
    if deadline is None or offered.said_at >= deadline - terms.near:
        return  # the offer itself was that near to its deadline
    heard = Heard(
        cause="reminder",
        said_at=deadline - terms.near,
        version=int(deadline.timestamp()),
        facts={"deadline": deadline.isoformat()},
    )
    await tell(tx.session, [offered], Purpose.DEADLINE_NEAR, heard)


async def _not_told_since(tx: Tx, which: ColumnElement[bool], moment: datetime) -> list[Enrolment]:
    """Those of the enrolments whose family heard nothing of the session since then, a reminder included."""
    other = aliased(Enrolment)
    told = (
        select(News.id)
        .join(other, other.enrolment_id == News.enrolment_id)
        .where(
            other.party_id == Enrolment.party_id,
            other.organiser == Enrolment.organiser,
            other.session_id == Enrolment.session_id,
            News.said_at >= moment,
            News.withdrawn_at.is_(None),
        )
    )
    asked = select(Enrolment).where(which, ~told.exists()).order_by(Enrolment.enrolment_id)
    return list(await tx.session.scalars(asked.execution_options(populate_existing=True)))
