"""Let go of what is not needed any more: links that are over, old proof, contacts of who has not come for long."""

from datetime import timedelta

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased

from notify.tables import Enrolment, Link, Recipient, Session, ToldBefore


async def forget_old(tx: Tx, *, proof: timedelta, contacts: timedelta) -> None:
    """`proof`: how long after a session it is kept who was told of it and when (never what was written).

    `contacts`: how long a way to reach somebody is kept after it was last told us, when nothing of theirs is left.
    """
    at = now()
    await tx.session.execute(delete(Link).where(Link.expires_at < at))
    over = select(Session.session_id).where(
        Session.organiser == Enrolment.organiser,
        Session.session_id == Enrolment.session_id,
        Session.ends_at >= at - proof,
    )
    known = select(Session.session_id).where(
        Session.organiser == Enrolment.organiser, Session.session_id == Enrolment.session_id
    )
    old = or_(known.exists(), Enrolment.said_at < at - proof)
    await tx.session.execute(delete(Enrolment).where(old, ~over.exists()))
    left = aliased(Enrolment)
    used = select(left.enrolment_id).where(left.party_id == Recipient.party_id)
    await tx.session.execute(delete(Recipient).where(Recipient.recorded_at < at - contacts, ~used.exists()))
    still = select(left.enrolment_id).where(left.organiser == Session.organiser, left.session_id == Session.session_id)
    await tx.session.execute(delete(ToldBefore).where(ToldBefore.sent_at < at - proof))
    await tx.session.execute(delete(Session).where(Session.ends_at < at - proof, ~still.exists()))
