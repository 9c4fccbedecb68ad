"""What a session, an enrolment and a reservation can be."""

from typing import Literal

SessionState = Literal["waiting-for-room", "open", "without-room", "called-off"]
EnrolmentState = Literal["waiting", "offered", "confirmed", "declined", "expired", "withdrawn", "called-off"]
ReservationState = Literal["held", "refused", "cancelled"]

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
