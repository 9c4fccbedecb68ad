"""The one way to a slot: taken in the diary, and held against the charter."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ronde.refusal import Refused
from ronde_contracts.event import Slot
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets, diary
from booking.budgets import Over
from booking.rules import Wish
from booking.settings import Settings
from booking.tables import Reservation


class OverTheCharter(Refused):
    """What is confirmed does not move over the charter: `excess` says what it would go over."""

    code, status = "over-the-charter", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ce changement dépasse la charte, et la réservation garde son créneau. Réservez l'autre créneau à part : "
        "la demande ira aux autres structures fondatrices.",
        "en": "This change goes over the charter, and the reservation keeps its slot. Reserve the other slot apart: "
        "the other founders will be asked.",
    }
    example: ClassVar[dict[str, Any]] = {
        "excess": [{"code": "over-week", "reason": {"fr": "Cela ferait 25 h …"}, "minutes_over": 60}]
    }


@dataclass(frozen=True, slots=True)
class Granted:
    """The slot is taken. `over`: what has to be asked before it is theirs."""

    slot: Slot
    over: Over | None


async def grant(
    session: AsyncSession,
    settings: Settings,
    reservation: Reservation,
    wish: Wish,
    *,
    prefer: str | None = None,
    previous: Slot | None = None,
) -> Granted:
    """Take what is wished for, as `diary.take` does; `previous` is confirmed and need not be asked again."""
    await budgets.queue(session, reservation.organisation)
    slot = await diary.take(session, settings, reservation.id, wish, prefer=prefer)
    over = await budgets.over(
        session, settings.house, reservation.organisation, slot, own=reservation.id, previous=previous
    )
    return Granted(slot, over)
