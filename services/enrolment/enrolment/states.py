"""What a session, an enrolment, a reservation and an application for a crèche place can be."""

from typing import Literal

SessionState = Literal["waiting-for-room", "open", "without-room", "called-off"]
EnrolmentState = Literal["waiting", "offered", "confirmed", "declined", "expired", "withdrawn", "called-off"]
ReservationState = Literal["held", "refused", "cancelled"]
ApplicationState = Literal["kept", "offered", "admitted", "waiting", "declined", "withdrawn", "lapsed"]
PlaceState = Literal["offered", "accepted", "declined", "expired", "withdrawn"]

LineNews = Literal[
    "joined",
    "got-a-place",
    "passed-over",
    "overtaken",
    "put-first",
    "reordered",
    "offered",
    "new-deadline",
    "accepted",
    "declined",
    "expired",
    "withdrawn",
    "nobody-can-answer",
]
"""What can happen to somebody in a session's line, or to the line itself."""

ACTIVE: tuple[EnrolmentState, ...] = ("waiting", "offered", "confirmed")
"""An enrolment that takes a place, or waits for one. One a party and session."""

Stage = Literal["called-off", "waiting-for-room", "without-room", "begun", "not-yet", "closed", "free", "full"]
"""A session as people see it who would like to come; `not-yet`: enrolments open later."""

LIVING: tuple[ApplicationState, ...] = ("kept", "offered", "waiting")
"""An application for a crèche place that may still come to something, and that its family may withdraw."""
