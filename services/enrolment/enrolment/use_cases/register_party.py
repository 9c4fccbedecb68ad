"""Register a family or a childminder, with the children they come with."""

from dataclasses import dataclass

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde_contracts.enrolment import ContactRecorded
from ronde_contracts.event import PartyKind

from enrolment.rules import Born
from enrolment.tables import Child, Party


@dataclass(frozen=True, kw_only=True)
class NewChild:
    """A first name is enough: no surname is kept."""

    first_name: str
    born: Born


@dataclass(frozen=True, kw_only=True)
class RegisterParty:
    """`name` is the person to speak to; `phone` in E.164; an e-mail address or a phone is needed, or both."""

    kind: PartyKind
    name: str
    language: str
    email: str | None
    phone: str | None
    children: tuple[NewChild, ...]
    registered_by: str


async def register_party(tx: Tx, cmd: RegisterParty) -> Party:
    """How to reach them goes to notify alone, on the private exchange."""
    party = Party(
        id=new_id(),
        kind=cmd.kind,
        name=cmd.name,
        language=cmd.language,
        email=cmd.email,
        phone=cmd.phone,
        registered_by=cmd.registered_by,
        created_at=now(),
        version=1,
        children=[
            Child(
                id=new_id(),
                first_name=child.first_name,
                born_on=child.born.day,
                born_exactly=child.born.exact,
            )
            for child in cmd.children
        ],
    )
    tx.session.add(party)
    contact = ContactRecorded(
        party_id=party.id, party_kind=cmd.kind, language=cmd.language, email=cmd.email, phone=cmd.phone
    )
    tx.publish(contact, sequence=party.version)
    return party
