"""Every event of the house, in one place: what generators, validators and doors go by."""

from . import booking, enrolment, notify, partners
from .event import Event

EVENTS: tuple[type[Event], ...] = (
    partners.SessionPlanned,
    partners.SessionChanged,
    partners.SessionCancelled,
    partners.RoomRequested,
    partners.RoomReleased,
    partners.ErasureAcknowledged,
    booking.ReservationConfirmed,
    booking.ReservationMoved,
    booking.ReservationRefused,
    booking.ReservationCancelled,
    booking.ReservationHeld,
    booking.ReservationExpired,
    booking.SeriesConfirmed,
    booking.SeriesChanged,
    booking.SeriesCancelled,
    booking.ConsentAsked,
    booking.ConsentGiven,
    booking.ConsentRefused,
    booking.ConsentWithdrawn,
    booking.CharterProposed,
    booking.CharterAdopted,
    enrolment.SessionOpened,
    enrolment.SessionMoved,
    enrolment.SessionCalledOff,
    enrolment.EnrolmentConfirmed,
    enrolment.EnrolmentWaitlisted,
    enrolment.EnrolmentOffered,
    enrolment.EnrolmentDeclined,
    enrolment.EnrolmentExpired,
    enrolment.EnrolmentWithdrawn,
    enrolment.ContactRecorded,
    enrolment.LinkIssued,
    enrolment.FamilyErased,
    notify.MessageSent,
    notify.MessageFailed,
    notify.MessageDelivered,
    notify.MessageUndeliverable,
    notify.MessageWithdrawn,
)

BY_TYPE: dict[str, type[Event]] = {event.type: event for event in EVENTS}
