"""Take out of a crèche's days what does not hold any more: a child, a contract, an absence, a shift."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche

from enrolment.nursery import NotInCreche, child_of, lock_creche
from enrolment.tables import CrecheAbsence, CrecheChild, CrecheContract, CrecheShift

What = Literal["children", "contracts", "absences", "shifts"]


@dataclass(frozen=True, kw_only=True)
class TakeOut:
    """A child goes with its contracts and absences. An absence taken out: the child comes after all."""

    what: What
    id: UUID


async def take_out(tx: Tx, creche: Creche, cmd: TakeOut) -> None:
    """Raises NotInCreche."""
    await lock_creche(tx, creche)
    kinds = {"children": CrecheChild, "contracts": CrecheContract, "absences": CrecheAbsence, "shifts": CrecheShift}
    row = await tx.session.get(kinds[cmd.what], cmd.id)
    if isinstance(row, CrecheContract | CrecheAbsence):
        await child_of(tx, creche, row.child_id)
    elif not isinstance(row, CrecheChild | CrecheShift) or row.creche != creche.id:
        raise NotInCreche
    await tx.session.delete(row)
