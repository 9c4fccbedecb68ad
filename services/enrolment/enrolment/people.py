"""A family's file: made, found under whatever id it had, locked while it changes, and told to notify."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde_contracts import enrolment as contracts
from ronde_contracts.enrolment import ContactRecorded
from ronde_contracts.event import PartyKind
from ronde_contracts.notify import Channel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from enrolment.refusals import GuardianUnknown, PartyUnknown
from enrolment.rules import Born
from enrolment.states import ACTIVE
from enrolment.tables import Child, Enrolment, FormerId, Guardian, Party

SELF = "self"
"""Who registered, agreed or erased without staff."""
HELD = {"read": True, "key_share": True}
"""What a foreign key's check takes too: it waits for lock_party only."""


@dataclass(frozen=True, kw_only=True)
class NewGuardian:
    """`phone` in E.164. `agreed_with`: the organisation that they told so, or SELF; None: they are not asked yet."""

    name: str
    language: str = "fr"
    email: str | None = None
    phone: str | None = None
    channel: Channel | None = None
    agreed_with: str | None = None

    def row(self) -> Guardian:
        return Guardian(
            id=new_id(),
            name=self.name,
            language=self.language,
            email=self.email.lower() if self.email else None,
            phone=self.phone,
            channel=self.channel,
            agreed_at=now() if self.agreed_with else None,
            agreed_with=self.agreed_with,
        )


@dataclass(frozen=True, kw_only=True)
class NewChild:
    """A first name is enough: no surname is kept."""

    first_name: str
    born: Born

    def row(self) -> Child:
        return Child(id=new_id(), first_name=self.first_name, born_on=self.born.day, born_exactly=self.born.exact)


async def add_party(
    tx: Tx,
    kind: PartyKind,
    guardians: tuple[NewGuardian, ...],
    children: tuple[NewChild, ...],
    *,
    registered_by: str,
) -> Party:
    """A new file, told to notify."""
    party = Party(
        id=new_id(),
        kind=kind,
        registered_by=registered_by,
        created_at=now(),
        active_at=now(),
        version=0,
        guardians=[one.row() for one in guardians],
        children=[one.row() for one in children],
    )
    tx.session.add(party)
    await tell_contact(tx, party)
    return party


async def lock_party(tx: Tx, party_id: UUID) -> Party:
    """The family under this id, or one it had before a merge; ours until the transaction ends. Raises PartyUnknown.

    Whoever locks a session as well locks the party first.
    """
    former = await tx.session.get(FormerId, party_id)
    party = await tx.session.get(
        Party,
        former.party_id if former else party_id,
        options=[selectinload(Party.guardians), selectinload(Party.children)],
        with_for_update=True,
        populate_existing=True,
    )
    if party is None or party.erased_at is not None:
        raise PartyUnknown
    return party


async def hold_party(tx: Tx, party_id: UUID) -> Party:
    """The family under this id, or one it had, with its children: not merged or erased until the transaction ends.

    Any number may hold it. Raises PartyUnknown.
    """
    held: dict[str, Any] = {"options": [selectinload(Party.children)], "with_for_update": HELD}
    party = await tx.session.get(Party, party_id, **held)
    if party is None and (former := await tx.session.get(FormerId, party_id)) is not None:
        party = await tx.session.get(Party, former.party_id, **held)
    if party is None or party.erased_at is not None:
        raise PartyUnknown
    return party


async def lock_guardian(tx: Tx, guardian_id: UUID) -> tuple[Party, Guardian]:
    """A guardian, and the family, ours until the transaction ends. Raises GuardianUnknown, PartyUnknown."""
    found = await tx.session.get(Guardian, guardian_id)
    if found is None:
        raise GuardianUnknown
    party = await lock_party(tx, found.party_id)
    guardian = next((one for one in party.guardians if one.id == guardian_id), None)
    if guardian is None:
        raise GuardianUnknown
    return party, guardian


async def both_enrolled(session: AsyncSession, kept: UUID, gone: UUID) -> list[tuple[Enrolment, Enrolment]]:
    """The sessions that both are in, or wait for: (the one of `kept`, the one of `gone`)."""
    mine, theirs = aliased(Enrolment), aliased(Enrolment)
    found = await session.execute(
        select(mine, theirs)
        .where(
            mine.party_id == kept,
            theirs.party_id == gone,
            mine.organiser == theirs.organiser,
            mine.session_id == theirs.session_id,
            mine.state.in_(ACTIVE),
            theirs.state.in_(ACTIVE),
        )
        .order_by(mine.number)
    )
    return [(a, b) for a, b in found]


async def tell_contact(tx: Tx, party: Party) -> None:
    """Say the whole of how they are reached to notify alone, under each id that they have had.

    Who has not agreed is not in it. The fields of one person are those of the first who has.
    """
    await tx.session.flush()
    told = [one for one in party.guardians if one.told]
    first = told[0] if told else None
    party.version += 1
    contact = ContactRecorded(
        party_id=party.id,
        party_kind="childminder" if party.kind == "childminder" else "family",
        language=first.language if first else "fr",
        email=first.email if first else None,
        phone=first.phone if first else None,
        guardians=tuple(
            contracts.Guardian.model_validate(
                {
                    "guardian_id": one.id,
                    "language": one.language,
                    "email": one.email,
                    "phone": one.phone,
                    "channel": one.channel,
                }
            )
            for one in told
        ),
    )
    tx.publish(contact, sequence=party.version)
    for former in await tx.session.scalars(select(FormerId).where(FormerId.party_id == party.id)):
        former.version += 1
        tx.publish(contact.model_copy(update={"party_id": former.id}), sequence=former.version)
