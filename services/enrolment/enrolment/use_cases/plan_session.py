"""Take over an organiser's plan of a session, new or changed: the whole of it each time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ronde.database import Tx

from enrolment.line import hear, lock_session
from enrolment.saga import settle
from enrolment.settings import Terms
from enrolment.tables import Session


@dataclass(frozen=True, kw_only=True)
class PlanSession:
    """`places` for children; ages in whole months at the date of the session, both ends included."""

    organiser: str
    session_id: UUID
    title: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    places: int
    from_months: int
    to_months: int
    audience: tuple[str, ...]


async def plan_session(tx: Tx, terms: Terms, cmd: PlanSession) -> None:
    """The words, the places and who is invited count at once; the time when booking has given a room for it.

    A newer plan of a session that was called off puts it in the programme again, from the beginning.
    """
    await hear(tx, cmd.organiser, cmd.session_id)
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    if session is None:
        session = Session(organiser=cmd.organiser, session_id=cmd.session_id, state="waiting-for-room")
        session.taken = session.waiting = session.version = 0
        tx.session.add(session)
    elif session.state == "called-off":
        session.state, session.reason = "waiting-for-room", None
        session.room_name = session.starts_at = session.ends_at = None
    new_facts = (session.title, session.places) != (cmd.title, cmd.places)
    session.title, session.places = cmd.title, cmd.places
    session.seats = max(cmd.places, session.taken)
    session.from_months, session.to_months, session.audience = cmd.from_months, cmd.to_months, list(cmd.audience)
    session.planned_starts_at, session.planned_ends_at = cmd.starts_at, cmd.ends_at
    await settle(tx, session, terms, new_facts=new_facts)
