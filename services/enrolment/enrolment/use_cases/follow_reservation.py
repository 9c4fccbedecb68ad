"""Follow what booking says about the room of a session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ronde.database import Tx

from enrolment.line import hear, lock_session
from enrolment.saga import settle
from enrolment.settings import Terms
from enrolment.states import ReservationState
from enrolment.tables import Reservation


@dataclass(frozen=True, kw_only=True)
class FollowReservation:
    """The reservation as it is now: a room and a time when it is held, a reason and alternatives when refused.

    `version` is the sequence of what booking said.
    """

    reservation_id: UUID
    organiser: str
    session_id: UUID
    state: ReservationState
    version: int = 1
    room_name: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reason: dict[str, str] | None = None
    alternatives: tuple[dict[str, Any], ...] = ()


async def follow_reservation(tx: Tx, terms: Terms, cmd: FollowReservation) -> None:
    """Kept even when the session is not known yet: its plan will find it here."""
    await hear(tx, cmd.organiser, cmd.session_id)
    await tx.session.merge(
        Reservation(
            id=cmd.reservation_id,
            organiser=cmd.organiser,
            session_id=cmd.session_id,
            state=cmd.state,
            room_name=cmd.room_name,
            starts_at=cmd.starts_at,
            ends_at=cmd.ends_at,
            reason=cmd.reason,
            alternatives=list(cmd.alternatives),
            version=cmd.version,
            chosen=None,  # whatever was picked is answered, or void
        )
    )
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    if session is not None:
        await settle(tx, session, terms)
