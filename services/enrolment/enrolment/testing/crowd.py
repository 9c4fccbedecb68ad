"""Many families at once, each with its page open."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from ronde.clock import now
from ronde.database import Database
from ronde.ids import new_id
from sqlalchemy import insert

from enrolment.doorkeys import new_token, token_hash
from enrolment.people import SELF
from enrolment.tables import Child, FamilyLink, Guardian, Party


class Visit(NamedTuple):
    """One family: its page's token, itself, its child."""

    token: str
    party_id: UUID
    child_id: UUID


async def crowd(db: Database, count: int) -> list[Visit]:
    """Registered before, each with one child; rows only, notify is not told of them."""
    at = now()
    visits = [Visit(new_token(), new_id(), new_id()) for _ in range(count)]
    guardians = [new_id() for _ in visits]
    async with db.transaction() as tx:
        party = {"kind": "family", "registered_by": SELF, "created_at": at, "active_at": at, "version": 1}
        await tx.session.execute(insert(Party), [{"id": one.party_id, **party} for one in visits])
        person = {"name": "Camille Martin", "language": "fr", "phone": "+33612345678", "agreed_at": at}
        await tx.session.execute(
            insert(Guardian),
            [{"id": id, "party_id": one.party_id, **person} for id, one in zip(guardians, visits, strict=True)],
        )
        born = {"first_name": "Noé", "born_on": date.today() - timedelta(days=500), "born_exactly": True}  # noqa: DTZ011
        await tx.session.execute(
            insert(Child), [{"id": one.child_id, "party_id": one.party_id, **born} for one in visits]
        )
        links = [
            {"token_hash": token_hash(one.token), "guardian_id": id, "expires_at": at + timedelta(hours=2)}
            for id, one in zip(guardians, visits, strict=True)
        ]
        await tx.session.execute(insert(FamilyLink), links)
    return visits
