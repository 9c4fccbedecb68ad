"""Say that two families who look like one are two."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy.dialects.postgresql import insert

from enrolment.people import lock_party
from enrolment.tables import ToldApart


@dataclass(frozen=True, kw_only=True)
class TellApart:
    """`by`: the organisation whose staff know them both."""

    one: UUID
    other: UUID
    by: str


async def tell_apart(tx: Tx, cmd: TellApart) -> None:
    """They are not shown as one again. Saying it twice is once."""
    first, second = [(await lock_party(tx, id)).id for id in sorted((cmd.one, cmd.other))]
    if first == second:
        return
    await tx.session.execute(
        insert(ToldApart)
        .values(first_id=min(first, second), second_id=max(first, second), told_by=cmd.by, told_at=now())
        .on_conflict_do_nothing()
    )
