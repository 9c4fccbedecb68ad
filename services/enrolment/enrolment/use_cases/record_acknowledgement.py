"""Remember that somebody has forgotten a family."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy.dialects.postgresql import insert

from enrolment.tables import Acknowledgement, Erasure


@dataclass(frozen=True, kw_only=True)
class RecordAcknowledgement:
    """`who`: the broker user who said it."""

    party_id: UUID
    who: str


async def record_acknowledgement(tx: Tx, cmd: RecordAcknowledgement) -> None:
    """Once, and of nobody whom we did not ask them to forget."""
    if await tx.session.get(Erasure, cmd.party_id) is None:
        return
    said = insert(Acknowledgement).values(party_id=cmd.party_id, who=cmd.who, at=now())
    await tx.session.execute(said.on_conflict_do_nothing())
