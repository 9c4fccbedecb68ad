"""Say that a family is one of an organisation's own: it cares for their children. Only its own staff say so."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from enrolment.people import hold_party
from enrolment.tables import OwnFamily


@dataclass(frozen=True, kw_only=True)
class SayOwnFamily:
    """`own` False: no longer. What they enrolled in before stays theirs."""

    party_id: UUID
    organisation: str
    own: bool


async def say_own_family(tx: Tx, cmd: SayOwnFamily) -> None:
    """Said twice is said once. Raises PartyUnknown."""
    party = await hold_party(tx, cmd.party_id)
    if cmd.own:
        row = insert(OwnFamily).values(organisation=cmd.organisation, party_id=party.id)
        await tx.session.execute(row.on_conflict_do_nothing())
    else:
        mine = (OwnFamily.organisation == cmd.organisation, OwnFamily.party_id == party.id)
        await tx.session.execute(delete(OwnFamily).where(*mine))
