"""Finding a reservation in order to change it: its row is locked until the transaction ends."""

from typing import ClassVar
from uuid import UUID

from ronde.refusal import Refused
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.tables import Reservation


class NoSuchReservation(Refused):
    """There is no reservation of that id."""

    code, status = "no-such-reservation", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette réservation n'existe pas.",
        "en": "There is no such reservation.",
    }


class NotYours(Refused):
    """Another organisation's reservation."""

    code, status = "not-yours", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette réservation est celle d'une autre structure : elle seule peut la changer.",
        "en": "This reservation is another organisation's: only they can change it.",
    }


class FollowsItsSession(Refused):
    """The room was asked for by a session: its plan decides."""

    code, status = "follows-its-session", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette réservation suit une séance : changez la séance dans votre programme, la salle suivra.",
        "en": "This reservation follows a session: change the session in your programme, the room will follow.",
    }


async def of_session(session: AsyncSession, organisation: str, session_id: UUID) -> Reservation | None:
    """The reservation that this organisation's session asked for, whatever became of it."""
    query = select(Reservation).filter_by(organisation=organisation, session_id=session_id).with_for_update()
    return await session.scalar(query)


async def their_own(session: AsyncSession, id: UUID, organisation: str, session_id: UUID | None) -> Reservation:
    """The reservation, when it is `organisation`'s to change: through `session_id`, if a session asked for it.

    Raises NoSuchReservation, NotYours, FollowsItsSession.
    """
    reservation = await session.get(Reservation, id, with_for_update=True)
    if reservation is None:
        raise NoSuchReservation
    if reservation.organisation != organisation:
        raise NotYours
    if reservation.session_id != session_id:
        raise FollowsItsSession
    return reservation
