"""Give back one occurrence of a series, one and those that follow, or all that is to come: one event, however many."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx

from booking.series import diary
from booking.series.consulting import give_back
from booking.series.finding import Which, held, their_series, to_come
from booking.series.finding import asked as still_asked
from booking.tables import Series, State
from booking.telling import tell_series_cancelled, tell_series_changed


@dataclass(frozen=True, kw_only=True)
class CancelSeries:
    """`day` says which occurrence, for all but ALL."""

    series_id: UUID
    organisation: str
    which: Which
    day: date | None = None


async def cancel_series(tx: Tx, cmd: CancelSeries) -> Series:
    """What has begun stays. A series that was cancelled stays so, and nothing is said again.

    What is asked is wanted no more; of a series that was never confirmed, nothing else is said.

    Raises whose it is, NoSuchOccurrence, InThePast, NothingToCome.
    """
    series = await their_series(tx.session, cmd.series_id, cmd.organisation)
    if series.state == State.CANCELLED:
        return series
    moment = now()
    rows = await to_come(tx.session, series, cmd.which, cmd.day, now=moment, asked=True)
    await diary.release(tx.session, [row.id for row in rows])
    freed = [row.slot for row in rows if row.slot is not None]
    await give_back(tx, series, rows)
    for row in rows:
        row.state, row.consent_id = State.CANCELLED, None
        row.version += 1
    await tx.session.flush()

    left, told = await held(tx.session, series.id), series.state == State.CONFIRMED
    coming = any(one.starts_at is not None and one.starts_at > moment for one in left)
    if not coming and not await still_asked(tx.session, series.id):
        series.state = State.CANCELLED
    if told and series.state == State.CANCELLED:
        tell_series_cancelled(tx, series, left, freed)
    elif told:
        tell_series_changed(tx, series, left, freed)
    return series
