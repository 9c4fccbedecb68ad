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


class PartOfASeries(Refused):
    """It is one occurrence of a series; `series_id` and `occurrence` say which."""

    code, status = "part-of-a-series", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette réservation fait partie d'une série : changez-la par sa série, même pour cette seule date.",
        "en": "This reservation is part of a series: change it through its series, for that date alone if you like.",
    }
    example: ClassVar[dict[str, str]] = {
        "series_id": "0198f6f0-7a3e-7cc1-9d5b-2f6a4c1e8b91",
        "occurrence": "2027-01-12",
    }


class AsksToMove(Refused):
    """It keeps a slot to which another reservation, `reservation_id`, would move."""

    code, status = "asks-to-move", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande déplace une autre réservation : changez celle-là, ou retirez la demande.",
        "en": "This request moves another reservation: change that one, or withdraw the request.",
    }
    example: ClassVar[dict[str, str]] = {"reservation_id": "0198f6f0-7a3e-7cc1-9d5b-2f6a4c1e8b90"}


async def of_session(session: AsyncSession, organisation: str, session_id: UUID) -> Reservation | None:
    """The reservation that this organisation's session asked for, whatever became of it."""
    query = select(Reservation).filter_by(organisation=organisation, session_id=session_id).with_for_update()
    return await session.scalar(query)


async def asked_before(
    session: AsyncSession, organisation: str, session_id: UUID | None, request_id: UUID | None
) -> Reservation | None:
    """The reservation of that session, or of that request; None when it is neither's."""
    if session_id is not None:
        return await of_session(session, organisation, session_id)
    if request_id is None:
        return None
    query = select(Reservation).filter_by(organisation=organisation, request_id=request_id).with_for_update()
    return await session.scalar(query)


async def their_own(session: AsyncSession, id: UUID, organisation: str, session_id: UUID | None) -> Reservation:
    """The reservation, when it is `organisation`'s to change: through `session_id`, if a session asked for it.

    Raises NoSuchReservation, NotYours, AsksToMove, FollowsItsSession, PartOfASeries.
    """
    reservation = await session.get(Reservation, id, with_for_update=True)
    if reservation is None:
        raise NoSuchReservation
    if reservation.organisation != organisation:
        raise NotYours
    if reservation.moves is not None:
        raise AsksToMove(reservation_id=str(reservation.moves))
    if reservation.session_id != session_id:
        raise FollowsItsSession
    if reservation.series_id is not None:
        raise PartOfASeries(series_id=str(reservation.series_id), occurrence=str(reservation.occurrence))
    return reservation
