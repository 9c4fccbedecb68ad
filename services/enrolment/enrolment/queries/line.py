"""Why a line is as it is: the published rule, what became of everybody, what staff must know."""

from collections.abc import Sequence
from dataclasses import dataclass

from ronde.clock import now
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment import rules
from enrolment.log import in_line_of
from enrolment.settings import Terms
from enrolment.tables import IN_LINE, Enrolment, LineChange, Session


async def line_of(session: AsyncSession, of: Session) -> Sequence[LineChange]:
    """All that happened in the session's line, for staff; the newest first, 500 at most."""
    mine = (LineChange.organiser == of.organiser, LineChange.session_id == of.session_id)
    return (await session.scalars(select(LineChange).where(*mine).order_by(LineChange.id.desc()).limit(500))).all()


async def line_for(session: AsyncSession, enrolment: Enrolment) -> Sequence[LineChange]:
    """What happened to one family in this line, oldest first: theirs to read."""
    mine = select(LineChange).where(LineChange.enrolment_id == enrolment.id)
    return (await session.scalars(mine.order_by(LineChange.id))).all()


@dataclass(frozen=True)
class Attention:
    """What the team of a session has to look after.

    - `over`: places taken beyond those planned; nobody is dropped.
    - `to_ring`: who would be offered a place, first in line first, and could not answer in time by message.
    """

    over: rules.Places
    to_ring: Sequence[Enrolment]


async def attention(session: AsyncSession, of: Session, terms: Terms) -> Attention:
    over = rules.beyond(of)
    if of.state != "open" or of.starts_at is None or of.starts_at <= now():
        return Attention(over, ())
    if rules.last_moment(now(), of.starts_at, terms) is not None:
        return Attention(over, ())
    line = (await session.scalars(select(Enrolment).where(*in_line_of(of)).order_by(*IN_LINE))).all()
    return Attention(over, rules.next_in_line(rules.Places.free(of), line))
