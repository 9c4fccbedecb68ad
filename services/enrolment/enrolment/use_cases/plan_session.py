"""Take over an organiser's plan of a session, new or changed: the whole of it each time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ronde.database import Tx
from ronde_contracts.enrolment import SessionOverfull

from enrolment import rules
from enrolment.line import hear, lock_session
from enrolment.saga import settle
from enrolment.settings import Terms
from enrolment.standing import reorder
from enrolment.tables import Session
from enrolment.telling import tell_session

NOTHING = rules.Places(0, 0)


@dataclass(frozen=True, kw_only=True)
class PlanSession:
    """`places` for children; `adult_places` None: adults are not counted. Ages in whole months at the date of the
    session, both ends included. `opens_at` None: at once; `closes_at` None: as the house closes enrolments.
    """

    organiser: str
    session_id: UUID
    title: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    places: int
    from_months: int
    to_months: int
    audience: tuple[str, ...]
    adult_places: int | None = None
    families_of: tuple[str, ...] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    series_id: UUID | None = None
    series_title: dict[str, str] | None = None
    shared_with: tuple[str, ...] = ()
    points: dict[str, int] | None = None


async def plan_session(tx: Tx, terms: Terms, cmd: PlanSession) -> None:
    """The words, the places and who is invited count at once; the time when booking has given a room for it.

    A newer plan of a session that was called off puts it in the programme again, from the beginning. Fewer places than
    are taken drop nobody: its organiser is told, and decides.
    """
    await hear(tx, cmd.organiser, cmd.session_id)
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    was_beyond = rules.beyond(session) if session else NOTHING
    if session is None:
        session = Session(organiser=cmd.organiser, session_id=cmd.session_id, state="waiting-for-room")
        session.taken = session.adults_taken = session.waiting = 0
        about = f"{cmd.organiser}/{cmd.session_id}"
        session.version, session.attended = await tx.said_before(about, f"{about}/attendance")
        tx.session.add(session)
    elif session.state == "called-off":
        session.state, session.reason = "waiting-for-room", None
        session.room_name = session.starts_at = session.ends_at = session.lost_at = None
        session.suspended = False
    was = _told(session)
    session.title, session.places, session.adult_places = cmd.title, cmd.places, cmd.adult_places
    session.seats = max(cmd.places, session.taken)
    session.adult_seats = None if cmd.adult_places is None else max(cmd.adult_places, session.adults_taken)
    session.opens_at, session.planned_closes_at = cmd.opens_at, cmd.closes_at
    session.series_id, session.series_title = cmd.series_id, cmd.series_title
    session.families_of, session.shared_with = list(cmd.families_of), list(cmd.shared_with)
    session.from_months, session.to_months, session.audience = cmd.from_months, cmd.to_months, list(cmd.audience)
    session.planned_starts_at, session.planned_ends_at = cmd.starts_at, cmd.ends_at
    if session.points != cmd.points:
        session.points = cmd.points
        await reorder(tx, terms, session)
    await settle(tx, session, terms, new_facts=_told(session) != was)
    if rules.beyond(session) not in (NOTHING, was_beyond) and session.starts_at is not None:
        tell_session(tx, session, SessionOverfull, taken=session.taken, adults_taken=session.adults_taken)


def _told(session: Session) -> tuple[object, ...]:
    """What people are told of it, its slot apart."""
    places = (session.places, session.adult_places)
    when = (session.opens_at, session.planned_closes_at)
    return (session.title, places, when, session.series_id, session.series_title)
