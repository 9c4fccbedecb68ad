"""On the first of the month, each organisation that held a room in the last one is told that its statement is ready."""

from datetime import timedelta

from ronde.clock import now
from ronde.database import Tx
from ronde.outbox import outbox
from ronde_contracts.booking import StatementReady
from sqlalchemy import select, text

from booking.month import held_in_month
from booking.settings import Settings
from booking.statement import lines, month_of

UNTIL_DAY = 3
"""Who was stopped on the first tells it until then; later it is no news."""
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('ronde statements'))")


async def tell_statements(tx: Tx, settings: Settings) -> None:
    """Once for each organisation and month: what was told is still in the outbox (RONDE_OUTBOX_DAYS)."""
    house = settings.house
    today = now().astimezone(house.timezone).date()
    if today.day > UNTIL_DAY:
        return
    await tx.session.execute(ONE_AT_A_TIME)
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    span = month_of(first, house.timezone)
    for organisation in house.organisations:
        ready = StatementReady(organisation=organisation.id, month=f"{first:%Y-%m}")
        mine = (outbox.c.type == ready.type) & (outbox.c.subject == ready.subject)
        if await tx.session.scalar(select(outbox.c.position).where(mine).limit(1)) is not None:
            continue
        found = await held_in_month(tx.session, organisation.id, span)
        if lines(house, span, found, around=settings.statement_counts_around, lang="fr"):
            tx.publish(ready, sequence=1)
