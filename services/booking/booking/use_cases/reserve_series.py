"""Reserve a room again and again: all of the times or what is free of them, in one transaction and with one event."""

from dataclasses import dataclass
from functools import partial

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id, reference

from booking import rules
from booking.series import diary
from booking.series.recurrence import Recurrence
from booking.series.verdicts import Judged, Mode, settle_new
from booking.series.wanting import wanted
from booking.settings import Settings
from booking.tables import Reservation, Series, State
from booking.telling import tell_series_confirmed


@dataclass(frozen=True, kw_only=True)
class ReserveSeries:
    organisation: str
    room: str
    recurrence: Recurrence
    people: int
    title: dict[str, str] | None = None
    mode: Mode = Mode.ALL


@dataclass(frozen=True)
class Reserved:
    """`left_out`: the occurrences that were not taken, and why."""

    series: Series
    occurrences: list[Reservation]
    left_out: list[Judged]


async def reserve_series(tx: Tx, settings: Settings, cmd: ReserveSeries) -> Reserved:
    """Raises what `recurrence.days` does, UnknownRoom, RoomTooSmall, and SeriesClashes with each that is impossible."""
    house, asked = settings.house, cmd.recurrence
    each = wanted(house, cmd.room, asked, cmd.people, now=now())
    picked, left_out = await diary.take(tx.session, house, cmd.organisation, each, partial(settle_new, mode=cmd.mode))

    id = new_id()
    series = Series(
        id=id, reference=reference("S", id), organisation=cmd.organisation, version=0, state=State.CONFIRMED,
        room=cmd.room, zone=house.timezone.key, rule=asked.rule, first=asked.first, starts=asked.starts,
        ends=asked.ends, without=sorted(asked.without), people=cmd.people, title=cmd.title,
    )  # fmt: skip
    occurrences = [_reservation(series, one) for one in picked]
    tx.session.add(series)
    await tx.session.flush()
    tx.session.add_all(occurrences)
    tell_series_confirmed(tx, series, occurrences)
    return Reserved(series, occurrences, left_out)


def _reservation(series: Series, one: Judged) -> Reservation:
    made = Reservation.new(series.organisation)
    made.id, made.reference = one.wanted.id, reference("R", one.wanted.id)
    made.series_id, made.occurrence, made.version = series.id, one.wanted.day, 1
    made.hold(rules.slot(one.wanted.room, one.held), people=series.people, title=series.title)
    return made
