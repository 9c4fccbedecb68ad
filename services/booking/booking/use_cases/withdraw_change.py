"""Want a change of a series no more that is asked of the founders: each date stays where it is."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx

from booking.series.consulting import withdraw
from booking.series.finding import their_series
from booking.tables import Series


@dataclass(frozen=True, kw_only=True)
class WithdrawChange:
    series_id: UUID
    organisation: str


async def withdraw_change(tx: Tx, cmd: WithdrawChange) -> Series:
    """Nothing is said when nothing is asked. Raises whose it is."""
    series = await their_series(tx.session, cmd.series_id, cmd.organisation)
    await withdraw(tx, series)
    return series
