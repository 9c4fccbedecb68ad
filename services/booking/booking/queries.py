"""Reads; never writes."""

from datetime import datetime, timedelta
from uuid import UUID

from ronde.clock import now
from ronde.house import House
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.finding import NoSuchReservation
from booking.refusals import UnknownRoom
from booking.rules import Span
from booking.tables import Reservation, State

SHOWN = (State.CONFIRMED, State.ASKED, State.HELD)
"""What has the room, though somebody may still have to say yes."""
LONGEST = timedelta(days=1)
"""No reservation goes over midnight: it is inside one day's opening hours."""


async def reservation(session: AsyncSession, id: UUID) -> Reservation:
    """Raises NoSuchReservation; also for a request that never held a room."""
    found = await session.get(Reservation, id)
    if found is None or found.slot is None:
        raise NoSuchReservation
    return found


async def successor(session: AsyncSession, reservation: Reservation) -> Reservation | None:
    """What keeps the slot to which it would move, while the founders are asked."""
    found: Reservation | None = await session.scalar(select(Reservation).filter_by(moves=reservation.id))
    return found


async def reservations(session: AsyncSession, house: House, during: Span, room: str | None = None) -> list[Reservation]:
    """What is reserved then, in order; for a room also what takes it from elsewhere: its whole, its halves."""
    query = (
        select(Reservation)
        .where(
            Reservation.state.in_(SHOWN),
            Reservation.starts_at >= during.starts_at - LONGEST,
            Reservation.starts_at < during.ends_at,
            Reservation.ends_at > during.starts_at,
        )
        .order_by(Reservation.starts_at, Reservation.room)
    )
    if room is not None:
        query = query.where(Reservation.room.in_(sharing(house, room)))
    return list(await session.scalars(query))


def sharing(house: House, room: str) -> list[str]:
    """The rooms that take some of its space, itself among them. Raises UnknownRoom."""
    spaces = {one.id: one.spaces for one in house.rooms}
    if room not in spaces:
        raise UnknownRoom
    return [id for id, theirs in spaces.items() if theirs & spaces[room]]


async def refused_lately(session: AsyncSession, *, since: datetime) -> list[Reservation]:
    """Sessions whose last answer was no, and that may still change their plan: the newest refusal first."""
    query = (
        select(Reservation)
        .where(Reservation.refusal.is_not(None), Reservation.refused_at > since)
        .order_by(Reservation.refused_at.desc())
        .limit(50)
    )
    return [one for one in await session.scalars(query) if one.refusal and _asked_until(one.refusal) > now()]


def _asked_until(refusal: dict[str, dict[str, str]]) -> datetime:
    return datetime.fromisoformat(refusal["asked"]["ends_at"])
