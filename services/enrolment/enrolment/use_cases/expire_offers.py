"""Let the offers go whose deadline has passed, and ask the next in line."""

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import EnrolmentExpired
from sqlalchemy import and_, select, update

from enrolment.log import note
from enrolment.offering import offer_free_places
from enrolment.settings import Terms
from enrolment.tables import Enrolment, Session
from enrolment.telling import tell_enrolment


async def expire_offers(tx: Tx, terms: Terms) -> bool:
    """One session's overdue offers; False when no session has any. Run by a timer, by as many services as there are.

    The session is claimed, not its offers, because the place goes to the next in the same transaction; one that
    somebody else is working on is skipped, and seen at the next look. While a session has no room the time to answer
    does not count.
    """
    at = now()
    due = (
        select(Enrolment.id)
        .where(
            and_(Enrolment.organiser == Session.organiser, Enrolment.session_id == Session.session_id),
            Enrolment.state == "offered",
            Enrolment.deadline <= at,
        )
        .exists()
    )
    counts = (Session.state == "open") | (Session.starts_at <= at)
    session = await tx.session.scalar(
        select(Session)
        .where(due, counts)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if session is None:
        return False
    over = await tx.session.scalars(
        update(Enrolment)
        .where(
            Enrolment.organiser == session.organiser,
            Enrolment.session_id == session.session_id,
            Enrolment.state == "offered",
            Enrolment.deadline <= at,
        )
        .values(state="expired", deadline=None)
        .returning(Enrolment)
        .execution_options(populate_existing=True)
    )
    for enrolment in sorted(over, key=lambda one: one.number):
        note(tx, enrolment, "expired")
        tell_enrolment(tx, enrolment, EnrolmentExpired)
    await offer_free_places(tx, session, terms)
    return True
