"""Register without an account and without staff: the address was confirmed by a code a moment ago."""

from dataclasses import dataclass
from typing import ClassVar

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.event import PartyKind
from sqlalchemy import select

from enrolment.doorkeys import open_page, token_hash
from enrolment.people import SELF, NewChild, NewGuardian, add_party
from enrolment.settings import Entry
from enrolment.tables import Code, Guardian, Party


@dataclass(frozen=True, kw_only=True)
class RegisterSelf:
    """`proof`: what confirming the code gave. The address that was confirmed is the guardian's, and no other."""

    proof: str
    kind: PartyKind
    name: str
    language: str
    children: tuple[NewChild, ...]


@dataclass(frozen=True, kw_only=True)
class Registered:
    """`token` opens their family's page."""

    party: Party
    guardian: Guardian
    token: str


class ProofOver(Refused):
    """The address was not confirmed, or too long ago."""

    code, status = "proof-over", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Votre adresse ou votre numéro n'est plus confirmé : demandez un nouveau code.",
        "en": "Your address or number is no longer confirmed: ask for a new code.",
    }


async def register_self(tx: Tx, entry: Entry, cmd: RegisterSelf) -> Registered:
    """Sent twice, they are registered once. That the address is known already is no refusal, nor merged silently."""
    code = await tx.session.scalar(
        select(Code).where(Code.proof_hash == token_hash(cmd.proof)).with_for_update(),
    )
    if code is None or code.confirmed_at is None or code.confirmed_at + entry.visit_lasts <= now():
        raise ProofOver
    if code.guardian_id is not None:
        guardian = await tx.session.get_one(Guardian, code.guardian_id)
        party = await tx.session.get_one(Party, guardian.party_id)
        return Registered(party=party, guardian=guardian, token=open_page(tx, entry, guardian))
    me = NewGuardian(
        name=cmd.name,
        language=cmd.language,
        email=code.address if code.channel == "email" else None,
        phone=code.address if code.channel == "sms" else None,
        agreed_with=SELF,
    )
    party = await add_party(tx, cmd.kind, (me,), cmd.children, registered_by=SELF)
    (guardian,) = party.guardians
    code.guardian_id = guardian.id
    return Registered(party=party, guardian=guardian, token=open_page(tx, entry, guardian))
