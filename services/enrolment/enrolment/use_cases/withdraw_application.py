"""Withdraw an application: the family wishes no more. Always possible, also after the closing."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment_creche import ApplicationWithdrawn

from enrolment.nursery import applying, awarding
from enrolment.nursery.commissions import their_commission
from enrolment.people import SELF
from enrolment.settings import Terms
from enrolment.states import LIVING
from enrolment.tables import CrecheApplication


@dataclass(frozen=True, kw_only=True)
class WithdrawApplication:
    """`by`: SELF, or the organisation whose staff they told."""

    id: UUID
    by: str = SELF


class ApplicationOver(Refused):
    """It lapsed, or the child has its place."""

    code, status = "application-over", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande est déjà terminée : il n'y a rien à retirer.",
        "en": "This application is over already: there is nothing to withdraw.",
    }


async def withdraw_application(tx: Tx, terms: Terms, cmd: WithdrawApplication) -> CrecheApplication:
    """A place that is offered goes to the next. Twice is once.

    Raises ApplicationUnknown, NotTheirCommission, ApplicationOver.
    """
    await applying.lock_family_of(tx, cmd.id)
    await awarding.lock_creches(tx, terms)
    party, application = await applying.lock_application(tx, cmd.id)
    if cmd.by != SELF:  # a family may, even when the commission's file is gone
        their_commission(terms, application.commission, cmd.by)
    if application.state == "withdrawn":
        return application
    if application.state not in LIVING:
        raise ApplicationOver(state=application.state)
    party.active_at = now()
    await applying.end(tx, application, "withdrawn", ApplicationWithdrawn)
    await awarding.withdraw_offer_of(tx, terms, application, None if cmd.by == SELF else cmd.by)
    return application
