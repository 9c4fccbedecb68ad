"""Why messages are written: one row a purpose. Another purpose is a member, a row, and its template files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from ronde_contracts.notify import Channel


class Purpose(StrEnum):
    """Also the first part of its templates' names."""

    CONFIRMED = "enrolment-confirmed"
    ACCEPTED = "enrolment-accepted"
    WAITING = "enrolment-waiting"
    OFFERED = "enrolment-offered"
    DEADLINE_NEAR = "enrolment-deadline-near"
    EXPIRED = "enrolment-expired"
    WITHDRAWN = "enrolment-withdrawn"
    REMINDER = "session-reminder"
    MOVED = "session-moved"
    CALLED_OFF = "session-called-off"


Until = Literal["deadline", "start", "end"]
Pace = Literal["at-once", "by-day", "wakes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one purpose is told.

    - `channels`: for somebody who can be reached by both; who has only one is told everything by that one.
    - `about`: "session" is told once to each guardian of a family, however many of its enrolments are in it.
    - `pace`: "at-once" answers what they have just done; "by-day" waits for the morning; "wakes" does not wait when it
      would come too late.
    - `until`, `lead`: of no use from `lead` before that moment on. `late`: then a person is told, or it is dropped.
    - `counted`: waits for tomorrow once somebody had a day's share of messages.
    - `needs_link`: of no use without the family's own page. `corrects`: goes by the channel that was really used.
    - `kind`: "promotional" goes only to who agreed, in the hours that the law leaves for it.
    """

    channels: tuple[Channel, ...]
    about: Literal["enrolment", "session"] = "enrolment"
    kind: Literal["functional", "promotional"] = "functional"
    pace: Pace = "at-once"
    until: Until = "end"
    lead: timedelta = timedelta()
    late: Literal["task", "drop"] = "task"
    counted: bool = True
    needs_link: bool = False
    corrects: bool = False


TO_ANSWER = timedelta(hours=1)
"""Less than that is too little to read an offer, ask at home and answer."""

PURPOSES: Mapping[Purpose, Row] = {
    Purpose.CONFIRMED: Row(channels=("sms", "email"), needs_link=True),  # the SMS at hand, the e-mail to find again
    Purpose.ACCEPTED: Row(channels=("sms", "email"), needs_link=True),
    Purpose.WAITING: Row(channels=("sms",), needs_link=True),
    Purpose.OFFERED: Row(
        channels=("sms",), needs_link=True, pace="by-day", until="deadline", lead=TO_ANSWER, counted=False
    ),
    Purpose.DEADLINE_NEAR: Row(
        channels=("sms",), needs_link=True, pace="by-day", until="deadline", lead=TO_ANSWER, counted=False, late="drop"
    ),
    Purpose.EXPIRED: Row(channels=("email",), pace="by-day"),
    Purpose.WITHDRAWN: Row(channels=("email",), counted=False),
    Purpose.REMINDER: Row(
        channels=("sms",), about="session", pace="by-day", until="start", lead=timedelta(hours=2), late="drop"
    ),
    Purpose.MOVED: Row(channels=("sms",), about="session", pace="wakes", corrects=True),
    Purpose.CALLED_OFF: Row(channels=("sms",), about="session", pace="wakes", corrects=True, counted=False),
}

OF_A_SESSION = tuple(purpose for purpose, row in PURPOSES.items() if row.about == "session")
REMINDERS = (Purpose.REMINDER, Purpose.DEADLINE_NEAR)
"""Made anew from what is true, so taken back whenever it changes."""
