"""What a session, an enrolment and a reservation can be."""

from typing import Literal

SessionState = Literal["waiting-for-room", "open", "without-room", "called-off"]
EnrolmentState = Literal["waiting", "offered", "confirmed", "declined", "expired", "withdrawn", "called-off"]
ReservationState = Literal["held", "refused", "cancelled"]

ACTIVE: tuple[EnrolmentState, ...] = ("waiting", "offered", "confirmed")
"""An enrolment that takes a place, or waits for one. One a party and session."""
