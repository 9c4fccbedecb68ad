"""Give another address or number as a guardian: it counts once it is confirmed there, and not before."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx

from enrolment.doorkeys import Address, issue_code
from enrolment.people import lock_guardian
from enrolment.settings import Entry
from enrolment.tables import Code


@dataclass(frozen=True, kw_only=True)
class ChangeContact:
    """It replaces the one that they have by that channel. `asked_by`: the asker's network address."""

    guardian_id: UUID
    to: Address
    asked_by: str


async def change_contact(tx: Tx, entry: Entry, cmd: ChangeContact) -> Code:
    """A mistyped number never receives what is for a family: until the code comes back the old one stays."""
    _, guardian = await lock_guardian(tx, cmd.guardian_id)
    return await issue_code(
        tx, entry, cmd.to, language=guardian.language, asked_by=cmd.asked_by, guardian=guardian
    )  # fmt: skip
