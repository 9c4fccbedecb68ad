"""Forget a family or a childminder: everything that names them goes, and the house is told that it is done.

What stays: keyed hashes of addresses that nothing may be sent to, and the party's id, so that what is still under way
about it is not taken up.
"""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.partners import ErasureAcknowledged
from sqlalchemy import delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from notify.holding import hold_families
from notify.tables import Enrolment, Erased, Link, Notice, Recipient

# What could not be consumed is kept whole, contacts and all.
PARKED = text("DELETE FROM parked WHERE position(CAST(:id AS bytea) IN body) > 0")


@dataclass(frozen=True, kw_only=True)
class ForgetFamily:
    """`sequence` is that of the event that asks for it."""

    party_id: UUID
    sequence: int


async def forget_family(tx: Tx, cmd: ForgetFamily) -> None:
    """Their messages go with their enrolments: news, messages and tasks hang on them. Again changes nothing."""
    party = cmd.party_id
    await hold_families(tx.session, [party])
    theirs = select(Enrolment.enrolment_id).where(Enrolment.party_id == party)
    await tx.session.execute(delete(Link).where(or_(Link.party_id == party, Link.enrolment_id.in_(theirs))))
    await tx.session.execute(delete(Enrolment).where(Enrolment.party_id == party))
    await tx.session.execute(delete(Notice).where(Notice.party_id == party))
    await tx.session.execute(delete(Recipient).where(Recipient.party_id == party))
    await tx.session.execute(PARKED, {"id": str(party).encode()})
    gone = insert(Erased).values(party_id=party, erased_at=now())
    await tx.session.execute(gone.on_conflict_do_nothing(index_elements=["party_id"]))
    tx.publish(ErasureAcknowledged(party_id=party), sequence=cmd.sequence)
