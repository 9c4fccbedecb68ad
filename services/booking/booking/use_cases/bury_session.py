"""Remember that a session or a request ended which we had not heard of: if it comes late, it asks for nothing."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx

from booking.tables import Reservation, State


@dataclass(frozen=True, kw_only=True)
class BurySession:
    organisation: str
    session_id: UUID | None = None
    request_id: UUID | None = None


async def bury_session(tx: Tx, cmd: BurySession) -> Reservation:
    """Says nothing: nobody was told of a room."""
    reservation = Reservation.new(cmd.organisation, cmd.session_id, cmd.request_id)
    reservation.state = State.CANCELLED
    tx.session.add(reservation)
    return reservation
