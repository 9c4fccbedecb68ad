"""Forget one guardian of a family that others speak for."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.people import lock_guardian, tell_contact


@dataclass(frozen=True, kw_only=True)
class RemoveGuardian:
    """Themselves, or staff for them."""

    guardian_id: UUID


class LastGuardian(Refused):
    """Nobody else is told for the family: it can only be erased as a whole."""

    code, status = "last-guardian", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Personne d'autre ne reçoit nos messages pour cette famille : effacez la famille entière.",
        "en": "Nobody else receives our messages for this family: erase the whole family.",
    }


async def remove_guardian(tx: Tx, cmd: RemoveGuardian) -> None:
    """Parents may live apart: one who leaves does not take the children's enrolments away from the other."""
    party, guardian = await lock_guardian(tx, cmd.guardian_id)
    if not any(one.told for one in party.guardians if one is not guardian):
        raise LastGuardian
    party.guardians.remove(guardian)
    await tx.session.delete(guardian)
    party.active_at = now()
    await tell_contact(tx, party)
