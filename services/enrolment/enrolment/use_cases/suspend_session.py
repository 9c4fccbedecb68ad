"""Tell people that a session has lost its room, once it is clear that it has."""

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import SessionSuspended
from sqlalchemy import select

from enrolment.settings import Terms
from enrolment.tables import Session
from enrolment.telling import tell_session


async def suspend_session(tx: Tx, terms: Terms) -> bool:
    """One session that has been without its room for a while; False when there is none. Run by a timer.

    Not at once: when its organiser cancels it, booking's answer may be heard before the organiser's own word, and a
    room that is changed for another is gone for a moment. People are told one thing, not two.
    """
    lost = (
        select(Session)
        .where(
            Session.state == "without-room",
            Session.suspended.is_(False),
            Session.lost_at <= now() - terms.suspends_after,
            Session.ends_at > now(),
        )
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    session = await tx.session.scalar(lost)
    if session is None:
        return False
    session.suspended = True
    tell_session(tx, session, SessionSuspended)
    return True
