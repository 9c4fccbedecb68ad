"""What booking consumes: a partner's programme, its requests for rooms without a session, its pick among rooms.

Each event becomes one command, the same as at the doors; a refusal becomes an event.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ronde.database import Tx
from ronde.refusal import Refused
from ronde.subscriber import Received, Subscriptions
from ronde_contracts.booking import Asked
from ronde_contracts.enrolment import FamilyErased, RoomChosen
from ronde_contracts.partners import RoomReleased, RoomRequested, SessionCancelled, SessionChanged, SessionPlanned

from booking.finding import asked_before
from booking.refusals import InThePast
from booking.rules import Span
from booking.settings import Settings
from booking.tables import State
from booking.use_cases.bury_session import BurySession, bury_session
from booking.use_cases.cancel_reservation import CancelReservation, cancel_reservation
from booking.use_cases.forget_family import ForgetFamily, forget_family
from booking.use_cases.move_reservation import MoveReservation, move_reservation
from booking.use_cases.note_refusal import NoteRefusal, note_refusal
from booking.use_cases.reserve_room import ReserveRoom, reserve_room


def consuming(settings: Settings) -> Subscriptions:
    """The subscriptions. Their order of arrival is not theirs of sending: each event tells the whole plan."""
    subscriptions = Subscriptions(settings.service)

    @subscriptions.on(SessionPlanned)
    async def on_session_planned(tx: Tx, event: Received[SessionPlanned]) -> None:
        await _follow(tx, settings, event.producer, event.data, session_id=event.data.session_id)

    @subscriptions.on(SessionChanged)
    async def on_session_changed(tx: Tx, event: Received[SessionChanged]) -> None:
        await _follow(tx, settings, event.producer, event.data, session_id=event.data.session_id)

    @subscriptions.on(SessionCancelled)
    async def on_session_cancelled(tx: Tx, event: Received[SessionCancelled]) -> None:
        await _end(tx, event.producer, session_id=event.data.session_id)

    @subscriptions.on(RoomRequested)
    async def on_room_requested(tx: Tx, event: Received[RoomRequested]) -> None:
        await _follow(tx, settings, event.producer, event.data, request_id=event.data.request_id)

    @subscriptions.on(RoomReleased)
    async def on_room_released(tx: Tx, event: Received[RoomReleased]) -> None:
        await _end(tx, event.producer, request_id=event.data.request_id)

    @subscriptions.on(RoomChosen)
    async def on_room_chosen(tx: Tx, event: Received[RoomChosen]) -> None:
        """What the organiser picked where its session is shown: asked for in its name, as its own plan would be.

        Void unless the refusal that it answers is the last thing said: a newer plan, or a newer answer, counts.
        """
        said = event.data
        known = await asked_before(tx.session, said.organiser, said.session_id, None)
        if known is None or (known.id, known.version) != (said.reservation_id, said.refusal) or not known.refusal:
            return
        plan = Asking(said.room, said.starts_at, said.ends_at, known.refusal["asked"]["people"], known.title)
        await _follow(tx, settings, said.organiser, plan, session_id=said.session_id)

    @subscriptions.on(FamilyErased)
    async def on_family_erased(tx: Tx, event: Received[FamilyErased]) -> None:
        await forget_family(tx, ForgetFamily(party_id=event.data.party_id, version=event.sequence))

    return subscriptions


class Asking(NamedTuple):
    """What a plan says about the room it needs."""

    room: str | None
    starts_at: datetime
    ends_at: datetime
    people: int
    title: dict[str, str] | None


async def _follow(
    tx: Tx,
    settings: Settings,
    organisation: str,
    plan: SessionPlanned | SessionChanged | RoomRequested | Asking,
    *,
    session_id: UUID | None = None,
    request_id: UUID | None = None,
) -> None:
    """Give the session, or the request, the room that it asks for, or answer why not."""
    known = await asked_before(tx.session, organisation, session_id, request_id)
    span = Span(plan.starts_at, plan.ends_at)
    try:
        if known and known.state in (State.CONFIRMED, State.ASKED):
            await move_reservation(
                tx,
                settings,
                MoveReservation(
                    reservation_id=known.id,
                    organisation=organisation,
                    session_id=session_id,
                    span=span,
                    room=plan.room,
                    people=plan.people,
                    title=plan.title,
                ),
            )
        else:
            await reserve_room(
                tx,
                settings,
                ReserveRoom(
                    organisation=organisation,
                    session_id=session_id,
                    request_id=request_id,
                    span=span,
                    room=plan.room,
                    people=plan.people,
                    title=plan.title,
                ),
            )
    except Refused as refusal:
        asked = Asked(
            room=plan.room,
            starts_at=plan.starts_at.isoformat(),
            ends_at=plan.ends_at.isoformat(),
            people=plan.people,
        )
        await note_refusal(
            tx,
            NoteRefusal(
                organisation=organisation,
                session_id=session_id,
                request_id=request_id,
                title=plan.title,
                asked=asked,
                refusal=refusal,
            ),
        )


async def _end(tx: Tx, organisation: str, *, session_id: UUID | None = None, request_id: UUID | None = None) -> None:
    """Give its room back, or remember that it wants none."""
    known = await asked_before(tx.session, organisation, session_id, request_id)
    if known is None:
        await bury_session(tx, BurySession(organisation=organisation, session_id=session_id, request_id=request_id))
        return
    try:
        cmd = CancelReservation(reservation_id=known.id, organisation=organisation, session_id=session_id)
        await cancel_reservation(tx, cmd)
    except InThePast:
        return  # it took place: history stays, and there is nothing to tell anybody
