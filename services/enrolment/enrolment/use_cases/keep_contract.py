"""Write down a child's contract: a week from a day to another, and the days that are different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche

from enrolment.nursery import known_of, lock_creche
from enrolment.tables import CrecheContract


@dataclass(frozen=True, kw_only=True)
class KeepContract:
    """The whole of it; said twice is said once. `week`: seven texts of hours, from Monday."""

    id: UUID
    child_id: UUID
    starts_on: date
    ends_on: date | None
    week: Sequence[str]
    exceptions: Mapping[date, str]


async def keep_contract(tx: Tx, creche: Creche, cmd: KeepContract) -> None:
    """What was signed is written down, whether it fits or not: the week shows it. Raises NotInCreche."""
    await lock_creche(tx, creche)
    await known_of(tx, creche, CrecheContract, cmd.id, cmd.child_id)
    row = CrecheContract(
        id=cmd.id, child_id=cmd.child_id, starts_on=cmd.starts_on, ends_on=cmd.ends_on, week=list(cmd.week),
        exceptions={day.isoformat(): hours for day, hours in cmd.exceptions.items()},
    )  # fmt: skip
    await tx.session.merge(row)
