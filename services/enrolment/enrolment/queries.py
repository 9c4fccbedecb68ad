"""Reads: the programme, a session's list, a family's own enrolment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.ids import reference
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.refusals import EnrolmentUnknown, SessionUnknown
from enrolment.states import ACTIVE
from enrolment.tables import Enrolment, Link, Reservation, Session


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


async def programme(session: AsyncSession, since: datetime, organiser: str | None = None) -> Sequence[Session]:
    """Sessions that have a time in front of them, and those called off: by start, 500 at most."""
    starts_at = func.coalesce(Session.starts_at, Session.planned_starts_at)
    wanted = select(Session).where(func.coalesce(Session.ends_at, Session.planned_ends_at) > since)
    if organiser is not None:
        wanted = wanted.where(Session.organiser == organiser)
    return (await session.scalars(wanted.order_by(starts_at, Session.session_id).limit(500))).all()


async def one_session(session: AsyncSession, organiser: str, session_id: UUID) -> Session:
    """Raises SessionUnknown."""
    found = await session.get(Session, (organiser, session_id))
    if found is None:
        raise SessionUnknown
    return found


async def room_refused(session: AsyncSession, of: Session) -> Reservation | None:
    """Why the session has no room, or not the one it asked for last; None when there is nothing to explain."""
    return await session.scalar(
        select(Reservation)
        .where(
            Reservation.organiser == of.organiser,
            Reservation.session_id == of.session_id,
            Reservation.reason.is_not(None),
        )
        .order_by(Reservation.id.desc())
        .limit(1)
    )


async def participants(session: AsyncSession, of: Session) -> list[Seen]:
    """Everybody in the session, in the order of arrival; those who left come last."""
    wanted = (
        select(Enrolment)
        .where(Enrolment.organiser == of.organiser, Enrolment.session_id == of.session_id)
        .order_by(Enrolment.number)
    )
    found = (await session.scalars(wanted)).all()
    line = {one.id: n for n, one in enumerate((one for one in found if one.state == "waiting"), start=1)}
    seen = [Seen(enrolment=one, session=of, position=line.get(one.id)) for one in found]
    return sorted(seen, key=lambda one: one.enrolment.state not in ACTIVE)


async def enrolment(session: AsyncSession, enrolment_id: UUID) -> Seen:
    """Raises EnrolmentUnknown."""
    found = await session.get(Enrolment, enrolment_id)
    if found is None:
        raise EnrolmentUnknown
    return await _seen(session, found)


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
            Enrolment.number <= found.number,
        )
    )
    return Seen(enrolment=found, session=of, position=position if found.state == "waiting" else None, **more)


def since_this_morning(at: datetime) -> datetime:
    """Twelve hours ago: what took place this morning is still on the page this afternoon."""
    return at - timedelta(hours=12)
