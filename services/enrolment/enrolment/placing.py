"""Give a party its place in a session that is locked: a seat when there is one, else the end of the line."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde_contracts.enrolment import EnrolmentConfirmed, EnrolmentWaitlisted, LinkIssued
from sqlalchemy.orm.attributes import set_committed_value

from enrolment import rules
from enrolment.log import note
from enrolment.settings import Terms
from enrolment.standing import ARRIVAL, Standing
from enrolment.tables import Enrolment, Link, Party, Session
from enrolment.telling import tell_enrolment

LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """`position` in the waiting list, 1 is first; None with a place."""

    enrolment: Enrolment
    session: Session
    position: int | None


class AlreadyEnrolled(Refused):
    """They have a place already, or wait for one."""

    code, status = "already-enrolled", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette famille est déjà inscrite à cette séance, ou sur sa liste d'attente.",
        "en": "This family is already enrolled in this session, or on its waiting list.",
    }


def place(
    tx: Tx,
    terms: Terms,
    session: Session,
    party: Party,
    child_ids: Sequence[UUID],
    adults: int,
    standing: Standing = ARRIVAL,
) -> Enrolled:
    """Decide and tell, without a statement of its own: the rows go with the next flush, many at once in a rush.

    The session is locked, and `admitting.admit` had nothing against it. The constraint `one_active_enrolment` judges
    the flush.
    """
    enrolment = Enrolment(
        id=new_id(),
        organiser=session.organiser,
        session_id=session.session_id,
        party_id=party.id,
        party_kind=party.kind,
        child_ids=list(child_ids),
        children=len(child_ids),
        adults=adults,
        joined_at=now(),
        points=sum(standing.points_for.values()),
        points_for=dict(standing.points_for),
        version=0,
    )
    has_place = rules.Places.free(session).hold(enrolment)
    enrolment.state = "confirmed" if has_place else "waiting"
    ahead = session.waiting if standing.ahead is None else standing.ahead
    position = None if has_place else ahead + 1
    _count(session, enrolment)
    _issue_link(tx, session, enrolment, terms)
    if position is None:
        note(tx, enrolment, "got-a-place")
        tell_enrolment(tx, enrolment, EnrolmentConfirmed)
    else:
        note(tx, enrolment, "joined", position=position, points=enrolment.points)
        tell_enrolment(tx, enrolment, EnrolmentWaitlisted, position=position)
    tx.session.add(enrolment)
    return Enrolled(enrolment=enrolment, session=session, position=position)


def _count(session: Session, enrolment: Enrolment) -> None:
    """As the trigger `count_places` will count it when the row is written: for the next one of the same flush."""
    if enrolment.state == "waiting":
        set_committed_value(session, "waiting", session.waiting + 1)
    else:
        set_committed_value(session, "taken", session.taken + enrolment.children)
        set_committed_value(session, "adults_taken", session.adults_taken + enrolment.adults)


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
