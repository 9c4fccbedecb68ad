"""Put a date that was taken out of a series back into it, where it was."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from ronde.database import Tx
from ronde.house import House
from ronde.ids import new_id
from sqlalchemy import select

from booking import budgets, rules
from booking.series import diary
from booking.series.charter import together
from booking.series.consulting import ask
from booking.series.finding import HOLDING, held, their_series
from booking.series.refusals import NoSuchOccurrence, NothingToCome, StillAsked
from booking.series.verdicts import Mode, Wanted, settle_new
from booking.series.wanting import as_held, room_of
from booking.settings import Settings
from booking.tables import Reservation, Series, State
from booking.telling import tell_series_changed


@dataclass(frozen=True, kw_only=True)
class PutBackDate:
    series_id: UUID
    organisation: str
    day: date


async def put_back_date(tx: Tx, settings: Settings, cmd: PutBackDate) -> Reservation:
    """One that was given back has the room and the hours that it had, one that was excepted those of the series.

    Over the charter it is asked. What the series holds already stays as it is, and nothing is said. Raises whose it is,
    StillAsked and NothingToCome when the series is not confirmed, NoSuchOccurrence, UnknownRoom, SeriesClashes.
    """
    house = settings.house
    series = await their_series(tx.session, cmd.series_id, cmd.organisation)
    if series.state != State.CONFIRMED:
        raise StillAsked if series.state == State.ASKED else NothingToCome
    query = select(Reservation).filter_by(series_id=series.id, occurrence=cmd.day).with_for_update()
    row = await tx.session.scalar(query)
    if row is not None and row.state in HOLDING:
        return row
    wish = as_held(house, row) if row is not None else _excepted(house, series, cmd.day)
    [one], _ = await diary.take(tx.session, house, cmd.organisation, [wish], partial(settle_new, mode=Mode.ALL))
    if row is None:
        row = Reservation.new(series.organisation)
        row.id, row.series_id, row.occurrence, row.title = wish.id, series.id, cmd.day, series.title
        series.without = [day for day in series.without if day != cmd.day]
        tx.session.add(row)
    row.hold(rules.slot(wish.room, one.held), people=wish.people, title=row.title)
    row.version += 1
    over = together(house, [one])
    question = await budgets.over_together(tx.session, house, cmd.organisation, over, one.held.starts_at)
    if question:
        ask(tx, series, [row], question)
    await tx.session.flush()
    if question is None:
        tell_series_changed(tx, series, await held(tx.session, series.id), ())
    return row


def _excepted(house: House, series: Series, day: date) -> Wanted:
    if day not in series.without:
        raise NoSuchOccurrence
    return Wanted(
        id=new_id(), day=day, on=day, starts=series.starts, ends=series.ends, room=room_of(house, series.room),
        people=series.people,
    )  # fmt: skip
