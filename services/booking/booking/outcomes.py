"""How what was asked of the founders ends: it is theirs, or a founder objected."""

from ronde.clock import now
from ronde.database import Tx
from ronde.house import House
from ronde_contracts.booking import ConsentGiven, ConsentRefused
from ronde_contracts.event import Slot

from booking import diary
from booking.charter_tables import Answered, Consent
from booking.consulting import about, kept, settle, tell, withdraw
from booking.rules import Span
from booking.series import consulting as together
from booking.tables import Reservation, Series, State
from booking.telling import tell_confirmed, tell_moved, tell_refused


async def locked(tx: Tx, known: Consent) -> Consent:
    """As it is now, and nobody else changes it: see booking.consulting for the order."""
    if known.series_id:
        await tx.session.get_one(Series, known.series_id, with_for_update=True)
    else:
        await tx.session.get_one(Reservation, known.reservation_id, with_for_update=True)
    return await tx.session.get_one(Consent, known.id, with_for_update=True, populate_existing=True)


async def give(tx: Tx, house: House, consent: Consent) -> None:
    """Nobody objected: it is confirmed, or moved. When the room left the house meanwhile, what would move stays."""
    if consent.series_id:
        await together.give(tx, house, consent)
        return
    reservation = await tx.session.get_one(Reservation, consent.reservation_id)
    slot, previous = Slot.model_validate(consent.slot), reservation.slot
    room = next((room for room in house.rooms if room.id == slot.room), None)
    [keeper] = await kept(tx.session, consent)
    if room is None and keeper.moves:
        await withdraw(tx, reservation)
        return
    settle(consent, Answered.GIVEN)
    consenting = tuple(one.organisation for one in consent.answers)
    tell(tx, consent, ConsentGiven(**about(consent, reservation), consenting=consenting))
    reservation.hold(slot, people=keeper.people or 1, title=keeper.title)
    if room and keeper.moves and previous:
        await diary.settle_in(tx.session, reservation.id, keeper.id, room, Span(slot.starts_at, slot.ends_at))
        await tx.session.delete(keeper)
        tell_moved(tx, reservation, slot, previous)
    else:
        tell_confirmed(tx, reservation, slot)


async def refuse(tx: Tx, consent: Consent, by: str, objection: str) -> None:
    """A founder objected: the slot is free, and what would have moved keeps its own. The row says which it was."""
    if consent.series_id:
        await together.refuse(tx, consent, by, objection)
        return
    reservation = await tx.session.get_one(Reservation, consent.reservation_id)
    settle(consent, Answered.REFUSED)
    slot, reason = Slot.model_validate(consent.slot), {"fr": objection}
    tell(tx, consent, ConsentRefused(**about(consent, reservation), by=by, reason=reason))
    [keeper] = await kept(tx.session, consent)
    asked = {"room": slot.room, "people": keeper.people or 1}
    asked |= {name: getattr(slot, name).isoformat() for name in ("starts_at", "ends_at")}
    refusal = {"asked": asked, "code": "objected", "reason": reason, "alternatives": []}
    await diary.release(tx.session, keeper.id)
    stays = reservation.slot if keeper.moves else None
    if keeper.moves:
        await tx.session.delete(keeper)
    else:
        reservation.state, reservation.consent_id = State.REFUSED, None
    reservation.refusal, reservation.refused_at = refusal, now()
    tell_refused(tx, reservation, refusal, stays)
