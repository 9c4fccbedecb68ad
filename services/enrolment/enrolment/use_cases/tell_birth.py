"""Tell that the child of an application is born: its first name and birth date, also after the closing."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.nursery import applying
from enrolment.nursery.commissions import their_commission, today
from enrolment.people import SELF
from enrolment.settings import Terms
from enrolment.states import LIVING
from enrolment.tables import CrecheApplication


@dataclass(frozen=True, kw_only=True)
class TellBirth:
    """`by`: SELF, or the organisation whose staff they told."""

    id: UUID
    first_name: str
    born_on: date
    by: str = SELF


class NoBirthToTell(Refused):
    """The application is over, or its child was born already when it was made."""

    code, status = "no-birth-to-tell", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "La naissance est déjà notée, ou la demande est terminée. S'il y a une erreur, appelez l'équipe.",
        "en": "The birth is noted already, or the application is over. If there is a mistake, call the team.",
    }


class BirthIncomplete(Refused):
    """A first name and a day are needed, and no day to come."""

    code, status = "birth-incomplete", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Il faut le prénom et la date de naissance, au plus tard aujourd'hui.",
        "en": "The first name and the date of birth are needed, today at the latest.",
    }


async def tell_birth(tx: Tx, terms: Terms, cmd: TellBirth) -> CrecheApplication:
    """What is asked for stays as it is; the age group is that of the birth from now on. Twice is once.

    Raises ApplicationUnknown, NotTheirCommission, NoBirthToTell, BirthIncomplete.
    """
    party, application = await applying.lock_application(tx, cmd.id)
    if cmd.by != SELF:
        their_commission(terms, application.commission, cmd.by)
    if (application.born_on, application.first_name) == (cmd.born_on, cmd.first_name):
        return application
    if application.due_on is None or application.state not in LIVING:
        raise NoBirthToTell
    if not cmd.first_name.strip() or cmd.born_on > today(terms):
        raise BirthIncomplete
    application.born_on, application.due_on = cmd.born_on, None
    application.first_name = cmd.first_name.strip()
    application.updated_at = party.active_at = now()
    return application
