"""Call a session off: its organiser cancelled it."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import SessionCalledOff
from sqlalchemy import update

from enrolment.line import hear, lock_session
from enrolment.states import ACTIVE
from enrolment.tables import Enrolment
from enrolment.telling import tell_session


@dataclass(frozen=True, kw_only=True)
class CallOffSession:
    """`reason` for people to read."""

    organiser: str
    session_id: UUID
    reason: dict[str, str] | None


async def call_off_session(tx: Tx, cmd: CallOffSession) -> None:
    """End every enrolment in it; nothing when the session is not known.

    One event for all of them: who was told of the session is told that it does not take place, once.
    What took place stays as it was.
    """
    await hear(tx, cmd.organiser, cmd.session_id)
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    if session is None:
        return
    took_place = session.ends_at is not None and session.ends_at <= now()
    if session.state != "called-off" and not took_place:
        session.state, session.reason = "called-off", cmd.reason
        await tx.session.execute(
            update(Enrolment)
            .where(
                Enrolment.organiser == cmd.organiser,
                Enrolment.session_id == cmd.session_id,
                Enrolment.state.in_(ACTIVE),
            )
            .values(state="called-off", deadline=None)
        )
        if session.starts_at is not None:
            tell_session(tx, session, SessionCalledOff, reason=cmd.reason)
