"""What enrolment hears: partners plan, change and cancel their sessions; booking answers about their rooms."""

from ronde.database import Tx
from ronde.subscriber import Received, Subscriptions
from ronde_contracts.booking import (
    ReservationCancelled,
    ReservationConfirmed,
    ReservationMoved,
    ReservationRefused,
)
from ronde_contracts.partners import SessionCancelled, SessionChanged, SessionPlanned

from enrolment.settings import Settings
from enrolment.use_cases.call_off_session import CallOffSession, call_off_session
from enrolment.use_cases.follow_reservation import FollowReservation, follow_reservation
from enrolment.use_cases.plan_session import PlanSession, plan_session


def consuming(settings: Settings) -> Subscriptions:
    """The subscriptions of the service. A session belongs to who said it: (producer, session_id)."""
    subscriptions = Subscriptions(settings.service)

    @subscriptions.on(SessionPlanned)
    async def on_session_planned(tx: Tx, event: Received[SessionPlanned]) -> None:
        await plan_session(tx, settings.terms, _plan(event))

    @subscriptions.on(SessionChanged)
    async def on_session_changed(tx: Tx, event: Received[SessionChanged]) -> None:
        await plan_session(tx, settings.terms, _plan(event))

    @subscriptions.on(SessionCancelled)
    async def on_session_cancelled(tx: Tx, event: Received[SessionCancelled]) -> None:
        said = event.data
        # Not known yet is well: a plan that comes after this has a lower sequence and is not taken up.
        await call_off_session(
            tx, CallOffSession(organiser=event.producer, session_id=said.session_id, reason=said.reason)
        )

    @subscriptions.on(ReservationConfirmed)
    async def on_reservation_confirmed(tx: Tx, event: Received[ReservationConfirmed]) -> None:
        await _follow_held(tx, settings, event.data)

    @subscriptions.on(ReservationMoved)
    async def on_reservation_moved(tx: Tx, event: Received[ReservationMoved]) -> None:
        await _follow_held(tx, settings, event.data)

    @subscriptions.on(ReservationRefused)
    async def on_reservation_refused(tx: Tx, event: Received[ReservationRefused]) -> None:
        said = event.data
        if said.session_id is None:
            return
        await follow_reservation(
            tx,
            settings.terms,
            FollowReservation(
                reservation_id=said.reservation_id,
                organiser=said.organisation,
                session_id=said.session_id,
                state="held" if said.kept else "refused",
                room_name=said.kept.room_name if said.kept else None,
                starts_at=said.kept.starts_at if said.kept else None,
                ends_at=said.kept.ends_at if said.kept else None,
                reason=said.reason,
                alternatives=tuple(slot.model_dump(mode="json") for slot in said.alternatives),
            ),
        )

    @subscriptions.on(ReservationCancelled)
    async def on_reservation_cancelled(tx: Tx, event: Received[ReservationCancelled]) -> None:
        said = event.data
        if said.session_id is not None:
            await follow_reservation(
                tx,
                settings.terms,
                FollowReservation(
                    reservation_id=said.reservation_id,
                    organiser=said.organisation,
                    session_id=said.session_id,
                    state="cancelled",
                ),
            )

    return subscriptions


def _plan(event: Received[SessionPlanned] | Received[SessionChanged]) -> PlanSession:
    said = event.data
    return PlanSession(
        organiser=event.producer,
        session_id=said.session_id,
        title=dict(said.title),
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        places=said.places,
        from_months=said.ages.from_months,
        to_months=said.ages.to_months,
        audience=said.audience,
    )


async def _follow_held(tx: Tx, settings: Settings, said: ReservationConfirmed | ReservationMoved) -> None:
    """A reservation that is not for a session concerns nobody here."""
    if said.session_id is None:
        return
    await follow_reservation(
        tx,
        settings.terms,
        FollowReservation(
            reservation_id=said.reservation_id,
            organiser=said.organisation,
            session_id=said.session_id,
            state="held",
            room_name=said.room_name,
            starts_at=said.starts_at,
            ends_at=said.ends_at,
        ),
    )
