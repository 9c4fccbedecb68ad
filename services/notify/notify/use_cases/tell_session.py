"""Remember a session, and tell those whom its change concerns: nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from ronde.database import Tx
from ronde_contracts.enrolment import SessionCalledOff, SessionMoved, SessionOpened
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from notify import messages
from notify.rules import CONCERNED, Purpose, channels
from notify.tables import Enrolment, Recipient, Session

SessionEvent = SessionOpened | SessionMoved | SessionCalledOff

# What still waits will say the new time by itself. Held until we commit, so that nobody sends the old one meanwhile.
STILL_WAITING = text("""
    SELECT enrolment_id FROM messages WHERE enrolment_id = ANY(:enrolments) AND status = 'scheduled' FOR UPDATE
""")
HAVE_LEFT = text("""
    SELECT DISTINCT enrolment_id FROM messages
    WHERE enrolment_id = ANY(:enrolments) AND status IN ('sending', 'sent', 'unknown')
""")


@dataclass(frozen=True, kw_only=True)
class TellSession:
    """The whole state of a session in its `version`; `purpose` None when people need not be told of it."""

    session: SessionEvent
    version: int
    purpose: Purpose | None = None
    reason: Mapping[str, str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def tell_session(tx: Tx, cmd: TellSession) -> None:
    """Who is in it, waits or was offered a place is told; who was not told anything yet, in one message, not two."""
    cmd = await _as_moved(tx, cmd)
    await _remember(tx, cmd)
    if cmd.purpose is None:
        return
    concerned = await _concerned(tx, cmd.session)
    ids = list(concerned)
    if cmd.purpose is Purpose.CALLED_OFF:
        await messages.withdraw(tx.session, ids)
    else:
        waiting = {id for (id,) in await tx.session.execute(STILL_WAITING, {"enrolments": ids})}
        told = {id for (id,) in await tx.session.execute(HAVE_LEFT, {"enrolments": ids})}
        ids = [id for id in ids if id in told or id not in waiting]
    for id in ids:
        by = channels(cmd.purpose, phone=bool(concerned[id].phone), email=bool(concerned[id].email))
        await messages.schedule(tx.session, id, cmd.purpose, by, version=cmd.version, facts=cmd.facts)
    if cmd.purpose is Purpose.CALLED_OFF:
        # Planned again, the session begins empty: whoever was in it then is not told of the new one.
        await tx.session.execute(update(Enrolment).where(Enrolment.enrolment_id.in_(ids)).values(state="over"))


async def _as_moved(tx: Tx, cmd: TellSession) -> TellSession:
    """A session that opens again elsewhere than we remember has moved: its move was overtaken and is stale by now."""
    known = await tx.session.get(Session, (cmd.session.organiser, cmd.session.session_id), with_for_update=True)
    if cmd.purpose is not None or known is None or known.called_off:
        return cmd
    was, slot = ((it.starts_at, it.ends_at, it.room_name) for it in (known, cmd.session))
    if was == slot:
        return cmd
    return replace(cmd, purpose=Purpose.MOVED, facts={"was_starting_at": known.starts_at.isoformat()})


async def _concerned(tx: Tx, session: SessionEvent) -> dict[UUID, Recipient]:
    found = await tx.session.execute(
        select(Enrolment.enrolment_id, Recipient)
        .join(Recipient, Recipient.party_id == Enrolment.party_id)
        .where(
            Enrolment.organiser == session.organiser,
            Enrolment.session_id == session.session_id,
            Enrolment.state.in_(CONCERNED),
        )
        .order_by(Enrolment.enrolment_id)
    )
    return {row.enrolment_id: row.Recipient for row in found}


async def _remember(tx: Tx, cmd: TellSession) -> None:
    session = cmd.session
    known = {
        "title": dict(session.title),
        "room_name": session.room_name,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "called_off": cmd.purpose is Purpose.CALLED_OFF,
        "reason": dict(cmd.reason) if cmd.reason else None,
        "version": cmd.version,
    }
    await tx.session.execute(
        insert(Session)
        .values(organiser=session.organiser, session_id=session.session_id, **known)
        .on_conflict_do_update(index_elements=["organiser", "session_id"], set_=known)
    )
