"""Finding a series and what it holds in order to change it: the rows are locked until the transaction ends.

Who only asks what a change would meet locks nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from booking.finding import NotYours
from booking.refusals import InThePast
from booking.series.refusals import NoSuchOccurrence, NoSuchSeries, NothingToCome, StillAsked
from booking.tables import Reservation, Series, State

HOLDING = (State.CONFIRMED, State.ASKED)


class Which(StrEnum):
    """How much of a series is meant; what has begun never is."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


async def their_series(session: AsyncSession, id: UUID, organisation: str, *, lock: bool = True) -> Series:
    """The series, when it is `organisation`'s to change. Raises NoSuchSeries, NotYours."""
    series = await session.get(Series, id, with_for_update=lock or None)
    if series is None:
        raise NoSuchSeries
    if series.organisation != organisation:
        raise NotYours
    return series


async def to_come(
    session: AsyncSession,
    series: Series,
    which: Which,
    day: date | None,
    *,
    now: datetime,
    lock: bool = True,
    asked: bool = False,
) -> Sequence[Reservation]:
    """The part of it that may still change, in the order of its days; `day` says which is this one.

    `asked`: also of what the founders are still asked for.
    Raises NoSuchOccurrence, InThePast, NothingToCome, StillAsked.
    """
    of_it = select(Reservation).where(Reservation.series_id == series.id, Reservation.state.in_(HOLDING))
    waits = {row.id for row, _ in await changing(session, series.id)}
    if which is not Which.ALL:
        this = await session.scalar(of_it.where(Reservation.occurrence == day))
        if this is None and which is Which.THIS:
            raise NoSuchOccurrence
        if which is Which.THIS and this is not None and this.starts_at is not None and this.starts_at <= now:
            raise InThePast
        of_it = of_it.where(Reservation.occurrence == day if which is Which.THIS else Reservation.occurrence >= day)
    rows = of_it.where(Reservation.starts_at > now).order_by(Reservation.occurrence)
    found = list(await session.scalars(rows.with_for_update() if lock else rows))
    if not found:
        raise NothingToCome
    if not asked and any(one.state == State.ASKED or one.id in waits for one in found):
        raise StillAsked
    return found


async def asked(session: AsyncSession, series_id: UUID) -> Sequence[Reservation]:
    """Its dates that the founders are asked for."""
    of_it = select(Reservation).where(Reservation.series_id == series_id, Reservation.state == State.ASKED)
    return list(await session.scalars(of_it.order_by(Reservation.occurrence)))


async def changing(session: AsyncSession, series_id: UUID) -> Sequence[tuple[Reservation, Reservation]]:
    """Its dates that keep their slots while the founders are asked for others, and what keeps each of those."""
    successor = aliased(Reservation)
    pairs = select(Reservation, successor).join(successor, successor.moves == Reservation.id)
    found = await session.execute(pairs.where(Reservation.series_id == series_id).order_by(Reservation.occurrence))
    return [(row, keeper) for row, keeper in found]


async def held(session: AsyncSession, series_id: UUID) -> Sequence[Reservation]:
    """What it holds and what took place, in the order of its days."""
    of_it = select(Reservation).where(Reservation.series_id == series_id, Reservation.state == State.CONFIRMED)
    return list(await session.scalars(of_it.order_by(Reservation.occurrence)))
