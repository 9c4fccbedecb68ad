"""News whose contact, link or session does not come: a person is told, instead of nobody."""

from datetime import timedelta

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import select

from notify.purposes import PURPOSES
from notify.rerouting import open_task
from notify.tables import News, Task

PATIENCE = timedelta(hours=1)
"""What belongs together is said in the same second; after an hour something is wrong."""
AT_ONCE = 100
DROPPED = [purpose for purpose, row in PURPOSES.items() if row.late == "drop"]
"""Too late by then for anybody to tell."""


async def notice_what_waits(tx: Tx) -> bool:
    """True when there may be more. If the missing part comes after all, the message leaves all the same."""
    noticed = select(Task.id).where(Task.news_id == News.id).exists()
    found = await tx.session.scalars(
        select(News)
        .where(
            News.addressed_at.is_(None),
            News.withdrawn_at.is_(None),
            News.heard_at < now() - PATIENCE,
            News.purpose.not_in(DROPPED),
            ~noticed,
        )
        .order_by(News.heard_at)
        .limit(AT_ONCE)
    )
    waiting = list(found)
    for one in waiting:
        await open_task(tx.session, one.id, one.party_id, f"no-{one.waits_for}")
    return len(waiting) == AT_ONCE
