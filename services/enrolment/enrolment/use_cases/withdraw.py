"""Withdraw: they do not come, or no longer wait; what they held goes to the next."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.leaving import leave
from enrolment.line import lock_enrolment, not_begun
from enrolment.settings import Terms
from enrolment.states import ACTIVE
from enrolment.tables import Enrolment


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    """Who waits, was offered a place, or has one."""

    enrolment_id: UUID


class NothingToWithdraw(Refused):
    """The enrolment is over already."""

    code, status = "nothing-to-withdraw", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette inscription est déjà terminée : il n'y a plus rien à annuler.",
        "en": "This enrolment is over already: there is nothing left to withdraw.",
    }


async def withdraw(tx: Tx, terms: Terms, cmd: Withdraw) -> Enrolment:
    """Withdrawing twice is withdrawing once: people double-click."""
    session, enrolment = await lock_enrolment(tx, cmd.enrolment_id)
    if enrolment.state == "withdrawn":
        return enrolment
    if enrolment.state not in ACTIVE:
        raise NothingToWithdraw(state=enrolment.state)
    not_begun(session)
    await leave(tx, terms, session, enrolment)
    return enrolment
