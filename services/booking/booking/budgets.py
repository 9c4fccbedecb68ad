"""Whether a slot goes over the charter, judged one after the other for each organisation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from ronde.clock import now
from ronde.house import Charter, House
from ronde_contracts.booking import Excess
from ronde_contracts.event import Slot
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.charter import excesses, months_around, tally
from booking.rules import Span
from booking.tables import Reservation

FIRST = 1
"""The charter with which the house was set up."""

# What was counted before another transaction's insert is not what is held: who takes a room queues here, by
# organisation and before any space, and counts afterwards. The lock is given back when the other has committed.
QUEUE = text("SELECT pg_advisory_xact_lock(hashtext('ronde charter'), hashtext(:organisation))")
IN_FORCE = text("SELECT version, terms FROM charters WHERE adopted_at IS NOT NULL ORDER BY version DESC LIMIT 1")
HELD = text("""
    SELECT starts_at, ends_at FROM reservations
    WHERE organisation = :organisation AND state IN ('confirmed', 'asked', 'held') AND NOT for_family
      AND id <> ALL(CAST(:own AS uuid[])) AND coalesce(moves <> ALL(CAST(:own AS uuid[])), true)
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
    session: AsyncSession, house: House, reservation: Reservation, slot: Slot, *, previous: Slot | None = None
) -> Over | None:
    """What the slot goes over, after `queue`; None when it is theirs to take. The reservation's own is not counted.

    `previous` is what it holds already, without having to ask again.
    """
    rules, founders = await in_force(session, house), others(house, reservation.organisation)
    if rules is None or not founders:
        return None
    held = await held_around(session, house, reservation.organisation, slot, [reservation.id])
    counted = tally(house, rules.charter, held)
    found = excesses(
        house, rules.charter, reservation.organisation, slot, counted, previous, now=now(),
        for_family=reservation.for_family,
    )  # fmt: skip
    begins = min(slot.starts_at, previous.starts_at) if previous else slot.starts_at
    return Over(rules.version, found, founders, deadline(rules.charter, begins)) if found else None


async def fitting(
    session: AsyncSession,
    house: House,
    organisation: str,
    during: Span,
    *,
    own: Sequence[UUID] = (),
    previous: Slot | None = None,
    for_family: bool = False,
) -> Callable[[Slot], bool]:
    """Whether a slot of that time would be theirs without asking: for what is offered, not for what is taken."""
    rules = await in_force(session, house)
    if rules is None or not others(house, organisation):
        return lambda _: True
    counted = tally(house, rules.charter, await held_around(session, house, organisation, during, own))
    judged = partial(excesses, house, rules.charter, organisation, now=now(), for_family=for_family)
    return lambda slot: not judged(slot, counted, previous)


async def held_around(
    session: AsyncSession, house: House, organisation: str, during: Slot | Span, own: Sequence[UUID] = ()
) -> list[Span]:
    """What counts of an organisation in the weeks and months of that time; what is its `own` left aside."""
    around = months_around(house, during)
    asked = {"starts_at": around.starts_at, "ends_at": around.ends_at, "organisation": organisation, "own": list(own)}
    return [Span(starts_at, ends_at) for starts_at, ends_at in await session.execute(HELD, asked)]


async def over_together(
    session: AsyncSession, house: House, organisation: str, excess: tuple[Excess, ...], begins: datetime
) -> Over | None:
    """The same for what was judged already, of which the first `begins` then; None when nothing goes over."""
    rules = await in_force(session, house) if excess else None
    if rules is None:
        return None
    return Over(rules.version, excess, others(house, organisation), deadline(rules.charter, begins))


def others(house: House, organisation: str) -> tuple[str, ...]:
    """Whom this organisation has to ask."""
    return tuple(one for one in house.founders if one != organisation)


def deadline(charter: Charter, begins: datetime) -> datetime:
    """The days of the charter, and for what is soon, half of the time that is left: the asker has to know too."""
    return now() + min(timedelta(days=charter.objection_days), (begins - now()) / 2)
