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
    PROMOTED = "enrolment-promoted"
    ACCEPTED = "enrolment-accepted"
    WAITING = "enrolment-waiting"
    OFFERED = "enrolment-offered"
    DEADLINE_NEAR = "enrolment-deadline-near"
    EXPIRED = "enrolment-expired"
    WITHDRAWN = "enrolment-withdrawn"
    REMINDER = "session-reminder"
    MOVED = "session-moved"
    SUSPENDED = "session-suspended"
    RESUMED = "session-resumed"
    CALLED_OFF = "session-called-off"
    APPLICATION_RECEIVED = "application-received"
    RENEWAL_DUE = "application-renewal-due"
    APPLICATION_DECIDED = "application-decided"
    APPLICATION_LAPSED = "application-lapsed"
    PLACE_OFFERED = "creche-place-offered"
    PLACE_DEADLINE_NEAR = "creche-place-deadline-near"
    PLACE_ACCEPTED = "creche-place-accepted"
    PLACE_EXPIRED = "creche-place-expired"
    PLACE_WITHDRAWN = "creche-place-withdrawn"
    CARE_OFFERED = "occasional-care-offered"
    CARE_BOOKED = "occasional-care-booked"
    CARE_REMINDER = "occasional-care-reminder"
    CARE_WITHDRAWN = "occasional-care-withdrawn"
    CARE_CANCELLED = "occasional-care-cancelled"
    CODE = "code"
    CONSENT_ASKED = "consent-asked"
    OVERFULL = "session-overfull"
    STATEMENT_READY = "statement-ready"


Until = Literal["deadline", "start", "end"]
Pace = Literal["at-once", "by-day", "early", "wakes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one purpose is told.

    - `channels`: for somebody who can be reached by both; who has only one is told everything by that one.
    - `about`: "session" is told once to each guardian of a family, however many of its enrolments are in it; an
      "address" or an "organisation" is written to by itself (notices.py), and the rows below do not concern it.
    - `pace`: "at-once" answers what they have just done; "by-day" waits for the morning; "early" only when it is not
      about this very day, or they asked for peace; "wakes" does not wait when it would come too late.
    - `until`, `lead`: of no use from `lead` before that moment on. `late`: then a person is told, or it is dropped.
    - `counted`: waits for tomorrow once somebody had a day's share of messages.
    - `needs_link`: of no use without the family's own page. `corrects`: goes by the channel that was really used.
    - `after`: told only to who has heard one of these; it corrects them.
    - `together`: of several dates of a series at about the same time one message is written.
    - `kind`: "promotional" goes only to who agreed, in the hours that the law leaves for it.
    """

    channels: tuple[Channel, ...]
    about: Literal["enrolment", "session", "address", "organisation"] = "enrolment"
    kind: Literal["functional", "promotional"] = "functional"
    pace: Pace = "at-once"
    until: Until = "end"
    lead: timedelta = timedelta()
    late: Literal["task", "drop"] = "task"
    counted: bool = True
    needs_link: bool = False
    corrects: bool = False
    after: tuple[Purpose, ...] = ()
    together: bool = False

    @property
    def written(self) -> tuple[Channel, ...]:
        """The channels that it must have templates for: what cannot arrive goes by the other one."""
        return self.channels if self.about == "organisation" else ("sms", "email")


TO_ANSWER = timedelta(hours=1)
"""Less than that is too little to read an offer, ask at home and answer."""
TO_ANSWER_NOW = timedelta(minutes=3)
"""An offer of this morning's hours lasts about twenty minutes in all. With less than that the next family hears."""

PURPOSES: Mapping[Purpose, Row] = {
    # the SMS at hand, the e-mail to find again
    Purpose.CONFIRMED: Row(channels=("sms", "email"), needs_link=True, together=True),
    Purpose.PROMOTED: Row(channels=("sms", "email"), needs_link=True, pace="by-day", together=True),
    Purpose.ACCEPTED: Row(channels=("sms", "email"), needs_link=True),
    Purpose.WAITING: Row(channels=("sms",), needs_link=True, together=True),
    Purpose.OFFERED: Row(
        channels=("sms",), needs_link=True, pace="by-day", until="deadline", lead=TO_ANSWER, counted=False
    ),
    Purpose.DEADLINE_NEAR: Row(
        channels=("sms",), needs_link=True, pace="by-day", until="deadline", lead=TO_ANSWER, counted=False, late="drop"
    ),
    Purpose.EXPIRED: Row(channels=("email",), pace="by-day"),
    Purpose.WITHDRAWN: Row(channels=("email",), counted=False, together=True),
    Purpose.REMINDER: Row(
        channels=("sms",), about="session", pace="by-day", until="start", lead=timedelta(hours=2), late="drop"
    ),
    Purpose.MOVED: Row(channels=("sms",), about="session", pace="wakes", corrects=True),
    Purpose.SUSPENDED: Row(channels=("sms",), about="session", pace="wakes", corrects=True),
    Purpose.RESUMED: Row(channels=("sms",), about="session", pace="wakes", corrects=True, after=(Purpose.SUSPENDED,)),
    Purpose.CALLED_OFF: Row(
        channels=("sms",), about="session", pace="wakes", corrects=True, counted=False, together=True
    ),
    Purpose.APPLICATION_RECEIVED: Row(channels=("email",), needs_link=True),
    Purpose.RENEWAL_DUE: Row(
        channels=("sms", "email"), needs_link=True, pace="by-day", until="deadline", counted=False
    ),
    Purpose.APPLICATION_DECIDED: Row(channels=("sms", "email"), needs_link=True, pace="by-day"),
    Purpose.APPLICATION_LAPSED: Row(channels=("email",), pace="by-day"),
    Purpose.PLACE_OFFERED: Row(  # the SMS at hand, the week and its hours in the e-mail
        channels=("sms", "email"), needs_link=True, pace="by-day", until="deadline", lead=TO_ANSWER, counted=False
    ),
    Purpose.PLACE_DEADLINE_NEAR: Row(
        channels=("sms",), needs_link=True, pace="by-day", until="deadline", lead=TO_ANSWER, counted=False, late="drop"
    ),
    Purpose.PLACE_ACCEPTED: Row(channels=("sms", "email"), needs_link=True),
    Purpose.PLACE_EXPIRED: Row(channels=("email",), pace="by-day"),
    Purpose.PLACE_WITHDRAWN: Row(
        channels=("sms",),
        pace="by-day",
        corrects=True,
        counted=False,
        after=(Purpose.PLACE_OFFERED, Purpose.PLACE_DEADLINE_NEAR),
    ),
    # Before the morning enrolment asks only who agreed to it. No task: it would be done later than the next one hears.
    Purpose.CARE_OFFERED: Row(
        channels=("sms",),
        needs_link=True,
        pace="early",
        until="deadline",
        lead=TO_ANSWER_NOW,
        counted=False,
        late="drop",
    ),
    Purpose.CARE_BOOKED: Row(channels=("sms", "email"), needs_link=True, until="start", counted=False),
    Purpose.CARE_REMINDER: Row(channels=("sms",), pace="by-day", until="start", lead=timedelta(hours=2), late="drop"),
    Purpose.CARE_WITHDRAWN: Row(
        channels=("sms",),
        pace="early",
        until="start",
        corrects=True,
        counted=False,
        late="drop",
        after=(Purpose.CARE_OFFERED,),
    ),
    Purpose.CARE_CANCELLED: Row(channels=("sms",), pace="wakes", corrects=True, counted=False),
    Purpose.CODE: Row(channels=("sms", "email"), about="address"),
    Purpose.CONSENT_ASKED: Row(channels=("email",), about="organisation"),
    Purpose.OVERFULL: Row(channels=("email",), about="organisation"),
    Purpose.STATEMENT_READY: Row(channels=("email",), about="organisation"),
}

OF_A_CRECHE = tuple(one for one in Purpose if one.startswith(("application-", "creche-", "occasional-")))
OF_A_SESSION = tuple(purpose for purpose, row in PURPOSES.items() if row.about == "session")
