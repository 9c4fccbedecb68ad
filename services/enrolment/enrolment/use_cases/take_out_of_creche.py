"""Take out of a crèche's days what does not hold any more: a child, a contract, an adaptation, an absence, a shift."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche
from sqlalchemy import select

from enrolment.nursery import NotInCreche, child_of, lock_creche
from enrolment.nursery.care_telling import withdraw_offer
from enrolment.nursery.caring import offer_freed_hours
from enrolment.nursery.freeing import free_hours_of
from enrolment.settings import Terms
from enrolment.tables import HELD, CareOffer, CrecheAbsence, CrecheAdaptation, CrecheChild, CrecheContract, CrecheShift

What = Literal["children", "contracts", "adaptations", "absences", "shifts"]


@dataclass(frozen=True, kw_only=True)
class TakeOut:
    """A child goes with its contracts, absences and what it is offered. An absence taken out: it comes after all."""

    what: What
    id: UUID


async def take_out(tx: Tx, terms: Terms, creche: Creche, cmd: TakeOut) -> None:
    """Raises NotInCreche."""
    await lock_creche(tx, creche)
    kinds = {
        "children": CrecheChild, "contracts": CrecheContract, "adaptations": CrecheAdaptation,
        "absences": CrecheAbsence, "shifts": CrecheShift,
    }  # fmt: skip
    row = await tx.session.get(kinds[cmd.what], cmd.id)
    if isinstance(row, CrecheContract | CrecheAdaptation | CrecheAbsence):
        await child_of(tx, creche, row.child_id)
    elif not isinstance(row, CrecheChild | CrecheShift) or row.creche != creche.id:
        raise NotInCreche
    if isinstance(row, CrecheChild):
        held = select(CareOffer).where(CareOffer.child_id == row.id, CareOffer.state.in_(HELD))
        for offer in await tx.session.scalars(held):
            await withdraw_offer(tx, terms, creche, offer, "creche")
    await tx.session.delete(row)
    if isinstance(row, CrecheAbsence):
        await free_hours_of(tx, terms, creche, row.child_id)
        await offer_freed_hours(tx, terms, creche)
