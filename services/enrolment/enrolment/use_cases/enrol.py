"""Enrol a family or a childminder in a session: a place when there is one, else the waiting list."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx, violated
from sqlalchemy.exc import IntegrityError

from enrolment.admitting import admit, sign
from enrolment.line import lock_session, theirs
from enrolment.people import hold_party
from enrolment.placing import AlreadyEnrolled, Enrolled, place
from enrolment.refusals import SessionUnknown
from enrolment.settings import Terms
from enrolment.standing import explain_those_behind, standing


@dataclass(frozen=True, kw_only=True)
class Enrol:
    """`child_ids`: which of the party's children come; `adults`: how many come with them. One place each.

    `agrees_to`: the version of the organiser's charter that they have read and accept. `by`: the organisation whose
    staff enrol somebody who phones; None: the family itself.
    """

    organiser: str
    session_id: UUID
    party_id: UUID
    child_ids: tuple[UUID, ...]
    adults: int = 1
    agrees_to: str | None = None
    by: str | None = None


async def enrol(tx: Tx, terms: Terms, cmd: Enrol) -> Enrolled:
    """First come, first served. The session is full: no refusal, they wait in the order of arrival."""
    party = await hold_party(tx, cmd.party_id)
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    if session is None:
        raise SessionUnknown
    if cmd.by is not None:
        theirs(session, cmd.by)
    agreement = await admit(tx, terms, session, party, cmd.child_ids, agrees_to=cmd.agrees_to, asked_at=now())
    stands = await standing(tx, terms, session, party.id)
    done = place(tx, terms, session, party, cmd.child_ids, cmd.adults, stands)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        if violated(error, "one_active_enrolment"):
            raise AlreadyEnrolled from None
        raise
    await sign(tx, party, agreement)
    await explain_those_behind(tx, session, done.enrolment)
    return done
