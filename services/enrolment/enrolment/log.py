"""Every change of a line is written down with its reason, in the transaction that makes it."""

from datetime import datetime
from typing import Any

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import ColumnElement, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from enrolment.states import LineNews
from enrolment.tables import Enrolment, LineChange, Session


def note(
    tx: Tx,
    about: Session | Enrolment,
    change: LineNews,
    *,
    by: str | None = None,
    reason: str | None = None,
    **facts: Any,
) -> None:
    """One row; it goes with the next flush. `by` and `reason` when staff did it."""
    written = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in facts.items()}
    tx.session.add(
        LineChange(
            organiser=about.organiser,
            session_id=about.session_id,
            enrolment_id=about.id if isinstance(about, Enrolment) else None,
            at=now(),
            change=change,
            by=by,
            reason=reason,
            facts=written,
        )
    )


async def note_each(tx: Tx, session: Session, who: ColumnElement[bool], change: LineNews, **facts: Any) -> None:
    """One row for each who waits in the session and whom the condition means, in one statement."""
    waiting = select(
        Enrolment.organiser,
        Enrolment.session_id,
        Enrolment.id,
        literal(now()),
        literal(change),
        func.jsonb_build_object("needs", Enrolment.children).op("||")(literal(facts, JSONB)),
    ).where(*in_line_of(session), who)
    columns = ["organiser", "session_id", "enrolment_id", "at", "change", "facts"]
    await tx.session.execute(insert(LineChange).from_select(columns, waiting))


def in_line_of(session: Session) -> tuple[ColumnElement[bool], ...]:
    """Who waits in this session."""
    return (
        Enrolment.organiser == session.organiser,
        Enrolment.session_id == session.session_id,
        Enrolment.state == "waiting",
    )
