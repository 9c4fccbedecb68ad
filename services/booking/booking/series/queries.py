"""Reads of series; never writes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ronde.clock import now
from ronde.house import House
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.charter_tables import Answer, Answered, Consent
from booking.series import finding
from booking.series.finding import held
from booking.series.instead import Instead, instead
from booking.series.looking import look
from booking.series.recurrence import Recurrence
from booking.series.refusals import NoSuchSeries
from booking.series.verdicts import Judged
from booking.series.wanting import wanted
from booking.tables import Reservation, Series, State


async def series(session: AsyncSession, id: UUID) -> tuple[Series, Sequence[Reservation]]:
    """The series with what is held of it, and what took place. Raises NoSuchSeries."""
    found = await session.get(Series, id)
    if found is None:
        raise NoSuchSeries
    return found, await held(session, id)


async def asked(session: AsyncSession, id: UUID) -> Sequence[Reservation]:
    """Its dates that keep their slots while the founders are asked."""
    return await finding.asked(session, id)


async def changing(session: AsyncSession, id: UUID) -> Sequence[tuple[Reservation, Reservation]]:
    """Its dates that are asked to move, and what keeps the slots to which they would."""
    return await finding.changing(session, id)


async def taken_out(session: AsyncSession, series: Series) -> list[date]:
    """Its days to come that were given back or excepted, and may be put back."""
    given_back = select(Reservation.occurrence).filter_by(series_id=series.id, state=State.CANCELLED)
    found = [day for day in await session.scalars(given_back.where(Reservation.starts_at > now())) if day]
    return sorted([*found, *(day for day in series.without if day > now().date())])


async def objections(session: AsyncSession, id: UUID) -> Sequence[Answer]:
    """Why dates of it were refused, by whom, the newest first."""
    query = select(Answer).join(Consent, Consent.id == Answer.consent_id)
    query = query.where(Consent.series_id == id, Consent.state == Answered.REFUSED, Answer.objection.is_not(None))
    return list(await session.scalars(query.order_by(Answer.at.desc())))


async def preview(
    session: AsyncSession, house: House, organisation: str, room: str, asked: Recurrence, people: int
) -> tuple[list[Judged], Instead]:
    """What each occurrence would meet; and what would do instead, when some of it cannot be had."""
    each = wanted(house, room, asked, people, now=now())
    judged = await look(session, house, organisation, each)
    return judged, await instead(session, house, organisation, judged)
