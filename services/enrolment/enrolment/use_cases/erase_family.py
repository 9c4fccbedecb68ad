"""Erase a family: they asked for it, on their own page or on the telephone."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx

from enrolment.erasing import erase
from enrolment.people import lock_party
from enrolment.settings import Terms


@dataclass(frozen=True, kw_only=True)
class EraseFamily:
    """`asked_by`: SELF, or the organisation whose staff they told."""

    party_id: UUID
    asked_by: str


async def erase_family(tx: Tx, terms: Terms, cmd: EraseFamily) -> None:
    """Cannot be undone. Raises PartyUnknown, the second time too."""
    await erase(tx, terms, await lock_party(tx, cmd.party_id), asked_by=cmd.asked_by)
