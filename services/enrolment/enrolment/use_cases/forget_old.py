"""Forget the families of whom nothing was heard for years, and the codes of yesterday."""

from datetime import timedelta

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import delete, select

from enrolment.erasing import erase
from enrolment.people import lock_party
from enrolment.retention import quiet_since
from enrolment.settings import Terms
from enrolment.tables import Code, FamilyLink, Party

RETENTION = "retention"


async def forget_old(tx: Tx, terms: Terms, after: timedelta) -> bool:
    """One family, the one that has been quiet longest; False when none is due. Run by a timer."""
    due = select(Party.id).where(quiet_since(now() - after)).order_by(Party.active_at).limit(1)
    found = await tx.session.scalar(due.with_for_update(skip_locked=True))
    if found is None:
        return False
    await erase(tx, terms, await lock_party(tx, found), asked_by=RETENTION)
    return True


async def forget_visits(tx: Tx) -> bool:
    """Codes and visits that ended a day ago: an address that was typed here once is not kept."""
    yesterday = now() - timedelta(days=1)
    await tx.session.execute(delete(Code).where(Code.expires_at < yesterday))
    await tx.session.execute(delete(FamilyLink).where(FamilyLink.expires_at < yesterday))
    return False
