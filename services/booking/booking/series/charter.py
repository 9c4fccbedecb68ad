"""A series held against the charter: each date in its turn, as if it were asked for by itself after those before it.

What goes over is asked of the other founders, once for all of these dates. In a change it keeps what it holds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from ronde.house import Charter, House
from ronde_contracts.booking import Excess
from ronde_contracts.event import Slot
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets, rules
from booking.charter import excesses, months_around, peak_by_day, tally
from booking.rules import Span
from booking.series.verdicts import Judged, Verdict


@dataclass(frozen=True)
class Account:
    """What an organisation may hold and what else it holds: seconds of peak time by day."""

    house: House
    charter: Charter
    organisation: str
    held: Mapping[date, int]


async def account(
    session: AsyncSession, house: House, organisation: str, judged: Sequence[Judged], own: Sequence[UUID] = ()
) -> Account | None:
    """What is held around these dates, the reservations `own` left aside; None when nobody has to be asked anything.

    Whoever takes rooms has called `budgets.queue` before.
    """
    in_force = await budgets.in_force(session, house)
    slots = [slot_of(one) for one in judged if one.verdict is Verdict.FREE]
    if in_force is None or not slots or not budgets.others(house, organisation):
        return None
    during = Span(min(one.starts_at for one in slots), max(one.ends_at for one in slots))
    held = await budgets.held_around(session, house, organisation, during, own)
    return Account(house, in_force.charter, organisation, tally(house, in_force.charter, held))


def within(account: Account, judged: Sequence[Judged], previous: Mapping[UUID, Slot], *, now: datetime) -> list[Judged]:
    """The same, where those that go over the charter say so; these keep what they hold, which is in `previous`."""
    house, charter = account.house, account.charter
    counted = Counter(account.held)
    for slot in previous.values():
        counted.update(peak_by_day(house, charter, slot))
    found = []
    for one in judged:
        if one.verdict is Verdict.FREE:
            slot, before = slot_of(one), previous.get(one.wanted.id)
            if before:
                counted.subtract(peak_by_day(house, charter, before))
            near = _near(counted, house, slot)
            if over := excesses(house, charter, account.organisation, slot, near, before, now=now):
                found.append(replace(one, verdict=Verdict.OVER_CHARTER, reason=over[0].reason, excess=over))
                stays = before or slot  # a new one holds its slot while the founders are asked
            else:
                found.append(one)
                stays = slot
            counted.update(peak_by_day(house, charter, stays))
        else:
            found.append(one)
    return found


def slot_of(judged: Judged) -> Slot:
    return rules.slot(judged.wanted.room, judged.held)


def _near(counted: Mapping[date, int], house: House, slot: Slot) -> dict[date, int]:
    """The days of the weeks and months that the slot touches: a year of them need not be added up for each date."""
    around = months_around(house, slot)
    first, after = (at.astimezone(house.timezone).date() for at in (around.starts_at, around.ends_at))
    days = (first + timedelta(days=n) for n in range((after - first).days))
    return {day: counted[day] for day in days if day in counted}


def together(house: House, judged: Sequence[Judged]) -> tuple[Excess, ...]:
    """What all of them go over, each week and month once, with its last count."""
    found: dict[tuple[object, ...], Excess] = {}
    for one in judged:
        day = one.held.starts_at.astimezone(house.timezone).date()
        monday = day - timedelta(days=day.weekday())
        for over in one.excess:
            period = {"over-week": monday, "over-month": day.replace(day=1), "beyond-horizon": None}
            found[over.code, period.get(over.code, over.reason["fr"])] = over
    return tuple(found.values())
