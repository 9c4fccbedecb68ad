"""Renew an application: the family still wishes for a place."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.nursery import applying
from enrolment.nursery.commissions import commission_for
from enrolment.people import SELF
from enrolment.settings import Terms
from enrolment.tables import CrecheApplication


@dataclass(frozen=True, kw_only=True)
class RenewApplication:
    """`by`: SELF, or the organisation whose staff they told."""

    id: UUID
    by: str = SELF


class NothingToRenew(Refused):
    """It does not wait any more."""

    code, status = "nothing-to-renew", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande n'attend plus de place : il n'y a rien à confirmer.",
        "en": "This application does not wait for a place any more: there is nothing to confirm.",
    }


async def renew_application(tx: Tx, terms: Terms, cmd: RenewApplication) -> CrecheApplication:
    """Twice on one day is once. Raises ApplicationUnknown, NotTheirCommission, NothingToRenew."""
    party, application = await applying.lock_application(tx, cmd.id)
    criteria = commission_for(terms, application.commission, cmd.by)
    if application.state not in ("kept", "waiting"):
        raise NothingToRenew(state=application.state)
    renew_by = applying.renewed(terms, criteria)
    if renew_by != application.renew_by:
        application.renew_by, application.updated_at, party.active_at = renew_by, now(), now()
        applying.tell_received(tx, terms, application)
    return application
