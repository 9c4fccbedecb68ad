"""Which commission it is, who of the house reads its applications, and which take applications today."""

from datetime import date
from typing import ClassVar

from ronde.clock import now
from ronde.refusal import Refused

from enrolment.creche.criteria import Criteria
from enrolment.people import SELF
from enrolment.settings import Terms


class CommissionUnknown(Refused):
    """There is no file of it."""

    code, status = "commission-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette commission n'existe pas, ou n'a pas publié ses critères.",
        "en": "There is no such commission, or it has not published its criteria.",
    }


class NotTheirCommission(Refused):
    """Only the teams that the commission names read applications."""

    code, status = "not-their-commission", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "Les demandes de cette commission sont lues par les équipes qu'elle nomme, et par elles seules.",
        "en": "The applications of this commission are read by the teams that it names, and by nobody else.",
    }


def commission(terms: Terms, id: str) -> Criteria:
    """Its criteria, the newest version. Raises CommissionUnknown."""
    found = next((one for one in terms.commissions if one.commission == id), None)
    if found is None:
        raise CommissionUnknown
    return found


def their_commission(terms: Terms, id: str, organisation: str) -> Criteria:
    """Raises CommissionUnknown, NotTheirCommission."""
    found = commission(terms, id)
    if organisation not in found.applications.teams:
        raise NotTheirCommission
    return found


def commission_for(terms: Terms, id: str, by: str) -> Criteria:
    """For the family itself, SELF, any of them; staff, as `their_commission`."""
    return commission(terms, id) if by == SELF else their_commission(terms, id, by)


def today(terms: Terms) -> date:
    return now().astimezone(terms.timezone).date()


def open_now(terms: Terms) -> tuple[Criteria, ...]:
    """Those that take applications today."""
    return tuple(one for one in terms.commissions if one.takes(today(terms)))
