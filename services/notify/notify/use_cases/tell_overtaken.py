"""A session was called off and planned again before we heard of either: who was in it then is told that it is off.

Queues are per type of event, so after a night of being stopped the new plan may come first, and the calling off is
stale by then. The session's row is the new plan's; what was called off is told from the event.
"""

from dataclasses import dataclass
from datetime import datetime

from ronde.database import Tx
from ronde_contracts.enrolment import SessionCalledOff
from sqlalchemy import select, update

from notify.holding import hold_families, hold_session
from notify.news import Heard, take_back, tell
from notify.purposes import Purpose
from notify.rules import CONCERNED
from notify.tables import Enrolment


@dataclass(frozen=True, kw_only=True)
class TellOvertaken:
    """`said_at`: whoever enrolled after it is in the session that was planned again."""

    session: SessionCalledOff
    version: int
    said_at: datetime


async def tell_overtaken(tx: Tx, cmd: TellOvertaken) -> None:
    said = cmd.session
    await hold_session(tx.session, said.organiser, said.session_id)
    found = await tx.session.scalars(
        select(Enrolment)
        .where(
            Enrolment.organiser == said.organiser,
            Enrolment.session_id == said.session_id,
            Enrolment.state.in_(CONCERNED),
            Enrolment.said_at <= cmd.said_at,
        )
        .order_by(Enrolment.enrolment_id)
    )
    concerned = list(found)
    ids = [one.enrolment_id for one in concerned]
    await hold_families(tx.session, {one.party_id for one in concerned})
    await take_back(tx.session, ids)
    as_it_was = {
        "title": dict(said.title),
        "room_name": said.room_name,
        "starts_at": said.starts_at.isoformat(),
        "ends_at": said.ends_at.isoformat(),
        "reason": dict(said.reason) if said.reason else None,
    }
    heard = Heard(cause=said.type, said_at=cmd.said_at, version=cmd.version, facts={"session": as_it_was})
    await tell(tx.session, concerned, Purpose.CALLED_OFF, heard)
    await tx.session.execute(update(Enrolment).where(Enrolment.enrolment_id.in_(ids)).values(state="over"))
