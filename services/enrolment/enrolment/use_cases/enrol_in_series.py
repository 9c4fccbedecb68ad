"""Enrol in one, several or all sessions of a series: each decides by itself, and says what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from sqlalchemy import select

from enrolment.admitting import admit, sign
from enrolment.line import theirs
from enrolment.people import hold_party
from enrolment.placing import AlreadyEnrolled, Enrolled, place
from enrolment.refusals import SessionUnknown
from enrolment.settings import Terms
from enrolment.standing import explain_those_behind, standing
from enrolment.states import ACTIVE
from enrolment.tables import Enrolment, Party, Session


@dataclass(frozen=True, kw_only=True)
class EnrolInSeries:
    """As Enrol. `session_ids`: which of the series; None: all that are open and to come."""

    organiser: str
    series_id: UUID
    session_ids: tuple[UUID, ...] | None
    party_id: UUID
    child_ids: tuple[UUID, ...]
    adults: int
    agrees_to: str | None
    by: str | None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One of the two is there: they are enrolled, or why they are not."""

    session_id: UUID
    enrolled: Enrolled | None = None
    refusal: Refused | None = None


async def enrol_in_series(tx: Tx, terms: Terms, cmd: EnrolInSeries) -> Sequence[Answered]:
    """In the order asked for, or by start. A refusal of one leaves the others as they are; nothing is half done, for a
    session refuses before anything is written. Raises PartyUnknown; SessionUnknown when the series has no session.
    """
    party = await hold_party(tx, cmd.party_id)
    sessions = {one.session_id: one for one in await _lock(tx, cmd)}
    if cmd.session_ids is None and not sessions:
        raise SessionUnknown
    by_start = sorted(sessions.values(), key=lambda one: one.starts_at or one.planned_starts_at)
    enrolled = await _enrolled(tx, party, cmd.organiser)
    answers = []
    for id in cmd.session_ids or [one.session_id for one in by_start]:
        try:
            answers.append(
                Answered(session_id=id, enrolled=await _one(tx, terms, cmd, party, sessions.get(id), enrolled))
            )
            enrolled.add(id)
        except Refused as refusal:
            answers.append(Answered(session_id=id, refusal=refusal))
    return answers


async def _one(
    tx: Tx, terms: Terms, cmd: EnrolInSeries, party: Party, session: Session | None, enrolled: set[UUID]
) -> Enrolled:
    if session is None:
        raise SessionUnknown
    if cmd.by is not None:
        theirs(session, cmd.by)
    if session.session_id in enrolled:
        raise AlreadyEnrolled
    agreement = await admit(tx, terms, session, party, cmd.child_ids, agrees_to=cmd.agrees_to, asked_at=now())
    stands = await standing(tx, terms, session, party.id)
    done = place(tx, terms, session, party, cmd.child_ids, cmd.adults, stands)
    await tx.session.flush()
    await sign(tx, party, agreement)
    await explain_those_behind(tx, session, done.enrolment)
    return done


async def _lock(tx: Tx, cmd: EnrolInSeries) -> Sequence[Session]:
    """All at once and in one order, whoever asks: two families who enrol in the same series do not wait in a circle."""
    wanted = select(Session).where(Session.organiser == cmd.organiser, Session.series_id == cmd.series_id)
    if cmd.session_ids is None:
        wanted = wanted.where(Session.state == "open", Session.starts_at > now())
    else:
        wanted = wanted.where(Session.session_id.in_(cmd.session_ids))
    locked = wanted.order_by(Session.session_id).with_for_update().execution_options(populate_existing=True)
    return (await tx.session.scalars(locked)).all()


async def _enrolled(tx: Tx, party: Party, organiser: str) -> set[UUID]:
    """Where they have a place or wait already. The sessions are locked: this is what the constraint would say."""
    mine = select(Enrolment.session_id).where(
        Enrolment.party_id == party.id, Enrolment.organiser == organiser, Enrolment.state.in_(ACTIVE)
    )
    return set(await tx.session.scalars(mine))
