"""Apply for a crèche place: kept, confirmed, and followed by a link."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde.refusal import Refused
from sqlalchemy import select

from enrolment.nursery import applying
from enrolment.nursery.applying import Asked
from enrolment.nursery.commissions import commission_for
from enrolment.people import SELF, lock_party
from enrolment.settings import Terms
from enrolment.states import LIVING
from enrolment.tables import CrecheApplication


@dataclass(frozen=True, kw_only=True)
class ApplyForPlace:
    """`by`: SELF, or the organisation whose staff write it down for a family that phones."""

    commission: str
    party_id: UUID
    asked: Asked
    by: str = SELF


class AskedAlready(Refused):
    """There is a living application for this child."""

    code, status = "asked-already", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Vous avez déjà une demande pour cet enfant : ouvrez-la pour la changer.",
        "en": "You have an application for this child already: open it to change it.",
    }
    example: ClassVar[dict[str, Any]] = {"application": "0199a1f0-7001-7c3e-9b21-5d0f4e6a7001"}


async def apply_for_place(tx: Tx, terms: Terms, cmd: ApplyForPlace) -> CrecheApplication:
    """The family is locked, so of two at once the second finds the first.

    Raises CommissionUnknown, NotTheirCommission, PartyUnknown, ApplicationsClosed, TooOld, WishNotPossible,
    NotACriterion, NotTogether, ApplicationUnknown, AskedAlready.
    """
    criteria = commission_for(terms, cmd.commission, cmd.by)
    party = await lock_party(tx, cmd.party_id)
    applying.takes(terms, criteria)
    applying.possible(terms, criteria, cmd.asked)
    other = await applying.beside(tx, party, criteria.commission, cmd.asked)
    mine = select(CrecheApplication).where(
        CrecheApplication.party_id == party.id,
        CrecheApplication.commission == criteria.commission,
        CrecheApplication.state.in_(LIVING),
    )
    for known in await tx.session.scalars(mine):
        if applying.child_of(known) == applying.child_of(cmd.asked):
            raise AskedAlready(application=str(known.id))
    application = CrecheApplication(
        id=new_id(), party_id=party.id, commission=criteria.commission, place="ordinary", state="kept",
        renew_by=applying.renewed(terms, criteria), entered_by=cmd.by, version=0, created_at=now(), answers=[],
    )  # fmt: skip
    applying.write(application, cmd.asked, other)
    party.active_at = now()
    tx.session.add(application)
    await tx.session.flush()
    applying.tell_received(tx, terms, application)
    return application
