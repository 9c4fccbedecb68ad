"""Keep the refusal of what an event asked, and tell it: whoever is signed in sees it, with what was free instead."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.booking import Asked

from booking.finding import asked_before
from booking.tables import Reservation, State
from booking.telling import tell_refused


@dataclass(frozen=True, kw_only=True)
class NoteRefusal:
    organisation: str
    title: dict[str, str] | None
    asked: Asked
    refusal: Refused
    session_id: UUID | None = None
    request_id: UUID | None = None


async def note_refusal(tx: Tx, cmd: NoteRefusal) -> Reservation:
    """What has a slot keeps it, also while the founders are asked for it; what has none is refused."""
    reservation = await asked_before(tx.session, cmd.organisation, cmd.session_id, cmd.request_id)
    if reservation is None:
        reservation = Reservation.new(cmd.organisation, cmd.session_id, cmd.request_id)
        tx.session.add(reservation)
    kept = reservation.slot if reservation.state == State.CONFIRMED else None
    if kept is None and reservation.state != State.ASKED:
        reservation.let_go()
    reservation.title = cmd.title
    reservation.refused_at = now()
    reservation.refusal = {
        "asked": cmd.asked.model_dump(mode="json"),
        "code": cmd.refusal.code,
        "reason": cmd.refusal.reason,
        "alternatives": cmd.refusal.extra.get("alternatives", []),
    }
    tell_refused(tx, reservation, reservation.refusal, kept)
    return reservation
