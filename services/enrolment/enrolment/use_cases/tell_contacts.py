"""Tell notify every contact again, some families at a time."""

from uuid import UUID

from ronde.database import Tx
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from enrolment.people import tell_contact
from enrolment.tables import Party

AT_ONCE = 100


async def tell_contacts(tx: Tx, after: UUID | None) -> tuple[int, UUID | None]:
    """Those that come after that party: how many were told, and where to go on; None at the end."""
    asked = select(Party).where(Party.erased_at.is_(None)).options(selectinload(Party.guardians))
    if after is not None:
        asked = asked.where(Party.id > after)
    found = list(await tx.session.scalars(asked.order_by(Party.id).limit(AT_ONCE).with_for_update()))
    known = [party for party in found if any(one.told for one in party.guardians)]
    for party in known:
        await tell_contact(tx, party)
    return len(known), found[-1].id if found else None
