"""Reads of series; never writes."""

from collections.abc import Sequence
from uuid import UUID

from ronde.clock import now
from ronde.house import House
from sqlalchemy.ext.asyncio import AsyncSession

from booking.series import diary
from booking.series.finding import held
from booking.series.recurrence import Recurrence
from booking.series.refusals import NoSuchSeries
from booking.series.verdicts import Judged, Verdict
from booking.series.wanting import wanted
from booking.tables import Reservation, Series


async def series(session: AsyncSession, id: UUID) -> tuple[Series, Sequence[Reservation]]:
    """The series with what is held of it, and what took place. Raises NoSuchSeries."""
    found = await session.get(Series, id)
    if found is None:
        raise NoSuchSeries
    return found, await held(session, id)


async def preview(
    session: AsyncSession, house: House, organisation: str, room: str, asked: Recurrence, people: int
) -> tuple[list[Judged], list[str]]:
    """What each occurrence would meet; and, when some is taken, the rooms in which all of it would be accepted."""
    each = wanted(house, room, asked, people, now=now())
    judged = await diary.look(session, house, organisation, each)
    some_taken = any(one.verdict is Verdict.TAKEN for one in judged)
    return judged, await diary.elsewhere(session, house, organisation, each) if some_taken else []
