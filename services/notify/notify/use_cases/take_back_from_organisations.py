"""What organisations were asked is answered, or asked no more: the question that has not left does not leave."""

from dataclasses import dataclass

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import text

from notify.purposes import Purpose

# One that is just leaving is over as well: if it comes back, it is not tried again (notices.settle).
TAKE_BACK = text("""
    UPDATE notices SET status = CASE status WHEN 'scheduled' THEN 'withdrawn' ELSE status END,
        problem = :why, address = NULL, facts = NULL, expires_at = :now
    WHERE purpose = :purpose AND about = :about || ' ' || organisation AND status IN ('scheduled', 'sending')
""")


@dataclass(frozen=True)
class TakeBackFromOrganisations:
    """`about`: of what they are told, as TellOrganisations has it; `why`: a problem in the pages' words."""

    purpose: Purpose
    about: str
    why: str


async def take_back_from_organisations(tx: Tx, cmd: TakeBackFromOrganisations) -> None:
    """A mail that has left needs no correction: their page shows what is still open."""
    known = {"purpose": cmd.purpose, "about": cmd.about, "why": cmd.why, "now": now()}
    await tx.session.execute(TAKE_BACK, known)
