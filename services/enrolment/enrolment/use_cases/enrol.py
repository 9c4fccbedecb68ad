"""Enrol a family or a childminder in a session: a place when there is one, else the waiting list."""

import secrets
import string
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx, violated
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde_contracts.enrolment import EnrolmentConfirmed, EnrolmentWaitlisted, LinkIssued
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from enrolment import rules
from enrolment.line import lock_session, not_begun
from enrolment.refusals import PartyUnknown, SessionUnknown
from enrolment.settings import Terms
from enrolment.tables import Enrolment, Link, Party, Session
from enrolment.telling import tell_enrolment

LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, kw_only=True)
class Enrol:
    """`child_ids`: which of the party's children come; one place each."""

    organiser: str
    session_id: UUID
    party_id: UUID
    child_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """`position` in the waiting list, 1 is first; None with a place."""

    enrolment: Enrolment
    session: Session
    position: int | None


class ChildUnknown(Refused):
    """No child is named, or one that is not theirs."""

    code, status = "child-unknown", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Indiquez au moins un enfant, parmi ceux qui sont enregistrés avec cette famille.",
        "en": "Name at least one child, among those registered with this family.",
    }


class SessionNotOpen(Refused):
    """The session has no room yet, or no longer, or was called off."""

    code, status = "session-not-open", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Les inscriptions à cette séance ne sont pas ouvertes.",
        "en": "Enrolment in this session is not open.",
    }


class NotInvited(Refused):
    """The session is for others."""

    code, status = "not-invited", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette séance est proposée à un autre public.",
        "en": "This session is for another audience.",
    }


class AgeOutOfRange(Refused):
    """A child is too young or too old on the day of the session."""

    code, status = "age-out-of-range", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Un enfant n'aura pas l'âge prévu le jour de la séance.",
        "en": "A child will not have the right age on the day of the session.",
    }


class AlreadyEnrolled(Refused):
    """They have a place already, or wait for one."""

    code, status = "already-enrolled", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette famille est déjà inscrite à cette séance, ou sur sa liste d'attente.",
        "en": "This family is already enrolled in this session, or on its waiting list.",
    }


async def enrol(tx: Tx, terms: Terms, cmd: Enrol) -> Enrolled:
    """First come, first served. The session is full: no refusal, they wait in the order of arrival."""
    party = await tx.session.get(Party, cmd.party_id, options=[selectinload(Party.children)])
    if party is None:
        raise PartyUnknown
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    if session is None:
        raise SessionUnknown
    _check(session, party, cmd, terms)
    children = len(cmd.child_ids)
    has_place = children <= session.seats - session.taken
    enrolment = Enrolment(
        id=new_id(),
        organiser=cmd.organiser,
        session_id=cmd.session_id,
        party_id=party.id,
        party_kind=party.kind,
        child_ids=list(cmd.child_ids),
        children=children,
        state="confirmed" if has_place else "waiting",
        joined_at=now(),
        version=0,
    )
    position = None if has_place else session.waiting + 1
    _issue_link(tx, session, enrolment, terms)
    if position is None:
        tell_enrolment(tx, enrolment, EnrolmentConfirmed)
    else:
        tell_enrolment(tx, enrolment, EnrolmentWaitlisted, position=position)
    tx.session.add(enrolment)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        if violated(error, "one_active_enrolment"):
            raise AlreadyEnrolled from None
        raise
    return Enrolled(enrolment=enrolment, session=session, position=position)


def _check(session: Session, party: Party, cmd: Enrol, terms: Terms) -> None:
    theirs = {child.id: child for child in party.children}
    if not cmd.child_ids or len(set(cmd.child_ids)) < len(cmd.child_ids) or not theirs.keys() >= set(cmd.child_ids):
        raise ChildUnknown
    if session.state != "open" or session.starts_at is None:
        raise SessionNotOpen(state=session.state)
    not_begun(session)
    if party.kind not in session.audience:
        raise NotInvited(audience=session.audience)
    day = session.starts_at.astimezone(terms.timezone).date()
    ages = (session.from_months, session.to_months)
    births = {id: rules.Born(child.born_on, child.born_exactly) for id, child in theirs.items()}
    outside = [str(id) for id in cmd.child_ids if not rules.age_fits(births[id], day, *ages)]
    if outside:
        raise AgeOutOfRange(child_ids=outside, from_months=ages[0], to_months=ages[1])


def _issue_link(tx: Tx, session: Session, enrolment: Enrolment, terms: Terms) -> None:
    """The token exists only in the message to the family: 12 letters and digits, 71 random bits, so no salt."""
    assert session.ends_at is not None  # noqa: S101 (an open session has a slot)
    token = "".join(secrets.choice(LETTERS) for _ in range(12))
    expires_at = session.ends_at + terms.link_stays
    tx.session.add(
        Link(
            token_hash=sha256(token.encode()).digest(),
            enrolment_id=enrolment.id,
            purpose="enrolment",
            expires_at=expires_at,
        )
    )
    tx.publish(
        LinkIssued(
            enrolment_id=enrolment.id,
            party_id=enrolment.party_id,
            url=f"{terms.public_url}/e/{token}",
            expires_at=expires_at,
        ),
        sequence=1,
    )
