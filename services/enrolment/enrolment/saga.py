"""What a session has become, from its organiser's plan and from booking's answers, in whatever order they came."""

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import EnrolmentOffered, SessionMoved, SessionOpened
from sqlalchemy import func, select, update

from enrolment import rules
from enrolment.log import note
from enrolment.offering import deadline_of, offer_free_places
from enrolment.settings import Terms
from enrolment.tables import Enrolment, Link, Reservation, Session
from enrolment.telling import tell_enrolment, tell_session


async def settle(tx: Tx, session: Session, terms: Terms, *, new_facts: bool = False) -> None:
    """Bring a locked session where its plan and its reservations say, and tell what people must know.

    Its published time is that of the room really held, so a move is told once, when the room has moved.
    `new_facts`: something that people are told of it changed, its slot apart.
    """
    answers = (
        await tx.session.scalars(
            select(Reservation)
            .where(Reservation.organiser == session.organiser, Reservation.session_id == session.session_id)
            .order_by(Reservation.id)
        )
    ).all()
    was_open, was_starting_at = session.state == "open", session.starts_at
    session.state = rules.session_state(called_off=session.state == "called-off", answers=answers)
    room = rules.room_held(answers)
    if was_open and session.state == "without-room":
        session.lost_at = now()  # suspend_session tells them
    if session.state != "open" or room is None or room.starts_at is None:
        return
    session.lost_at, session.suspended = None, False
    was = (session.room_name, session.starts_at, session.ends_at)
    session.room_name, session.starts_at, session.ends_at = room.room_name, room.starts_at, room.ends_at
    moved = was != (room.room_name, room.starts_at, room.ends_at)
    was_closing = session.closes_at
    session.closes_at = rules.closing(room.starts_at, session.planned_closes_at, terms)
    new_facts = new_facts or session.closes_at != was_closing
    resumed = was_starting_at is not None and not was_open
    if was_starting_at is not None and moved:
        tell_session(tx, session, SessionMoved, was_starting_at=was_starting_at)
    elif was_starting_at is None or resumed or new_facts:
        tell_session(tx, session, SessionOpened)
    if moved or resumed:
        await _follow_the_start(tx, session, terms, resumed=resumed)
    await offer_free_places(tx, session, terms)


async def _follow_the_start(tx: Tx, session: Session, terms: Terms, *, resumed: bool) -> None:
    """No offer outlasts the new start; no link ends before the session.

    `resumed`: while there was no room the time to answer did not count, so it begins anew.
    """
    assert session.starts_at is not None  # noqa: S101 (just set)
    assert session.ends_at is not None  # noqa: S101
    of_session = (Enrolment.organiser == session.organiser, Enrolment.session_id == session.session_id)
    latest = rules.last_moment(now(), session.starts_at, terms)
    offers = select(Enrolment).where(*of_session, Enrolment.state == "offered").order_by(Enrolment.number)
    for offer in await tx.session.scalars(offers):
        assert offer.deadline is not None  # noqa: S101 (a constraint)
        if latest is None:
            offer.deadline = min(offer.deadline, now())  # over: expire_offers tells them
            continue
        fresh = await deadline_of(tx, terms, session, offer.party_id) if resumed else None
        until = fresh or min(offer.deadline, latest)
        if until != offer.deadline:
            offer.deadline = until
            note(tx, offer, "new-deadline", deadline=until)
            tell_enrolment(tx, offer, EnrolmentOffered, deadline=until)
    ids = select(Enrolment.id).where(*of_session)
    stays = func.greatest(Link.expires_at, session.ends_at + terms.link_stays)
    await tx.session.execute(
        update(Link).where(Link.enrolment_id.in_(ids)).values(expires_at=stays),
        execution_options={"synchronize_session": False},
    )
