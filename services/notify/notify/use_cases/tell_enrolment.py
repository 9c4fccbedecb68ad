"""Tell a family what became of its enrolment, and take back what is no longer true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ronde.database import Tx
from ronde.retry import NotKnownYet
from ronde_contracts.enrolment import (
    EnrolmentConfirmed,
    EnrolmentDeclined,
    EnrolmentExpired,
    EnrolmentOffered,
    EnrolmentWaitlisted,
    EnrolmentWithdrawn,
)
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from notify import messages
from notify.rules import CONCERNED, WITH_LINK, Purpose, channels
from notify.tables import FORGOTTEN, Enrolment, Link, Recipient, Session

EnrolmentEvent = (
    EnrolmentConfirmed
    | EnrolmentWaitlisted
    | EnrolmentOffered
    | EnrolmentDeclined
    | EnrolmentExpired
    | EnrolmentWithdrawn
)


@dataclass(frozen=True, kw_only=True)
class TellEnrolment:
    """`state` is what the enrolment became in its `version`; `purpose` None when there is nothing to tell."""

    enrolment: EnrolmentEvent
    state: str
    version: int
    purpose: Purpose | None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def tell_enrolment(tx: Tx, cmd: TellEnrolment) -> None:
    """Schedules the messages. Raises NotKnownYet until the session, the contact and the link are known."""
    enrolment = cmd.enrolment
    session = await _session(tx, enrolment)
    recipient = await tx.session.get(Recipient, enrolment.party_id)
    if recipient is None:
        raise NotKnownYet("contact")
    if recipient.kind == FORGOTTEN:
        return
    if cmd.purpose in WITH_LINK and await tx.session.get(Link, enrolment.enrolment_id) is None:
        raise NotKnownYet("link")
    await _remember(tx, enrolment, "over" if session.called_off else cmd.state)

    purpose, version = cmd.purpose, cmd.version
    if session.called_off:
        # Everything that we could say of this enrolment is overtaken, except that there is nothing to come to.
        purpose, version = (Purpose.CALLED_OFF if cmd.state in CONCERNED else None), session.version
    await messages.withdraw(tx.session, [enrolment.enrolment_id], but=(Purpose.CALLED_OFF,))
    if purpose is not None:
        by = channels(purpose, phone=bool(recipient.phone), email=bool(recipient.email))
        await messages.schedule(tx.session, enrolment.enrolment_id, purpose, by, version=version, facts=cmd.facts)


async def _session(tx: Tx, enrolment: EnrolmentEvent) -> Session:
    """The session, held until we commit: a move waits for us, and then sees the message that we write."""
    found = await tx.session.scalar(
        select(Session)
        .where(Session.organiser == enrolment.organiser, Session.session_id == enrolment.session_id)
        .with_for_update(read=True)
    )
    if found is None:
        raise NotKnownYet("session")
    return found


async def _remember(tx: Tx, enrolment: EnrolmentEvent, state: str) -> None:
    known = {
        "reference": enrolment.reference,
        "party_id": enrolment.party_id,
        "party_kind": enrolment.party_kind,
        "organiser": enrolment.organiser,
        "session_id": enrolment.session_id,
        "children": enrolment.children,
        "state": state,
    }
    await tx.session.execute(
        insert(Enrolment)
        .values(enrolment_id=enrolment.enrolment_id, **known)
        .on_conflict_do_update(index_elements=["enrolment_id"], set_=known)
    )
