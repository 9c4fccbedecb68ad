"""Tell a family what became of its enrolment, and take back what is no longer true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ronde.database import Tx
from ronde_contracts.enrolment import (
    EnrolmentConfirmed,
    EnrolmentDeclined,
    EnrolmentExpired,
    EnrolmentOffered,
    EnrolmentWaitlisted,
    EnrolmentWithdrawn,
)
from sqlalchemy import select

from notify.holding import hold_families, hold_session
from notify.matters import remember
from notify.news import Heard, pass_on, take_back, tell
from notify.purposes import Purpose
from notify.rules import CONCERNED
from notify.tables import Enrolment, Erased, Session

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
    said_at: datetime
    purpose: Purpose | None
    deadline: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def tell_enrolment(tx: Tx, cmd: TellEnrolment) -> None:
    """What the news needs (session, contact, link) may come after it: it waits for that in its table."""
    said = cmd.enrolment
    await hold_session(tx.session, said.organiser, said.session_id, share=True)
    await hold_families(tx.session, [said.party_id])
    if await tx.session.get(Erased, said.party_id) is not None:
        return
    session = await tx.session.get(Session, (said.organiser, said.session_id))
    called_off = session is not None and session.called_off
    was = await _state(tx, said.enrolment_id) if cmd.purpose is Purpose.CONFIRMED else None
    enrolment, known = await remember(tx.session, said.enrolment_id, _row(cmd, "over" if called_off else cmd.state))

    purpose, version = cmd.purpose, cmd.version
    if purpose is Purpose.CONFIRMED and was == "waiting":
        purpose = Purpose.PROMOTED
    if session is not None and called_off:
        # Everything that we could say of this enrolment is overtaken, except that there is nothing to come to.
        purpose, version = (Purpose.CALLED_OFF if cmd.state in CONCERNED else None), session.version
    sibling = await _sibling(tx, enrolment) if known else None
    if sibling is not None:
        await pass_on(tx.session, enrolment.enrolment_id, sibling.enrolment_id)
    if known:  # of a new one there is nothing to take back
        await take_back(tx.session, [enrolment.enrolment_id], but=(Purpose.CALLED_OFF,))
    if purpose is not None:
        facts = {**cmd.facts, "others": sibling is not None}
        heard = Heard(cause=said.type, said_at=cmd.said_at, version=version, facts=facts)
        await tell(tx.session, [enrolment], purpose, heard)


async def _state(tx: Tx, enrolment_id: UUID) -> str | None:
    found: str | None = await tx.session.scalar(select(Enrolment.state).where(Enrolment.enrolment_id == enrolment_id))
    return found


async def _sibling(tx: Tx, enrolment: Enrolment) -> Enrolment | None:
    """Another enrolment of the family in the same session, whom its news still concerns."""
    found: Enrolment | None = await tx.session.scalar(
        select(Enrolment)
        .where(
            Enrolment.party_id == enrolment.party_id,
            Enrolment.organiser == enrolment.organiser,
            Enrolment.session_id == enrolment.session_id,
            Enrolment.enrolment_id != enrolment.enrolment_id,
            Enrolment.state.in_(CONCERNED),
        )
        .limit(1)
    )
    return found


def _row(cmd: TellEnrolment, state: str) -> dict[str, Any]:
    said = cmd.enrolment
    return {
        "reference": said.reference,
        "party_id": said.party_id,
        "party_kind": said.party_kind,
        "organiser": said.organiser,
        "session_id": said.session_id,
        "children": said.children,
        "state": state,
        "deadline": cmd.deadline,
        "said_at": cmd.said_at,
    }
