"""The one way to a slot: taken in the diary, and held against the charter."""

from dataclasses import dataclass
from functools import partial

from ronde_contracts.event import Slot
from sqlalchemy.ext.asyncio import AsyncSession

from booking import budgets, diary
from booking.budgets import Over
from booking.rules import Span, Wish
from booking.settings import Settings
from booking.tables import Reservation


@dataclass(frozen=True, slots=True)
class Granted:
    """The slot is taken. `over`: what has to be asked before it is theirs."""

    slot: Slot
    over: Over | None


async def grant(
    session: AsyncSession, settings: Settings, reservation: Reservation, wish: Wish, *, prefer: str | None = None
) -> Granted:
    """Take what is wished for, in place of what the reservation holds, as `diary.take` does."""
    await budgets.queue(session, reservation.organisation)
    fitting = _fitting(session, settings, reservation)
    slot = await diary.take(session, settings, reservation.id, wish, prefer=prefer, fitting=fitting)
    return Granted(slot, await budgets.over(session, settings.house, reservation, slot))


async def grant_move(
    session: AsyncSession, settings: Settings, reservation: Reservation, successor: Reservation, wish: Wish
) -> Granted:
    """Another slot for what is confirmed: `successor` takes it beside what is held.

    When nobody has to be asked, the reservation leaves its own for it at once; else it holds its own until it is known.
    """
    previous = reservation.slot
    present = previous.room if previous else None
    await budgets.queue(session, reservation.organisation)
    fitting = _fitting(session, settings, reservation, previous)
    slot = await diary.take(
        session, settings, successor.id, wish, prefer=present, beside=reservation.id, fitting=fitting
    )
    over = await budgets.over(session, settings.house, reservation, slot, previous=previous)
    if over is None:
        room, span = settings.house.room(slot.room), Span(slot.starts_at, slot.ends_at)
        await diary.settle_in(session, reservation.id, successor.id, room, span)
    return Granted(slot, over)


def _fitting(
    session: AsyncSession, settings: Settings, reservation: Reservation, previous: Slot | None = None
) -> diary.Fitting:
    return partial(
        budgets.fitting, session, settings.house, reservation.organisation, own=[reservation.id], previous=previous,
        for_family=reservation.for_family,
    )  # fmt: skip
