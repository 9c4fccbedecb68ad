"""Declare that a child of a crèche does not come: some days, or some hours of them, which go to others at once."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche

from enrolment.nursery import known_of, lock_creche
from enrolment.nursery.caring import offer_freed_hours
from enrolment.nursery.freeing import free_hours_of
from enrolment.settings import Terms
from enrolment.tables import CrecheAbsence


@dataclass(frozen=True, kw_only=True)
class DeclareAbsence:
    """The whole of it; said twice is said once. `hours` None: all day."""

    id: UUID
    child_id: UUID
    starts_on: date
    ends_on: date
    hours: str | None


async def declare_absence(tx: Tx, terms: Terms, creche: Creche, cmd: DeclareAbsence) -> None:
    """The hours that it frees are offered in the same transaction. Raises NotInCreche."""
    await lock_creche(tx, creche)
    known = await known_of(tx, creche, CrecheAbsence, cmd.id, cmd.child_id)
    before = {known.child_id} if known is not None else set()
    row = CrecheAbsence(
        id=cmd.id, child_id=cmd.child_id, starts_on=cmd.starts_on, ends_on=cmd.ends_on, hours=cmd.hours
    )  # fmt: skip
    await tx.session.merge(row)
    for child_id in sorted(before | {cmd.child_id}):
        await free_hours_of(tx, terms, creche, child_id)
    await offer_freed_hours(tx, terms, creche)
