"""Whether a slot goes over the charter, judged one after the other for each organisation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ronde.clock import now
from ronde.house import Charter, House
from ronde_contracts.booking import Excess
from ronde_contracts.event import Slot
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.charter import excesses, months_around, tally
from booking.rules import Span

FIRST = 1
"""The charter with which the house was set up."""

# What was counted before another transaction's insert is not what is held: who takes a room queues here, by
# organisation and before any space, and counts afterwards. The lock is given back when the other has committed.
QUEUE = text("SELECT pg_advisory_xact_lock(hashtext('ronde charter'), hashtext(:organisation))")
IN_FORCE = text("SELECT version, terms FROM charters WHERE adopted_at IS NOT NULL ORDER BY version DESC LIMIT 1")
HELD = text("""
    SELECT starts_at, ends_at FROM reservations
    WHERE organisation = :organisation AND id <> :own AND state IN ('confirmed', 'asked', 'held')
      AND starts_at > CAST(:starts_at AS timestamptz) - interval '1 day' AND starts_at < :ends_at
""")


@dataclass(frozen=True, slots=True)
class InForce:
    version: int
    charter: Charter


@dataclass(frozen=True, slots=True)
class Over:
    """What has to be asked of whom, and by when silence is consent."""

    version: int
    excess: tuple[Excess, ...]
    founders: tuple[str, ...]
    until: datetime


async def queue(session: AsyncSession, organisation: str) -> None:
    """Wait until nobody else is taking rooms for this organisation; until the transaction ends, nobody else does."""
    await session.execute(QUEUE, {"organisation": organisation})


async def in_force(session: AsyncSession, house: House) -> InForce | None:
    """The charter that holds; None when the house has none."""
    row = (await session.execute(IN_FORCE)).first()
    if row is not None:
        return InForce(row.version, Charter.model_validate(row.terms))
    return InForce(FIRST, house.charter) if house.charter else None


async def over(
    session: AsyncSession, house: House, organisation: str, slot: Slot, *, own: UUID, previous: Slot | None = None
) -> Over | None:
    """What the slot goes over, after `queue`; None when it is theirs to take. `own` is the reservation that asks.

    `previous` is what it holds already, without having to ask again.
    """
    rules = await in_force(session, house)
    founders = tuple(one for one in house.founders if one != organisation)
    if rules is None or not founders:
        return None
    around = months_around(house, slot)
    asked = {"organisation": organisation, "own": own, "starts_at": around.starts_at, "ends_at": around.ends_at}
    held = [Span(starts_at, ends_at) for starts_at, ends_at in await session.execute(HELD, asked)]
    counted = tally(house, rules.charter, held)
    found = excesses(house, rules.charter, organisation, slot, counted, previous, now=now())
    return Over(rules.version, found, founders, _deadline(rules.charter, slot)) if found else None


def _deadline(charter: Charter, slot: Slot) -> datetime:
    """The days of the charter, and for what is soon, half of the time that is left: the asker has to know too."""
    return now() + min(timedelta(days=charter.objection_days), (slot.starts_at - now()) / 2)
