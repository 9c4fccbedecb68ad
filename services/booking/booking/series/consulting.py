"""What is asked of the founders for a series: once, for all of its dates that have to be asked together.

A new date keeps its slot meanwhile; one that would move keeps both, the other by a row that `moves` it.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import House
from ronde_contracts.booking import ConsentAsked, ConsentGiven, ConsentRefused, ConsentWithdrawn
from ronde_contracts.event import Slot
from sqlalchemy import select

from booking import diary
from booking.budgets import Over
from booking.charter_tables import Answered, Consent
from booking.consulting import about, asking, kept, settle, tell
from booking.rules import Span
from booking.series import diary as together
from booking.series.finding import changing, held, to_come
from booking.series.noting import CHANGE, Change, note
from booking.series.refusals import NothingToCome
from booking.tables import Reservation, Series, State
from booking.telling import tell_series_changed, tell_series_confirmed

NOTHING: Mapping[UUID, Reservation] = {}


def ask(
    tx: Tx, series: Series, rows: Sequence[Reservation], over: Over, moved: Mapping[UUID, Reservation] = NOTHING,
    change: Change | None = None,
) -> None:  # fmt: skip
    """These rows keep their slots until the founders have answered; those of them that move one of the `moved` too.

    `change`: what is asked as a whole, and noted when it is given.
    """
    whose = [moved[row.moves] if row.moves else row for row in rows]
    first, slot = whose[0], rows[0].slot
    assert slot is not None  # noqa: S101 (it was just taken)
    consent = asking(over, series.organisation, first.id, slot)
    consent.series_id, consent.change = series.id, change.kept() if change else None
    consent.occurrences = [_shown(*pair) for pair in zip(rows, whose, strict=True)]
    consent.replaces = consent.occurrences[0]["replaces"]
    for row in rows:
        row.state, row.consent_id = State.ASKED, consent.id
    tx.session.add_all([consent, *rows])
    tell(tx, consent, ConsentAsked(**about(consent, first)))


async def give(tx: Tx, house: House, consent: Consent) -> None:
    """Nobody objected: these dates are confirmed or moved, with one event for all of them.

    When the room left the house meanwhile, what would move stays.
    """
    series, rows = await _series(tx, consent), await kept(tx.session, consent)
    rooms = {room.id for room in house.rooms}
    if any(row.moves and row.room not in rooms for row in rows):
        await withdraw(tx, series)
        return
    settle(consent, Answered.GIVEN)
    consenting = tuple(one.organisation for one in consent.answers)
    tell(tx, consent, ConsentGiven(**about(consent, await _first(tx, consent)), consenting=consenting))
    freed = await _move(tx, house, [row for row in rows if row.moves])
    for row in rows:
        if row.moves is None:
            row.state, row.consent_id = State.CONFIRMED, None
            row.version += 1
    await tx.session.flush()
    if consent.change:
        await _note(tx, series, CHANGE.validate_python(consent.change))
    occurrences = await held(tx.session, series.id)
    if series.state == State.ASKED:
        series.state = State.CONFIRMED
        tell_series_confirmed(tx, series, occurrences)
    else:
        tell_series_changed(tx, series, occurrences, freed)


async def refuse(tx: Tx, consent: Consent, by: str, objection: str) -> None:
    """A founder objected: these slots are free, and what would have moved keeps its own.

    What was asked as a whole is refused as a whole.
    """
    series, rows = await _series(tx, consent), await kept(tx.session, consent)
    settle(consent, Answered.REFUSED)
    tell(tx, consent, ConsentRefused(**about(consent, await _first(tx, consent)), by=by, reason={"fr": objection}))
    await diary.release(tx.session, *(row.id for row in rows))
    for row in rows:
        if row.moves:
            await tx.session.delete(row)
            continue
        row.state, row.consent_id = State.REFUSED, None
        row.version += 1
    if series.state == State.ASKED:
        series.state = State.REFUSED


async def give_back(tx: Tx, series: Series, rows: Sequence[Reservation]) -> None:
    """Nothing is asked for these dates any more; when none is left of a question, nobody has to answer."""
    gone = {str(row.id) for row in rows}
    query = select(Consent).filter_by(series_id=series.id, state=Answered.ASKED).with_for_update()
    for consent in await tx.session.scalars(query):
        left = [one for one in consent.occurrences if one["reservation_id"] not in gone]
        if left:
            consent.occurrences = left
            consent.reservation_id = UUID(left[0]["reservation_id"])
            consent.slot = {name: left[0][name] for name in consent.slot}
            consent.replaces = left[0].get("replaces")
        else:
            settle(consent, Answered.WITHDRAWN)
            tell(tx, consent, ConsentWithdrawn(**about(consent, await _first(tx, consent))))
    keepers = await tx.session.scalars(
        select(Reservation).where(Reservation.moves.in_([row.id for row in rows])).with_for_update()
    )
    for keeper in keepers.all():
        await diary.release(tx.session, keeper.id)
        await tx.session.delete(keeper)


async def withdraw(tx: Tx, series: Series) -> None:
    """The changes that are asked are wanted no more: each date stays where it is."""
    await give_back(tx, series, [row for row, _ in await changing(tx.session, series.id)])


async def _move(tx: Tx, house: House, keepers: Sequence[Reservation]) -> list[Slot]:
    """What would move has the other slots now, and this is what it left."""
    freed, taken = [], {}
    for keeper in keepers:
        row = await tx.session.get_one(Reservation, keeper.moves)
        before, slot = row.slot, keeper.slot
        assert before is not None  # noqa: S101 (both are held)
        assert slot is not None  # noqa: S101
        freed.append(before)
        taken[row.id] = house.room(slot.room), Span(slot.starts_at, slot.ends_at)
        row.hold(slot, people=keeper.people or 1, title=keeper.title)
        row.version += 1
        await tx.session.delete(keeper)
    if taken:
        await together.settle_in(tx.session, taken, [keeper.id for keeper in keepers])
    return freed


async def _note(tx: Tx, series: Series, change: Change) -> None:
    """What has begun since stays as it was."""
    try:
        rows = await to_come(tx.session, series, change.which, change.day, now=now(), asked=True)
    except NothingToCome:
        return
    note(rows, series, change)


async def _first(tx: Tx, consent: Consent) -> Reservation:
    return await tx.session.get_one(Reservation, consent.reservation_id)


async def _series(tx: Tx, consent: Consent) -> Series:
    return await tx.session.get_one(Series, consent.series_id)


def _shown(row: Reservation, whose: Reservation) -> dict[str, Any]:
    slot = row.slot.model_dump(mode="json") if row.slot else {}
    replaces = whose.slot.model_dump(mode="json") if row.moves and whose.slot else None
    return {**slot, "day": str(whose.occurrence), "reservation_id": str(whose.id), "replaces": replaces}
