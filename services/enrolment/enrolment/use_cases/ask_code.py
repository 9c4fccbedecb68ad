"""Ask for a code to come in, without an account: to register, or to see one's family page."""

from dataclasses import dataclass

from ronde.database import Tx

from enrolment.doorkeys import Address, issue_code
from enrolment.settings import Entry
from enrolment.tables import Code


@dataclass(frozen=True, kw_only=True)
class AskCode:
    """`asked_by`: the asker's network address, kept as a hash and only to count."""

    to: Address
    language: str
    asked_by: str


async def ask_code(tx: Tx, entry: Entry, cmd: AskCode) -> Code:
    """Always sent: who is known learns it from the answer to the code, on their own telephone or in their mail."""
    return await issue_code(tx, entry, cmd.to, language=cmd.language, asked_by=cmd.asked_by)
