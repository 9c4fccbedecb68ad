"""Answer those who have waited longest, as many of one session as go together, in the order of their arrival."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from enrolment.admitting import admit, sign
from enrolment.line import lock_session
from enrolment.placing import AlreadyEnrolled, Enrolled, place
from enrolment.refusals import PartyUnknown, SessionUnknown
from enrolment.settings import Terms
from enrolment.standing import explain_those_behind, standing
from enrolment.states import ACTIVE
from enrolment.tables import Arrival, Enrolment, Party, Session, Signature

TOGETHER = 200
"""In one transaction: the session is locked for a few tenths of a second."""
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('answer arrivals', 0))")


class NotDecided(Refused):
    """Deciding failed in a way that nobody foresaw; the others are answered all the same."""

    code, status = "not-decided", 500
    words: ClassVar[dict[str, str]] = {
        "fr": "Quelque chose n'a pas marché de notre côté, et votre demande n'a pas pu être traitée. "
        "Réessayez, ou téléphonez à l'équipe.",
        "en": "Something failed on our side, and your request could not be dealt with. Try again, or call the team.",
    }


async def answer_arrivals(tx: Tx, terms: Terms, *, together: int = TOGETHER) -> bool:
    """False when nobody waits for an answer. Run by as many services as there are; one of them answers at a time.

    Parties are locked before their session, as everywhere: one that is being erased or merged is waited for.
    """
    await tx.session.execute(ALONE)
    arrivals = await _next(tx, together)
    if not arrivals:
        return False
    parties = await _lock_parties(tx, arrivals)
    session = await lock_session(tx, arrivals[0].organiser, arrivals[0].session_id)
    enrolled, _signed = await _enrolled(tx, arrivals), await _signatures(tx, arrivals)
    for arrival in arrivals:
        arrival.answered_at = now()
        try:
            done = await _answer(tx, terms, session, parties.get(arrival.party_id), enrolled, arrival)
            arrival.enrolment_id, arrival.position = done.enrolment.id, done.position
            enrolled.add(arrival.party_id)
        except Refused as refusal:
            _refuse(arrival, refusal)
    return True


async def set_aside_first(tx: Tx) -> None:
    """Who waits longest is told that it did not work: they hold up everybody behind them."""
    await tx.session.execute(ALONE)
    for arrival in await _next(tx, 1):
        arrival.answered_at = now()
        _refuse(arrival, NotDecided())


async def _answer(
    tx: Tx, terms: Terms, session: Session | None, party: Party | None, enrolled: set[UUID], arrival: Arrival
) -> Enrolled:
    if session is None:
        raise SessionUnknown
    if party is None or party.erased_at is not None:
        raise PartyUnknown
    if party.id in enrolled:
        raise AlreadyEnrolled
    child_ids, agrees_to, asked_at = arrival.child_ids, arrival.agrees_to, arrival.arrived_at
    agreement = await admit(tx, terms, session, party, child_ids, agrees_to=agrees_to, asked_at=asked_at)
    stands = await standing(tx, terms, session, party.id)
    done = place(tx, terms, session, party, child_ids, arrival.adults, stands)
    await sign(tx, party, agreement)
    await explain_those_behind(tx, session, done.enrolment)
    return done


def _refuse(arrival: Arrival, refusal: Refused) -> None:
    arrival.refusal = {"code": refusal.code, "status": refusal.status, "reason": refusal.reason}


async def _next(tx: Tx, together: int) -> Sequence[Arrival]:
    """Of the session that the first of all asks for."""
    unanswered = select(Arrival).where(Arrival.answered_at.is_(None)).order_by(Arrival.number)
    first = await tx.session.scalar(unanswered.limit(1))
    if first is None:
        return []
    same = unanswered.where(Arrival.organiser == first.organiser, Arrival.session_id == first.session_id)
    return (await tx.session.scalars(same.limit(together))).all()


async def _lock_parties(tx: Tx, arrivals: Sequence[Arrival]) -> dict[UUID, Party]:
    wanted = (
        select(Party)
        .where(Party.id.in_({one.party_id for one in arrivals}))
        .options(selectinload(Party.children))
        .order_by(Party.id)
        .with_for_update(read=True, key_share=True)
    )
    return {party.id: party for party in await tx.session.scalars(wanted)}


async def _enrolled(tx: Tx, arrivals: Sequence[Arrival]) -> set[UUID]:
    """Who has a place or waits already. The session is locked, so this is what `one_active_enrolment` would say."""
    wanted = select(Enrolment.party_id).where(
        Enrolment.organiser == arrivals[0].organiser,
        Enrolment.session_id == arrivals[0].session_id,
        Enrolment.state.in_(ACTIVE),
        Enrolment.party_id.in_({one.party_id for one in arrivals}),
    )
    return set(await tx.session.scalars(wanted))


async def _signatures(tx: Tx, arrivals: Sequence[Arrival]) -> Sequence[Signature]:
    """Read once for all, and held until they are answered: `admit` then finds each without a statement."""
    wanted = select(Signature).where(
        Signature.organisation == arrivals[0].organiser, Signature.party_id.in_({one.party_id for one in arrivals})
    )
    return (await tx.session.scalars(wanted)).all()
