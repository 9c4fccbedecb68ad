"""Plan one professional's weeks in a crèche, without a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche

from enrolment.nursery import NotInCreche, lock_creche
from enrolment.tables import CrecheShift


@dataclass(frozen=True, kw_only=True)
class PlanShift:
    """The whole of it; said twice is said once. An exception without hours: that day they are away."""

    id: UUID
    starts_on: date
    ends_on: date | None
    week: Sequence[str]
    exceptions: Mapping[date, str]
    first_category: bool


async def plan_shift(tx: Tx, creche: Creche, cmd: PlanShift) -> None:
    """Raises NotInCreche when the id is another crèche's."""
    await lock_creche(tx, creche)
    known = await tx.session.get(CrecheShift, cmd.id)
    if known is not None and known.creche != creche.id:
        raise NotInCreche
    row = CrecheShift(
        id=cmd.id, creche=creche.id, starts_on=cmd.starts_on, ends_on=cmd.ends_on, week=list(cmd.week),
        exceptions={day.isoformat(): hours for day, hours in cmd.exceptions.items()},
        first_category=cmd.first_category,
    )  # fmt: skip
    await tx.session.merge(row)
