"""Remind of tomorrow's sessions, and of offers whose deadline is near, a crèche's among them.

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
from notify.news import Heard, tell
from notify.purposes import PURPOSES, Purpose
from notify.rules import remind_from
from notify.settings import Terms
from notify.tables import Enrolment, News, Session

AHEAD = timedelta(days=2, hours=2)
"""The day before begins at most that long before the session, also when the clock changes."""
PLACE_NEAR = timedelta(days=2)
"""A family talks over a place for years longer than one for a morning."""
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
        confirmed = await _not_told_since(tx, ours & (Enrolment.state == "confirmed"), opens)
        await hold_families(tx.session, {one.party_id for one in confirmed})
        heard = Heard(cause="reminder", said_at=opens, version=int(session.starts_at.timestamp()))
        await tell(tx.session, confirmed, Purpose.REMINDER, heard)
    latest = at + PURPOSES[Purpose.DEADLINE_NEAR].lead
    for offered in await tx.session.scalars(
        select(Enrolment).where(ours, Enrolment.state == "offered", Enrolment.deadline.between(latest, at + terms.near))
    ):
        await _remind_of_deadline(tx, terms, offered)


async def places_to_remind_of(session: AsyncSession) -> list[UUID]:
    """The offers of a crèche's place that are to be recalled now; not those that were made this near to their end."""
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
    """Once for each deadline, in the words of the offer; not of one that has been answered meanwhile."""
    offered = await tx.session.get(Enrolment, offer_id)
    if offered is None:
        return
    await hold_families(tx.session, [offered.party_id])
    await tx.session.refresh(offered)
    newest = select(News.facts).where(News.enrolment_id == offer_id, News.purpose == Purpose.PLACE_OFFERED)
    facts = await tx.session.scalar(newest.order_by(News.version.desc()).limit(1))
    deadline = offered.deadline
    if offered.state != "offered" or deadline is None or facts is None:
        return
    heard = Heard(cause="reminder", said_at=deadline - PLACE_NEAR, version=int(deadline.timestamp()), facts=facts)
    await tell(tx.session, [offered], Purpose.PLACE_DEADLINE_NEAR, heard)


async def _remind_of_deadline(tx: Tx, terms: Terms, offered: Enrolment) -> None:
    deadline = offered.deadline
    if deadline is None or offered.said_at >= deadline - terms.near:
        return  # the offer itself was that near to its deadline
    await hold_families(tx.session, [offered.party_id])
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
    return list(
        await tx.session.scalars(select(Enrolment).where(which, ~told.exists()).order_by(Enrolment.enrolment_id))
    )
