"""What enrolment hears: partners' plans of sessions, booking's answers about rooms, absences, who forgot whom."""

from ronde.database import Tx
from ronde.refusal import Refused
from ronde.subscriber import NotKnownYet, Received, Subscriptions, Unacceptable
from ronde_contracts.booking import (
    ReservationCancelled,
    ReservationConfirmed,
    ReservationMoved,
    ReservationRefused,
)
from ronde_contracts.partners import (
    AbsenceDeclared,
    AbsenceWithdrawn,
    AttendanceRecorded,
    ErasureAcknowledged,
    SessionCancelled,
    SessionChanged,
    SessionPlanned,
)

from enrolment.creche.hours import hours, written
from enrolment.nursery import NotInCreche, creche_of_absence, their_creche
from enrolment.refusals import SessionUnknown
from enrolment.settings import Settings
from enrolment.use_cases.call_off_session import CallOffSession, call_off_session
from enrolment.use_cases.declare_absence import DeclareAbsence, declare_absence
from enrolment.use_cases.follow_reservation import FollowReservation, follow_reservation
from enrolment.use_cases.plan_session import PlanSession, plan_session
from enrolment.use_cases.record_acknowledgement import RecordAcknowledgement, record_acknowledgement
from enrolment.use_cases.record_attendance import Came, RecordAttendance, record_attendance
from enrolment.use_cases.take_out_of_creche import TakeOut, take_out


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

    @subscriptions.on(AttendanceRecorded)
    async def on_attendance_recorded(tx: Tx, event: Received[AttendanceRecorded]) -> None:
        came = {one.enrolment_id: Came(one.children, one.adults) for one in event.data.present}
        cmd = RecordAttendance(
            organiser=event.producer, session_id=event.data.session_id, by=event.producer, present=came, whole=True
        )
        try:
            await record_attendance(tx, cmd)
        except SessionUnknown as unknown:
            raise NotKnownYet("the session") from unknown
        except Refused as refusal:
            raise Unacceptable(refusal.code) from refusal

    @subscriptions.on(ReservationConfirmed)
    async def on_reservation_confirmed(tx: Tx, event: Received[ReservationConfirmed]) -> None:
        await _follow_held(tx, settings, event)

    @subscriptions.on(ReservationMoved)
    async def on_reservation_moved(tx: Tx, event: Received[ReservationMoved]) -> None:
        await _follow_held(tx, settings, event)

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
                version=event.sequence,
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
                    version=event.sequence,
                    state="cancelled",
                ),
            )

    @subscriptions.on(ErasureAcknowledged)
    async def on_erasure_acknowledged(tx: Tx, event: Received[ErasureAcknowledged]) -> None:
        await record_acknowledgement(tx, RecordAcknowledgement(party_id=event.data.party_id, who=event.producer))

    @subscriptions.on(AbsenceDeclared)
    async def on_absence_declared(tx: Tx, event: Received[AbsenceDeclared]) -> None:
        said = event.data
        try:
            creche = their_creche(settings.terms, said.creche, event.producer)
            when = None if said.hours is None else written(hours(said.hours))
        except Refused as refusal:
            raise Unacceptable(refusal.code) from refusal
        except ValueError as error:
            raise Unacceptable("hours are not in quarters of an hour, or end before they begin") from error
        cmd = DeclareAbsence(
            id=said.absence_id, child_id=said.child_id, starts_on=said.starts_on, ends_on=said.ends_on, hours=when
        )
        try:
            await declare_absence(tx, settings.terms, creche, cmd)
        except NotInCreche as unknown:
            raise NotKnownYet("the child") from unknown

    @subscriptions.on(AbsenceWithdrawn)
    async def on_absence_withdrawn(tx: Tx, event: Received[AbsenceWithdrawn]) -> None:
        # Not known yet is well: a declaration that comes after this has a lower sequence and is not taken up.
        creche = await creche_of_absence(tx, settings.terms, event.data.absence_id)
        if creche is None:
            return
        if creche.organisation != event.producer:
            raise Unacceptable("not-their-creche")
        await take_out(tx, settings.terms, creche, TakeOut(what="absences", id=event.data.absence_id))

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
        adult_places=said.adult_places,
        families_of=said.families_of,
        opens_at=said.enrolments_open_at,
        closes_at=said.enrolments_close_at,
        series_id=said.series.series_id if said.series else None,
        series_title=said.series.title if said.series else None,
        shared_with=said.shared_with,
        points=said.points.model_dump() if said.points else None,
    )


async def _follow_held(
    tx: Tx, settings: Settings, event: Received[ReservationConfirmed] | Received[ReservationMoved]
) -> None:
    """A reservation that is not for a session concerns nobody here."""
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
            version=event.sequence,
            state="held",
            room_name=said.room_name,
            starts_at=said.starts_at,
            ends_at=said.ends_at,
        ),
    )
