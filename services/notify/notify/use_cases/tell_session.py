"""Remember a session, and tell those whom its change concerns: nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import SessionCalledOff, SessionMoved, SessionOpened, SessionSuspended
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from notify.addressing import address_waiting
from notify.holding import hold_families, hold_session
from notify.news import Heard, take_back, tell
from notify.purposes import Purpose
from notify.rules import CONCERNED
from notify.tables import Enrolment, Session

SessionEvent = SessionOpened | SessionMoved | SessionSuspended | SessionCalledOff
OVERTAKEN = timedelta(seconds=30)
"""How long a move waits when a version is missing before it: what is on its way may say that all is called off."""


@dataclass(frozen=True, kw_only=True)
class TellSession:
    """The whole state of a session in its `version`; `purpose` None when people need not be told of it."""

    session: SessionEvent
    version: int
    said_at: datetime
    purpose: Purpose | None = None
    reason: Mapping[str, str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def tell_session(tx: Tx, cmd: TellSession) -> None:
    """Who is in it, waits or was offered a place is told; who was not told anything yet, in one message, not two."""
    said = cmd.session
    await hold_session(tx.session, said.organiser, said.session_id)
    known = await tx.session.get(Session, (said.organiser, said.session_id))
    skipped = known is not None and cmd.version - known.version > 1
    cmd = _as_moved(cmd, known)
    await _remember(tx, cmd)
    concerned = await _concerned(tx, said)
    await hold_families(tx.session, {one.party_id for one in concerned})
    ids = [one.enrolment_id for one in concerned]
    heard = Heard(cause=said.type, said_at=cmd.said_at, version=cmd.version, facts=cmd.facts)
    if cmd.purpose is Purpose.CALLED_OFF:
        await take_back(tx.session, ids)
        await tell(tx.session, concerned, Purpose.CALLED_OFF, heard)
        # Planned again, the session begins empty: whoever was in it then is not told of the new one.
        await tx.session.execute(update(Enrolment).where(Enrolment.enrolment_id.in_(ids)).values(state="over"))
    elif cmd.purpose is Purpose.MOVED:
        await take_back(tx.session, ids, only=(Purpose.REMINDER, Purpose.SUSPENDED, Purpose.RESUMED))
        due_at = now() + OVERTAKEN if skipped else None
        await tell(tx.session, concerned, Purpose.MOVED, replace(heard, due_at=due_at))
    elif cmd.purpose is not None:
        await take_back(tx.session, ids, only=(Purpose.REMINDER, Purpose.SUSPENDED, Purpose.RESUMED))
        await tell(tx.session, concerned, cmd.purpose, heard)
    if known is None:
        of_it = (Enrolment.organiser == said.organiser) & (Enrolment.session_id == said.session_id)
        await address_waiting(tx.session, whose=of_it)


def _as_moved(cmd: TellSession, known: Session | None) -> TellSession:
    """What opens again elsewhere than we remember has moved; where it was, and after it was uncertain, it goes on.

    The move itself was overtaken then, and is stale by now.
    """
    if cmd.purpose is not None or known is None or known.called_off:
        return cmd
    was, slot = ((it.starts_at, it.ends_at, it.room_name) for it in (known, cmd.session))
    if was == slot:
        return replace(cmd, purpose=Purpose.RESUMED) if known.suspended else cmd
    return replace(cmd, purpose=Purpose.MOVED, facts={"was_starting_at": known.starts_at.isoformat()})


async def _concerned(tx: Tx, session: SessionEvent) -> list[Enrolment]:
    found = await tx.session.scalars(
        select(Enrolment)
        .where(
            Enrolment.organiser == session.organiser,
            Enrolment.session_id == session.session_id,
            Enrolment.state.in_(CONCERNED),
        )
        .order_by(Enrolment.enrolment_id)
    )
    return list(found)


async def _remember(tx: Tx, cmd: TellSession) -> None:
    session = cmd.session
    known = {
        "title": dict(session.title),
        "room_name": session.room_name,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "suspended": cmd.purpose is Purpose.SUSPENDED,
        "called_off": cmd.purpose is Purpose.CALLED_OFF,
        "reason": dict(cmd.reason) if cmd.reason else None,
        "series_id": session.series.series_id if session.series else None,
        "version": cmd.version,
    }
    await tx.session.execute(
        insert(Session)
        .values(organiser=session.organiser, session_id=session.session_id, **known)
        .on_conflict_do_update(index_elements=["organiser", "session_id"], set_=known)
    )
