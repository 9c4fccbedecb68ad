"""One at a time in a session.

Every change of an enrolment locks its session first, then the enrolment: one order, so no deadlock, and the order in
which the lock was had is the order of arrival.
"""

from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import text

from enrolment.refusals import EnrolmentUnknown, NotTheirSession, SessionBegan
from enrolment.tables import Enrolment, Session

HEAR = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


async def hear(tx: Tx, organiser: str, session_id: UUID) -> None:
    """Take the session's news one at a time, even before there is a row to lock.

    Without it the plan and the reservation, handled at once, would each commit without having seen the other.
    """
    await tx.session.execute(HEAR, {"key": f"{organiser}/{session_id}"})


async def lock_session(tx: Tx, organiser: str, session_id: UUID) -> Session | None:
    """The session as it is now, ours until the transaction ends."""
    return await tx.session.get(Session, (organiser, session_id), with_for_update=True, populate_existing=True)


async def lock_enrolment(tx: Tx, enrolment_id: UUID) -> tuple[Session, Enrolment]:
    """The enrolment and its session, ours until the transaction ends. Raises EnrolmentUnknown."""
    found = await tx.session.get(Enrolment, enrolment_id)
    if found is None:
        raise EnrolmentUnknown
    session = await lock_session(tx, found.organiser, found.session_id)
    assert session is not None  # noqa: S101 (a foreign key)
    await tx.session.refresh(found)
    return session, found


def theirs(session: Session, organisation: str) -> None:
    """What the organiser decides, and whom it shares the session with. Raises NotTheirSession."""
    if not session.held_by(organisation):
        raise NotTheirSession(organiser=session.organiser)


def not_begun(session: Session) -> None:
    """Raises SessionBegan."""
    if session.starts_at is not None and session.starts_at <= now():
        raise SessionBegan
