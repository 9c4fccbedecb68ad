"""Write down how a child gets used to the crèche: some days' hours that stand instead of its contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche

from enrolment.nursery import known_of, lock_creche
from enrolment.tables import CrecheAdaptation


@dataclass(frozen=True, kw_only=True)
class KeepAdaptation:
    """The whole of it; said twice is said once. `days`: their hours; on the others from first to last nobody comes."""

    id: UUID
    child_id: UUID
    starts_on: date
    ends_on: date
    days: Mapping[date, str]


async def keep_adaptation(tx: Tx, creche: Creche, cmd: KeepAdaptation) -> None:
    """Raises NotInCreche."""
    await lock_creche(tx, creche)
    await known_of(tx, creche, CrecheAdaptation, cmd.id, cmd.child_id)
    row = CrecheAdaptation(
        id=cmd.id, child_id=cmd.child_id, starts_on=cmd.starts_on, ends_on=cmd.ends_on,
        days={day.isoformat(): hours for day, hours in cmd.days.items()},
    )  # fmt: skip
    await tx.session.merge(row)
