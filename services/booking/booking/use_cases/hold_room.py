"""Keep a room for somebody who has yet to say yes: until a deadline, or until they confirm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from booking.granting import grant
from booking.rules import Span, Wish
from booking.settings import Settings
from booking.tables import Reservation
from booking.telling import tell_held


@dataclass(frozen=True, kw_only=True)
class HoldRoom:
    """`room` None: the best that is free. `minutes` None: as long as the house lets a room be held."""

    organisation: str
    span: Span
    people: int
    room: str | None = None
    title: dict[str, str] | None = None
    minutes: int | None = None
    for_family: bool = False


class HeldTooLong(Refused):
    """Longer than the house lets a room be held."""

    code, status = "held-too-long", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Un espace ne se retient pas si longtemps sans être réservé.",
        "en": "A room cannot be held for so long without being reserved.",
    }


class HeldOverTheCharter(Refused):
    """The other founders would have to be asked, and they cannot answer before the hold ends."""

    code, status = "held-over-the-charter", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cela dépasse la charte : réservez directement, la demande ira aux autres structures fondatrices.",
        "en": "This goes over the charter: reserve at once, and the other founders will be asked.",
    }


async def hold_room(tx: Tx, settings: Settings, cmd: HoldRoom) -> Reservation:
    """The slot is theirs until the deadline, which is never after it begins; it counts in the charter like any other.

    Raises what reserve_room does, HeldTooLong, HeldOverTheCharter.
    """
    minutes = settings.hold_minutes if cmd.minutes is None else cmd.minutes
    if minutes > settings.hold_minutes:
        raise HeldTooLong({
            "fr": f"Un espace se retient {settings.hold_minutes} minutes au plus sans être réservé.",
            "en": f"A room is held for {settings.hold_minutes} minutes at most without being reserved.",
        })  # fmt: skip
    reservation = Reservation.new(cmd.organisation, for_family=cmd.for_family)
    granted = await grant(tx.session, settings, reservation, Wish(cmd.room, cmd.span, cmd.people))
    if granted.over:
        raise HeldOverTheCharter(excess=[one.model_dump(mode="json") for one in granted.over.excess])
    slot = granted.slot
    reservation.hold(slot, people=cmd.people, title=cmd.title)
    until: datetime = min(now() + timedelta(minutes=minutes), slot.starts_at)
    reservation.keep_until(until)
    tx.session.add(reservation)
    tell_held(tx, reservation, slot, until)
    return reservation
