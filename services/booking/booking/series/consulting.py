"""What is asked of the founders for a series: once, for all of its dates that have to be asked together."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ronde.database import Tx
from ronde_contracts.booking import ConsentAsked, ConsentGiven, ConsentRefused, ConsentWithdrawn
from sqlalchemy import select

from booking import diary
from booking.budgets import Over
from booking.charter_tables import Answered, Consent
from booking.consulting import about, asking, kept, settle, tell
from booking.series.finding import held
from booking.tables import Reservation, Series, State
from booking.telling import tell_series_changed, tell_series_confirmed


def ask(tx: Tx, series: Series, rows: Sequence[Reservation], over: Over) -> None:
    """These dates keep their slots until the founders have answered."""
    first = rows[0]
    assert first.slot is not None  # noqa: S101 (it was just taken)
    consent = asking(over, series.organisation, first.id, first.slot)
    consent.series_id, consent.occurrences = series.id, [_shown(row) for row in rows]
    for row in rows:
        row.state, row.consent_id = State.ASKED, consent.id
    tx.session.add(consent)
    tell(tx, consent, ConsentAsked(**about(consent, first)))


async def give(tx: Tx, consent: Consent) -> None:
    """Nobody objected: these dates are confirmed, with one event for all of them."""
    series, rows = await _series(tx, consent), await kept(tx.session, consent)
    settle(consent, Answered.GIVEN)
    consenting = tuple(one.organisation for one in consent.answers)
    tell(tx, consent, ConsentGiven(**about(consent, rows[0]), consenting=consenting))
    for row in rows:
        row.state, row.consent_id = State.CONFIRMED, None
        row.version += 1
    await tx.session.flush()
    occurrences = await held(tx.session, series.id)
    if series.state == State.ASKED:
        series.state = State.CONFIRMED
        tell_series_confirmed(tx, series, occurrences)
    else:
        tell_series_changed(tx, series, occurrences, ())


async def refuse(tx: Tx, consent: Consent, by: str, objection: str) -> None:
    """A founder objected: these dates are free. What was asked as a whole is refused as a whole."""
    series, rows = await _series(tx, consent), await kept(tx.session, consent)
    settle(consent, Answered.REFUSED)
    tell(tx, consent, ConsentRefused(**about(consent, rows[0]), by=by, reason={"fr": objection}))
    await diary.release(tx.session, *(row.id for row in rows))
    for row in rows:
        row.state, row.consent_id = State.REFUSED, None
        row.version += 1
    if series.state == State.ASKED:
        series.state = State.REFUSED


async def give_back(tx: Tx, series: Series, rows: Sequence[Reservation]) -> None:
    """Some of the dates are wanted no more; when none is left of what is asked, nobody has to answer."""
    gone = {str(row.id) for row in rows}
    query = select(Consent).filter_by(series_id=series.id, state=Answered.ASKED).with_for_update()
    for consent in await tx.session.scalars(query):
        left = [one for one in consent.occurrences if one["reservation_id"] not in gone]
        if left:
            consent.occurrences = left
            consent.reservation_id = UUID(left[0]["reservation_id"])
            consent.slot = {name: left[0][name] for name in consent.slot}
        else:
            settle(consent, Answered.WITHDRAWN)
            first = await tx.session.get_one(Reservation, consent.reservation_id)
            tell(tx, consent, ConsentWithdrawn(**about(consent, first)))


async def _series(tx: Tx, consent: Consent) -> Series:
    return await tx.session.get_one(Series, consent.series_id)


def _shown(row: Reservation) -> dict[str, Any]:
    slot = row.slot.model_dump(mode="json") if row.slot else {}
    return {**slot, "day": str(row.occurrence), "reservation_id": str(row.id)}
