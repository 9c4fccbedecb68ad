"""One at a time in a session, and what is free goes to the first in line.

Every change of an enrolment locks its session first, then the enrolment: one order, so no deadlock, and the order in
which the lock was had is the order of arrival.
"""

from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import EnrolmentOffered
from sqlalchemy import select, text

from enrolment import rules
from enrolment.refusals import EnrolmentUnknown, SessionBegan
from enrolment.settings import Terms
from enrolment.tables import Enrolment, Session
from enrolment.telling import tell_enrolment

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


def not_begun(session: Session) -> None:
    """Raises SessionBegan."""
    if session.starts_at is not None and session.starts_at <= now():
        raise SessionBegan


async def offer_free_places(tx: Tx, session: Session, terms: Terms) -> None:
    """Offer what is free to the first in line who fit, in a session that is locked. An offer holds its places."""
    await tx.session.flush()
    await tx.session.refresh(session, ["taken", "seats", "waiting"])
    free = session.seats - session.taken
    if session.state != "open" or session.starts_at is None or not free or not session.waiting:
        return
    until = rules.deadline(now(), session.starts_at, terms)
    if until is None:
        return
    line = await tx.session.execute(
        select(Enrolment.id, Enrolment.children)
        .where(
            Enrolment.organiser == session.organiser,
            Enrolment.session_id == session.session_id,
            Enrolment.state == "waiting",
            Enrolment.children <= free,
        )
        .order_by(Enrolment.number)
    )
    for one in rules.next_in_line(free, line):
        enrolment = await tx.session.get_one(Enrolment, one.id, populate_existing=True)
        enrolment.state, enrolment.deadline = "offered", until
        tell_enrolment(tx, enrolment, EnrolmentOffered, deadline=until)
