"""Where somebody stands in a line: the points that the session's published rule gives them, and who is before them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.log import in_line_of, note, note_each
from enrolment.rules import History, points
from enrolment.settings import Terms
from enrolment.tables import IN_LINE, Attendance, Enrolment, Session, place_of


@dataclass(frozen=True)
class Standing:
    """The points of each rule, and how many wait before them; `ahead` None: everybody who waits."""

    points_for: Mapping[str, int] = field(default_factory=dict)
    ahead: int | None = None


ARRIVAL = Standing()
"""In a line by arrival alone."""


async def standing(tx: Tx, terms: Terms, session: Session, party_id: UUID) -> Standing:
    """Of a party that joins this session's line now; no statement when the line goes by arrival."""
    if not session.points:
        return ARRIVAL
    given = points(session.points, await history(tx.session, terms, session, party_id))
    total = sum(given.values())
    before = (Enrolment.first_at.is_not(None)) | (Enrolment.points >= total)
    ahead = await tx.session.scalar(select(func.count()).where(*in_line_of(session), before))
    return Standing(given, ahead or 0)


async def history(session: AsyncSession, terms: Terms, of: Session, party_id: UUID) -> History:
    """What the rules look at, and all they look at: this organiser's sessions that are over, in the last months."""
    came = func.coalesce(Attendance.children + Attendance.adults, 1) > 0
    same = true() if of.series_id is None else Session.series_id == of.series_id
    row = await session.execute(
        select(
            func.count().filter(Enrolment.state == "confirmed", came),
            func.count().filter(Enrolment.state == "waiting", same),
            func.count().filter(Enrolment.state == "confirmed", ~came),
        )
        .select_from(Enrolment)
        .join(
            Session,
            (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id),
        )
        .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
        .where(
            Enrolment.party_id == party_id,
            Enrolment.organiser == of.organiser,
            Session.ends_at <= now(),
            Session.ends_at > now() - terms.looks_back,
        )
    )
    return History(*row.one())


async def explain_those_behind(tx: Tx, session: Session, enrolment: Enrolment) -> None:
    """Who waited longer than this newcomer and comes after them reads why; call it when the newcomer is in the line.

    In a line by arrival with nobody passed over there is nothing to write, and no statement.
    """
    if enrolment.state == "confirmed" and session.waiting:
        await note_each(tx, session, Enrolment.id != enrolment.id, "passed-over")
    elif enrolment.state == "waiting" and session.points:
        await tx.session.flush()
        await note_each(tx, session, tuple_(*IN_LINE) > place_of(enrolment.id), "overtaken", points=enrolment.points)


async def reorder(tx: Tx, terms: Terms, session: Session) -> None:
    """The session's rule has changed: who waits is placed by the new one, and reads where that puts them."""
    wanted = select(Enrolment).where(*in_line_of(session)).order_by(*IN_LINE)
    was = (await tx.session.scalars(wanted.execution_options(populate_existing=True))).all()
    for one in was:
        given = (
            points(session.points, await history(tx.session, terms, session, one.party_id)) if session.points else {}
        )
        one.points_for, one.points = given, sum(given.values())
    await tx.session.flush()
    for position, one in enumerate((await tx.session.scalars(wanted)).all(), start=1):
        if was[position - 1] is not one:
            note(tx, one, "reordered", position=position, was=was.index(one) + 1, points=one.points)
