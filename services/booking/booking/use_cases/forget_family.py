"""Forget a family: booking has no row of any, but a message about one may have been put aside."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx
from ronde.forgetting import forget
from ronde_contracts.partners import ErasureAcknowledged


@dataclass(frozen=True, kw_only=True)
class ForgetFamily:
    """`version`: that of the request, so that an answer to a later one counts as later."""

    party_id: UUID
    version: int


async def forget_family(tx: Tx, cmd: ForgetFamily) -> None:
    """And say so."""
    await forget(tx.session, [str(cmd.party_id)])
    tx.publish(ErasureAcknowledged(party_id=cmd.party_id), sequence=cmd.version)
