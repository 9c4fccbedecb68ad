"""Add a guardian to a family: by staff who spoke with them, or invited by another guardian."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.doorkeys import Address, issue_code
from enrolment.people import NewGuardian, lock_party, tell_contact
from enrolment.settings import Entry
from enrolment.tables import Guardian

AT_MOST = 6


@dataclass(frozen=True, kw_only=True)
class AddGuardian:
    """Who has not agreed yet is asked, by a code to the address; `asked_by`: the asker's network address."""

    party_id: UUID
    guardian: NewGuardian
    asked_by: str


class TooManyGuardians(Refused):
    """A family has six guardians at most."""

    code, status = "too-many-guardians", 409
    words: ClassVar[dict[str, str]] = {
        "fr": f"Une famille a {AT_MOST} responsables au plus.",
        "en": f"A family has {AT_MOST} guardians at most.",
    }


async def add_guardian(tx: Tx, entry: Entry, cmd: AddGuardian) -> Guardian:
    """Nothing else is sent to them before they have agreed."""
    party = await lock_party(tx, cmd.party_id)
    if len(party.guardians) >= AT_MOST:
        raise TooManyGuardians
    new = cmd.guardian
    guardian = new.row()
    party.guardians.append(guardian)
    party.active_at = now()
    await tell_contact(tx, party)
    if new.agreed_with is None and (new.email or new.phone):
        to = Address.of(email=new.email, phone=new.phone)
        await issue_code(tx, entry, to, language=new.language, asked_by=cmd.asked_by, guardian=guardian)
    return guardian
