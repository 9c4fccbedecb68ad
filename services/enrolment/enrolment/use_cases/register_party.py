"""Register a family or a childminder who phones, with the children they come with."""

from dataclasses import dataclass

from ronde.database import Tx
from ronde_contracts.event import PartyKind

from enrolment.people import NewChild, NewGuardian, add_party
from enrolment.tables import Party


@dataclass(frozen=True, kw_only=True)
class RegisterParty:
    """One guardian or more, the first is who phones; a childminder is their own."""

    kind: PartyKind
    guardians: tuple[NewGuardian, ...]
    children: tuple[NewChild, ...]
    registered_by: str


async def register_party(tx: Tx, cmd: RegisterParty) -> Party:
    """How to reach them goes to notify alone. Somebody alike is no refusal: staff are shown both."""
    return await add_party(tx, cmd.kind, cmd.guardians, cmd.children, registered_by=cmd.registered_by)
