"""A series held against the charter: each date in its turn, as if it were asked for by itself after those before it.

What goes over is asked of the other founders, once for all of these dates. In a change it keeps what it has.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from ronde.house import Charter, House
from ronde_contracts.booking import Excess
from ronde_contracts.event import Slot
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets, rules
from booking.charter import excesses, months_around, peak_by_day, tally
from booking.rules import Span
from booking.series.verdicts import ASKABLE, Judged, Verdict


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
    """The same, where those that go over the charter say so.

    While these are asked both count, what they ask for and what they hold, which is in `previous`: nobody knows which
    it will be. The founders are told what there would be with their consent.
    """
    house, charter = account.house, account.charter
    meanwhile, after = Counter(account.held), Counter(account.held)
    for slot in previous.values():
        for counted in (meanwhile, after):
            counted.update(peak_by_day(house, charter, slot))
    found = []
    for one in judged:
        if one.verdict not in ASKABLE:
            found.append(one)
            continue
        slot, before = slot_of(one), previous.get(one.wanted.id)
        gives = peak_by_day(house, charter, before) if before else {}
        meanwhile.subtract(gives)
        after.subtract(gives)
        exceeds = partial(excesses, house, charter, account.organisation, slot, previous=before, now=now)
        over = exceeds(_near(meanwhile, house, slot))
        if over or one.verdict is Verdict.OVER_CHARTER:
            would = exceeds(_near(after, house, slot)) if before else over
            reason = over[0].reason if over else one.reason
            found.append(replace(one, verdict=Verdict.OVER_CHARTER, reason=reason, excess=would or one.excess))
            meanwhile.update(gives)
        else:
            found.append(one)
        for counted in (meanwhile, after):
            counted.update(peak_by_day(house, charter, slot))
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
