"""Who is expected in a session, by name: for the team in the room, on paper or on a phone, and for nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.queries.attendance import Expected, expected
from enrolment.queries.people import WHOLE
from enrolment.settings import Terms
from enrolment.tables import Child, Party, Session


@dataclass(frozen=True, kw_only=True)
class Named:
    """`who` speaks for them; `children` are those who come, `phone` the first one there is."""

    expected: Expected
    who: str
    phone: str | None
    children: Sequence[Child]


async def roll(session: AsyncSession, of: Session, terms: Terms) -> list[Named]:
    """By name. A family that was erased since is counted and not named."""
    coming = await expected(session, of, terms)
    wanted = select(Party).where(Party.id.in_({one.enrolment.party_id for one in coming})).options(*WHOLE)
    parties = {party.id: party for party in await session.scalars(wanted)}
    return sorted((_named(one, parties.get(one.enrolment.party_id)) for one in coming), key=lambda one: one.who.lower())


def _named(one: Expected, party: Party | None) -> Named:
    guardians = party.guardians if party else []
    return Named(
        expected=one,
        who=guardians[0].name if guardians else one.reference,
        phone=next((guardian.phone for guardian in guardians if guardian.phone), None),
        children=[child for child in (party.children if party else []) if child.id in one.enrolment.child_ids],
    )
