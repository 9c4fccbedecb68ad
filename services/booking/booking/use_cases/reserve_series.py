"""Reserve a room again and again: all of the times or what is free of them, in one transaction and with one event."""

from dataclasses import dataclass
from functools import partial

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id, reference

from booking import budgets, rules
from booking.series import diary
from booking.series.charter import together
from booking.series.consulting import ask
from booking.series.recurrence import Recurrence
from booking.series.verdicts import Judged, Mode, Verdict, settle_new
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
    """`occurrences` are confirmed, `asked` are kept while the founders answer; `left_out`: not taken, and why."""

    series: Series
    occurrences: list[Reservation]
    asked: list[Reservation]
    left_out: list[Judged]


async def reserve_series(tx: Tx, settings: Settings, cmd: ReserveSeries) -> Reserved:
    """What goes over the charter is asked of the founders, once: all of it in Mode.ALL, those dates alone in Mode.FREE.

    Raises what `recurrence.days` does, UnknownRoom, RoomTooSmall, and SeriesClashes with each that is impossible.
    """
    house, asked = settings.house, cmd.recurrence
    each = wanted(house, cmd.room, asked, cmd.people, now=now())
    picked, left_out = await diary.take(tx.session, house, cmd.organisation, each, partial(settle_new, mode=cmd.mode))
    over = together(house, picked)
    asking = {one.wanted.id for one in picked if one.verdict is Verdict.OVER_CHARTER}

    id = new_id()
    series = Series(
        id=id, reference=reference("S", id), organisation=cmd.organisation, version=0,
        state=State.ASKED if len(asking) == len(picked) else State.CONFIRMED,
        room=cmd.room, zone=house.timezone.key, rule=asked.rule, first=asked.first, starts=asked.starts,
        ends=asked.ends, without=sorted(asked.without), people=cmd.people, title=cmd.title,
    )  # fmt: skip
    rows = [_reservation(series, one) for one in picked]
    occurrences, kept = [row for row in rows if row.id not in asking], [row for row in rows if row.id in asking]
    tx.session.add(series)
    await tx.session.flush()
    begins = min((one.held.starts_at for one in picked if one.wanted.id in asking), default=now())
    if question := await budgets.over_together(tx.session, house, cmd.organisation, over, begins):
        ask(tx, series, kept, question)
    tx.session.add_all(rows)
    if occurrences:
        tell_series_confirmed(tx, series, occurrences)
    return Reserved(series, occurrences, kept, left_out)


def _reservation(series: Series, one: Judged) -> Reservation:
    made = Reservation.new(series.organisation)
    made.id, made.reference = one.wanted.id, reference("R", one.wanted.id)
    made.series_id, made.occurrence, made.version = series.id, one.wanted.day, 1
    made.hold(rules.slot(one.wanted.room, one.held), people=series.people, title=series.title)
    return made
