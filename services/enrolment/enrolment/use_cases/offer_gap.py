"""A crèche's team has hours offered that no contract has ever taken, or takes them back."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche

from enrolment.nursery import NotInCreche, lock_creche
from enrolment.nursery.caring import offer_freed_hours
from enrolment.nursery.freeing import take_back
from enrolment.settings import Terms
from enrolment.tables import CareSlot


@dataclass(frozen=True, kw_only=True)
class OfferGap:
    """The whole of it, by an id of the crèche; said twice is said once.

    `hours` empty: not offered any more. `day` None: the one it had.
    """

    id: UUID
    day: date | None = None
    hours: str


async def offer_gap(tx: Tx, terms: Terms, creche: Creche, cmd: OfferGap) -> None:
    """In turn, and only while the rules are kept. Raises NotInCreche."""
    await lock_creche(tx, creche)
    slot = await tx.session.get(CareSlot, cmd.id)
    if slot is None and cmd.day is not None:
        slot = CareSlot(id=cmd.id, creche=creche.id, day=cmd.day)
        tx.session.add(slot)
    elif slot is None or slot.creche != creche.id or slot.child_id is not None or cmd.day not in (None, slot.day):
        raise NotInCreche
    slot.hours = cmd.hours
    await take_back(tx, terms, creche, [slot.day])
    await offer_freed_hours(tx, terms, creche)
