"""Keep a family that was to be forgotten: staff have spoken with them."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx

from enrolment.people import lock_party


@dataclass(frozen=True, kw_only=True)
class KeepFamily:
    """They still want to come."""

    party_id: UUID


async def keep_family(tx: Tx, cmd: KeepFamily) -> None:
    """The three years begin again."""
    party = await lock_party(tx, cmd.party_id)
    party.active_at = now()
