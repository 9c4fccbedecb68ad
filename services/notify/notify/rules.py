"""What is told, by which channel, to whom, until when: decisions only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from ronde_contracts.notify import Channel


class Purpose(StrEnum):
    """Why a message is written; also the first part of its templates' names."""

    CONFIRMED = "enrolment-confirmed"
    ACCEPTED = "enrolment-accepted"
    WAITING = "enrolment-waiting"
    OFFERED = "enrolment-offered"
    EXPIRED = "enrolment-expired"
    WITHDRAWN = "enrolment-withdrawn"
    MOVED = "session-moved"
    CALLED_OFF = "session-called-off"


ROUTES: Mapping[Purpose, tuple[Channel, ...]] = {
    Purpose.CONFIRMED: ("sms", "email"),  # the SMS for the link at hand, the e-mail to find again
    Purpose.ACCEPTED: ("sms", "email"),
    Purpose.WAITING: ("sms",),
    Purpose.OFFERED: ("sms",),
    Purpose.EXPIRED: ("email",),
    Purpose.WITHDRAWN: ("email",),
    Purpose.MOVED: ("sms",),
    Purpose.CALLED_OFF: ("sms",),
}
"""The channels for somebody who can be reached by both; who has only one is told everything by that one."""

WITH_LINK = frozenset({Purpose.CONFIRMED, Purpose.ACCEPTED, Purpose.WAITING, Purpose.OFFERED})
"""Messages that are of no use without the family's link."""

CONCERNED = ("waiting", "offered", "confirmed")
"""The states of an enrolment in which a change of the session matters to them."""

RETRIES = (30, 60, 300, 900, 1800, 3600, 3600, 7200, 7200, 14400)
"""Seconds to the next attempt when a provider says "not now": about eleven hours in all."""


def channels(purpose: Purpose, *, phone: bool, email: bool) -> tuple[Channel, ...]:
    """By which channels to tell somebody who has a phone, an e-mail address, or both.

    With neither it is written all the same: it fails when it is due, where staff see it.
    """
    reachable: dict[Channel, bool] = {"sms": phone, "email": email}
    routed = tuple(channel for channel in ROUTES[purpose] if reachable[channel])
    return routed or tuple(channel for channel, can in reachable.items() if can) or ROUTES[purpose][:1]


def useful_until(purpose: Purpose, *, ends_at: datetime, deadline: datetime | None) -> datetime:
    """The moment from which the message would be nonsense."""
    return deadline if purpose is Purpose.OFFERED and deadline is not None else ends_at


def retry_in(attempts: int) -> timedelta | None:
    """How long to wait after that many attempts; None: give up."""
    return timedelta(seconds=RETRIES[attempts - 1]) if attempts <= len(RETRIES) else None
