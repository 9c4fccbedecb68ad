"""Record who came, in numbers: staff in the room, or a partner's own system."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, NamedTuple
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment import SessionAttended
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from enrolment.line import lock_session, theirs
from enrolment.refusals import SessionUnknown
from enrolment.tables import Attendance, Enrolment, Session

EARLY = timedelta(hours=1)
"""People come before it starts."""


class Came(NamedTuple):
    """How many of one enrolment; 0 and 0: nobody."""

    children: int
    adults: int


@dataclass(frozen=True, kw_only=True)
class RecordAttendance:
    """`present` by enrolment. `whole`: who has a place and is not in it did not come; else they stay as they were."""

    organiser: str
    session_id: UUID
    by: str
    present: Mapping[UUID, Came]
    whole: bool = False


class NotEnrolledHere(Refused):
    """Somebody who has no place in this session; `enrolment_ids` says who."""

    code, status = "not-enrolled-here", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Seules les personnes qui ont une place dans cette séance peuvent être comptées.",
        "en": "Only who has a place in this session can be counted.",
    }


class NotTimeToCount(Refused):
    """The session does not take place now, and has not taken place."""

    code, status = "not-time-to-count", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "On compte les présences à partir d'une heure avant le début de la séance.",
        "en": "Who came is counted from an hour before the session starts.",
    }


async def record_attendance(tx: Tx, cmd: RecordAttendance) -> Session:
    """Said again, the later counts: it is how a mistake is corrected.

    Raises SessionUnknown, NotTheirSession, NotTimeToCount, NotEnrolledHere.
    """
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    if session is None:
        raise SessionUnknown
    theirs(session, cmd.by)
    if session.state != "open" or session.starts_at is None or session.starts_at > now() + EARLY:
        raise NotTimeToCount(state=session.state)
    placed = set(
        await tx.session.scalars(
            select(Enrolment.id).where(
                Enrolment.organiser == session.organiser,
                Enrolment.session_id == session.session_id,
                Enrolment.state == "confirmed",
            )
        )
    )
    if strangers := cmd.present.keys() - placed:
        raise NotEnrolledHere(enrolment_ids=sorted(map(str, strangers)))
    counted = {**({id: Came(0, 0) for id in placed} if cmd.whole else {}), **cmd.present}
    if counted:
        rows = [
            {"enrolment_id": id, **came._asdict(), "recorded_at": now(), "recorded_by": cmd.by}
            for id, came in sorted(counted.items())
        ]
        new = insert(Attendance).values(rows)
        replaced = {name: new.excluded[name] for name in ("children", "adults", "recorded_at", "recorded_by")}
        await tx.session.execute(new.on_conflict_do_update(index_elements=["enrolment_id"], set_=replaced))
    await _tell(tx, session, len(placed))
    return session


async def _tell(tx: Tx, session: Session, confirmed: int) -> None:
    """Numbers only, and their own series of versions."""
    row = await tx.session.execute(
        select(
            func.coalesce(func.sum(Attendance.children), 0),
            func.coalesce(func.sum(Attendance.adults), 0),
            func.count().filter(Attendance.children + Attendance.adults == 0),
        )
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .where(Enrolment.organiser == session.organiser, Enrolment.session_id == session.session_id)
    )
    children, adults, absent = row.one()
    session.attended += 1
    tx.publish(
        SessionAttended(
            organiser=session.organiser,
            session_id=session.session_id,
            about="attendance",
            confirmed=confirmed,
            absent=absent,
            children=children,
            adults=adults,
        ),
        sequence=session.attended,
    )
