"""Make a reservation of what was held."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from booking.finding import their_own
from booking.tables import Reservation, State
from booking.telling import tell_confirmed


@dataclass(frozen=True, kw_only=True)
class ConfirmHold:
    reservation_id: UUID
    organisation: str


class HoldOver(Refused):
    """It is not held any more: the deadline passed, or it was given back."""

    code, status = "hold-over", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cet espace n'est plus retenu : le délai est passé, ou il a été rendu. Faites une nouvelle demande.",
        "en": "This room is not held any more: its time is over, or it was given back. Make a new request.",
    }


async def confirm_hold(tx: Tx, cmd: ConfirmHold) -> Reservation:
    """Confirming again changes nothing and says nothing. After the deadline it is over, whether freed yet or not."""
    reservation = await their_own(tx.session, cmd.reservation_id, cmd.organisation, None)
    if reservation.state == State.CONFIRMED:
        return reservation
    slot = reservation.slot
    if slot is None or reservation.held_until is None or reservation.held_until <= now():
        raise HoldOver
    reservation.state = State.CONFIRMED
    reservation.held_until = None
    tell_confirmed(tx, reservation, slot)
    return reservation
