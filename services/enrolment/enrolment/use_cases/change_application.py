"""Change what an application asks for, while its commission takes applications."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.nursery import applying
from enrolment.nursery.applying import ApplicationUnknown, Asked
from enrolment.nursery.commissions import commission_for
from enrolment.people import SELF
from enrolment.settings import Terms
from enrolment.tables import CrecheApplication


@dataclass(frozen=True, kw_only=True)
class ChangeApplication:
    """The whole of it. `by`: SELF, or the organisation whose staff correct it."""

    id: UUID
    asked: Asked
    by: str = SELF


class NothingToChange(Refused):
    """It is over, or its commission has decided."""

    code, status = "nothing-to-change", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande est terminée, ou la commission a déjà décidé : elle ne change plus. Vous pouvez en faire "
        "une nouvelle pour la commission suivante.",
        "en": "This application is over, or the commission has decided already: it does not change any more. You can "
        "make a new one for the next commission.",
    }


async def change_application(tx: Tx, terms: Terms, cmd: ChangeApplication) -> CrecheApplication:
    """Proofs that were seen stay seen.

    Raises ApplicationUnknown, NotTheirCommission, NothingToChange, ApplicationsClosed, TooOld, WishNotPossible,
    NotACriterion, NotTogether.
    """
    party, application = await applying.lock_application(tx, cmd.id)
    criteria = commission_for(terms, application.commission, cmd.by)
    if application.state != "kept":
        raise NothingToChange(state=application.state)
    applying.takes(terms, criteria)
    applying.possible(terms, criteria, cmd.asked)
    other = await applying.beside(tx, party, application.commission, cmd.asked)
    if other is application:
        raise ApplicationUnknown
    applying.write(application, cmd.asked, other)
    party.active_at = now()
    return application
