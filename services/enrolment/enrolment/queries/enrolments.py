"""Who is in a session, and an enrolment as its family sees it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.ids import reference
from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.refusals import EnrolmentUnknown
from enrolment.states import ACTIVE
from enrolment.tables import IN_LINE, Enrolment, Link, Session, place_of


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An enrolment as its family sees it. `position` in the line, 1 is first, None when they do not wait.

    `ended`: the link has expired; the page says so kindly and shows nothing.
    """

    enrolment: Enrolment
    session: Session
    position: int | None
    ended: bool = False

    @property
    def reference(self) -> str:
        return reference("I", self.enrolment.id)


async def participants(session: AsyncSession, of: Session) -> list[Seen]:
    """Who has a place, by arrival; who waits, in the order of the line; who left."""
    wanted = select(Enrolment).where(Enrolment.organiser == of.organiser, Enrolment.session_id == of.session_id)
    found = (await session.scalars(wanted.order_by(*IN_LINE))).all()
    line = {one.id: n for n, one in enumerate((one for one in found if one.state == "waiting"), start=1)}

    def where(one: Enrolment) -> tuple[bool, int, int]:
        return one.state not in ACTIVE, line.get(one.id, 0), one.number

    return [Seen(enrolment=one, session=of, position=line.get(one.id)) for one in sorted(found, key=where)]


async def enrolment(session: AsyncSession, enrolment_id: UUID) -> Seen:
    """Raises EnrolmentUnknown."""
    found = await session.get(Enrolment, enrolment_id)
    if found is None:
        raise EnrolmentUnknown
    return await _seen(session, found)


async def of_party(session: AsyncSession, party_id: UUID) -> list[Seen]:
    """All of a family's, the newest first."""
    wanted = select(Enrolment).where(Enrolment.party_id == party_id).order_by(Enrolment.number.desc())
    return [await _seen(session, one) for one in (await session.scalars(wanted)).all()]


async def by_link(session: AsyncSession, token: str) -> Seen | None:
    """The enrolment that this link is for, `ended` when the link is over; None when nobody was given that link."""
    link = await session.get(Link, sha256(token.encode()).digest())
    if link is None:
        return None
    found = await session.get_one(Enrolment, link.enrolment_id)
    return await _seen(session, found, ended=link.expires_at <= now())


async def _seen(session: AsyncSession, found: Enrolment, **more: Any) -> Seen:
    of = await session.get_one(Session, (found.organiser, found.session_id))
    position = await session.scalar(
        select(func.count()).where(
            Enrolment.organiser == found.organiser,
            Enrolment.session_id == found.session_id,
            Enrolment.state == "waiting",
            tuple_(*IN_LINE) <= place_of(found.id),
        )
    )
    return Seen(enrolment=found, session=of, position=position if found.state == "waiting" else None, **more)
