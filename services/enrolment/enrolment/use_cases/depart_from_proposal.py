"""The committee gives an application another wish than was proposed, or none, with a reason that stays beside it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.nursery import awarding
from enrolment.nursery.commissions import their_commission
from enrolment.nursery.committee import proposal, together
from enrolment.settings import Terms
from enrolment.tables import CrecheDecision


@dataclass(frozen=True, kw_only=True)
class DepartFromProposal:
    """`to`: one of its wishes, counted from 0; None: no place now. `by`: whose staff write it down."""

    commission: str
    application_id: UUID
    to: int | None
    reason: str
    by: str


class ReasonMissing(Refused):
    """A departure without a reason, or to a wish that the family does not have."""

    code, status = "reason-missing", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Pour décider autrement que la proposition, il faut dire pourquoi, et choisir un des souhaits de la "
        "famille.",
        "en": "To decide otherwise than proposed, say why, and choose one of the family's wishes.",
    }


async def depart_from_proposal(tx: Tx, terms: Terms, cmd: DepartFromProposal) -> list[CrecheDecision]:
    """Brothers and sisters asked together go together. Whether all of it fits is asked when the committee decides.

    Raises CommissionUnknown, NotTheirCommission, NotProposed, ReasonMissing.
    """
    their_commission(terms, cmd.commission, cmd.by)
    await awarding.lock_creches(tx, terms)
    run = await proposal(tx, cmd.commission)
    several = await together(tx, run, cmd.application_id)
    if not cmd.reason.strip() or not (cmd.to is None or 0 <= cmd.to < min(one.still for one in several)):
        raise ReasonMissing
    written = {"to": cmd.to, "reason": cmd.reason.strip(), "by": cmd.by, "on": now().isoformat()}
    for one in several:
        one.decided, one.shifted, one.departures = cmd.to, None, [*one.departures, written]
    return several
