"""Forget me: what a guardian asks for on their own page."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx

from enrolment.erasing import erase
from enrolment.people import SELF, lock_guardian, tell_contact
from enrolment.settings import Terms


@dataclass(frozen=True, kw_only=True)
class ForgetMe:
    """Cannot be undone."""

    guardian_id: UUID


async def forget_me(tx: Tx, terms: Terms, cmd: ForgetMe) -> Literal["me", "family"]:
    """The whole family, or only me while another guardian speaks for it: parents may live apart.

    Gives what was forgotten. Raises GuardianUnknown.
    """
    party, guardian = await lock_guardian(tx, cmd.guardian_id)
    if not any(one.told for one in party.guardians if one is not guardian):
        await erase(tx, terms, party, asked_by=SELF)
        return "family"
    party.guardians.remove(guardian)
    await tx.session.delete(guardian)
    party.active_at = now()
    await tell_contact(tx, party)
    return "me"
