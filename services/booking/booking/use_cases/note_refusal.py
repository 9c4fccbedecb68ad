"""Keep the refusal of a session's request, and tell it: whoever is signed in sees it, with what was free instead."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.booking import Asked

from booking.finding import of_session
from booking.tables import Reservation, State
from booking.telling import tell_refused


@dataclass(frozen=True, kw_only=True)
class NoteRefusal:
    organisation: str
    session_id: UUID
    title: dict[str, str]
    asked: Asked
    refusal: Refused


async def note_refusal(tx: Tx, cmd: NoteRefusal) -> Reservation:
    """A session that has a slot keeps it; one that has none is refused."""
    reservation = await of_session(tx.session, cmd.organisation, cmd.session_id)
    if reservation is None:
        reservation = Reservation.new(cmd.organisation, cmd.session_id)
        tx.session.add(reservation)
    kept = reservation.slot if reservation.state == State.CONFIRMED else None
    if kept is None:
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
