"""What booking consumes: a partner's programme. Each event becomes one command; a refusal becomes an event."""

from ronde.database import Tx
from ronde.refusal import Refused
from ronde.subscriber import Received, Subscriptions
from ronde_contracts.booking import Asked
from ronde_contracts.partners import SessionCancelled, SessionChanged, SessionPlanned

from booking.finding import of_session
from booking.refusals import InThePast
from booking.rules import Span
from booking.settings import Settings
from booking.tables import State
from booking.use_cases.bury_session import BurySession, bury_session
from booking.use_cases.cancel_reservation import CancelReservation, cancel_reservation
from booking.use_cases.move_reservation import MoveReservation, move_reservation
from booking.use_cases.note_refusal import NoteRefusal, note_refusal
from booking.use_cases.reserve_room import ReserveRoom, reserve_room


def consuming(settings: Settings) -> Subscriptions:
    """The subscriptions. Their order of arrival is not theirs of sending: each event tells the whole plan."""
    subscriptions = Subscriptions(settings.service)

    @subscriptions.on(SessionPlanned)
    async def on_session_planned(tx: Tx, event: Received[SessionPlanned]) -> None:
        await _follow(tx, settings, event)

    @subscriptions.on(SessionChanged)
    async def on_session_changed(tx: Tx, event: Received[SessionChanged]) -> None:
        await _follow(tx, settings, event)

    @subscriptions.on(SessionCancelled)
    async def on_session_cancelled(tx: Tx, event: Received[SessionCancelled]) -> None:
        organisation, session_id = event.producer, event.data.session_id
        known = await of_session(tx.session, organisation, session_id)
        if known is None:
            await bury_session(tx, BurySession(organisation=organisation, session_id=session_id))
            return
        try:
            cmd = CancelReservation(reservation_id=known.id, organisation=organisation, session_id=session_id)
            await cancel_reservation(tx, cmd)
        except InThePast:
            return  # it took place: history stays, and there is nothing to tell anybody

    return subscriptions


async def _follow(tx: Tx, settings: Settings, event: Received[SessionPlanned] | Received[SessionChanged]) -> None:
    """Give the session the room that its plan asks for, or answer why not."""
    organisation, plan = event.producer, event.data
    known = await of_session(tx.session, organisation, plan.session_id)
    span = Span(plan.starts_at, plan.ends_at)
    try:
        if known and known.state == State.CONFIRMED:
            await move_reservation(
                tx,
                settings,
                MoveReservation(
                    reservation_id=known.id,
                    organisation=organisation,
                    session_id=plan.session_id,
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
                    session_id=plan.session_id,
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
                organisation=organisation, session_id=plan.session_id, title=plan.title, asked=asked, refusal=refusal
            ),
        )
