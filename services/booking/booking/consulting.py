"""What is asked of the founders for a reservation, until it has its outcome: the rows and what is said of them.

Rows are locked in one order, so that nobody waits for ever: what is asked for (a reservation, or a series), then what
is asked, then what keeps the slots meanwhile.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde_contracts.booking import ConsentAsked, ConsentWithdrawn, Excess
from ronde_contracts.event import Event, Slot
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.budgets import Over
from booking.charter_tables import Answered, Consent
from booking.tables import Reservation


def ask(
    tx: Tx, reservation: Reservation, slot: Slot, over: Over, *, people: int, title: dict[str, str] | None,
    successor: Reservation | None = None,
) -> Reservation:  # fmt: skip
    """The slot is kept until the founders have answered, by the row that this gives.

    That is the reservation itself, or, when it keeps its own slot meanwhile, its `successor`.
    """
    keeper = successor or reservation
    consent = asking(over, reservation.organisation, reservation.id, slot)
    if successor and reservation.slot:
        consent.replaces = reservation.slot.model_dump(mode="json")
    keeper.ask(slot, consent.id, people=people, title=title)
    tx.session.add_all([consent, keeper])
    tell(tx, consent, ConsentAsked(**about(consent, reservation)))
    return keeper


def asking(over: Over, organisation: str, reservation_id: UUID, slot: Slot) -> Consent:
    """The row of what is asked."""
    return Consent(
        id=new_id(), reservation_id=reservation_id, organisation=organisation, version=0, state=Answered.ASKED,
        charter=over.version, slot=slot.model_dump(mode="json"), occurrences=[], founders=list(over.founders),
        excess=[one.model_dump(mode="json") for one in over.excess], until=over.until, answers=[],
    )  # fmt: skip


async def asked_for(session: AsyncSession, reservation: Reservation) -> Consent | None:
    """What is asked for a reservation whose row is locked; so the two change together."""
    query = select(Consent).filter_by(reservation_id=reservation.id, state=Answered.ASKED).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def moving(session: AsyncSession, reservation: Reservation) -> Reservation | None:
    """What keeps the slot to which it would move, while the founders are asked for that."""
    query = select(Reservation).filter_by(moves=reservation.id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def withdraw(tx: Tx, reservation: Reservation) -> None:
    """The asker wants it no more, or something else: nobody has to answer, and what it would move to is free."""
    consent = await asked_for(tx.session, reservation)
    if consent is None:
        return
    settle(consent, Answered.WITHDRAWN)
    tell(tx, consent, ConsentWithdrawn(**about(consent, reservation)))
    for keeper in await kept(tx.session, consent):
        if keeper.moves:
            await tx.session.delete(keeper)
    await tx.session.flush()  # before the next is asked: one at a time, says an index


async def kept(session: AsyncSession, consent: Consent) -> Sequence[Reservation]:
    """The rows that keep the slots while it is asked."""
    query = select(Reservation).filter_by(consent_id=consent.id).order_by(Reservation.starts_at).with_for_update()
    return list(await session.scalars(query))


def settle(consent: Consent, outcome: Answered) -> None:
    consent.state, consent.settled_at = outcome, now()


def about(consent: Consent, reservation: Reservation) -> dict[str, Any]:
    return {
        **consent.slot,
        "consent_id": consent.id,
        "reservation_id": reservation.id,
        "reference": reservation.reference,
        "organisation": consent.organisation,
        "session_id": reservation.session_id,
        "request_id": reservation.request_id,
        "replaces": consent.replaces,
        "series_id": consent.series_id,
        "occurrences": consent.occurrences,
        "charter": consent.charter,
        "excess": tuple(Excess.model_validate(one) for one in consent.excess),
        "founders": tuple(consent.founders),
        "until": consent.until,
    }


def tell(tx: Tx, consent: Consent, event: Event) -> None:
    consent.version += 1
    tx.publish(event, sequence=consent.version)
