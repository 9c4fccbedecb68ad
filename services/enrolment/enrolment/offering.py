"""What is free goes to the first in line who fit, with the time that each needs to answer."""

from datetime import datetime
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import EnrolmentOffered
from sqlalchemy import select

from enrolment import rules
from enrolment.log import in_line_of, note, note_each
from enrolment.reach import channels
from enrolment.settings import Terms
from enrolment.tables import IN_LINE, Enrolment, LineChange, Session
from enrolment.telling import tell_enrolment


async def offer_free_places(tx: Tx, session: Session, terms: Terms) -> None:
    """Offer what is free in a session that is locked. An offer holds its places.

    It goes on when enrolments are closed: who waits has enrolled in time. When only the night is left before the
    start nobody is asked, and staff read that there is somebody to ring up (`nobody-can-answer`).
    """
    free = await free_places(tx, session)
    if session.state != "open" or session.starts_at is None or not free.children or not session.waiting:
        return
    line = (
        await tx.session.execute(
            select(Enrolment.id, Enrolment.children, Enrolment.adults).where(*in_line_of(session)).order_by(*IN_LINE)
        )
    ).all()
    chosen = rules.next_in_line(free, line)
    if not chosen or session.starts_at <= now():
        return
    if rules.last_moment(now(), session.starts_at, terms) is None:
        await _note_once(tx, session)
        return
    passed = {one.id for one in line[: line.index(chosen[-1])]} - {one.id for one in chosen}
    if passed:
        await note_each(tx, session, Enrolment.id.in_(passed), "passed-over", free=free.children)
    for one in chosen:
        await offer(tx, terms, session, await tx.session.get_one(Enrolment, one.id, populate_existing=True))


async def free_places(tx: Tx, session: Session) -> rules.Places:
    """As the trigger has counted them by now."""
    await tx.session.flush()
    await tx.session.refresh(session, ["taken", "seats", "adults_taken", "adult_seats", "waiting"])
    return rules.Places.free(session)


async def offer(tx: Tx, terms: Terms, session: Session, enrolment: Enrolment) -> None:
    """Hold places that are free for somebody who waits, while there is time to answer."""
    until = await deadline_of(tx, terms, session, enrolment.party_id)
    assert until is not None  # noqa: S101 (asked before)
    enrolment.state, enrolment.deadline = "offered", until
    note(tx, enrolment, "offered", deadline=until)
    tell_enrolment(tx, enrolment, EnrolmentOffered, deadline=until)


async def deadline_of(tx: Tx, terms: Terms, session: Session, party_id: UUID) -> datetime | None:
    """Until when an offer made to them now is held; None when no answer could come in time."""
    assert session.starts_at is not None  # noqa: S101 (an open session has a slot)
    within = rules.answer_within(await channels(tx.session, party_id), terms)
    return rules.deadline(now(), session.starts_at, within, terms)


async def _note_once(tx: Tx, session: Session) -> None:
    said = select(LineChange.change).where(
        LineChange.organiser == session.organiser,
        LineChange.session_id == session.session_id,
        LineChange.enrolment_id.is_(None),
    )
    if await tx.session.scalar(said.order_by(LineChange.id.desc()).limit(1)) != "nobody-can-answer":
        note(tx, session, "nobody-can-answer", free=session.seats - session.taken)
