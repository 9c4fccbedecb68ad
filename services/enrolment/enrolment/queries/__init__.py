"""Reads, one module a noun: the programme and its sessions, their lists, a family's own enrolment."""

from enrolment.queries.arrivals import ArrivalSeen, answered, arrivals, last_unanswered
from enrolment.queries.enrolments import Seen, by_link, enrolment, participants
from enrolment.queries.sessions import one_session, programme, room_refused, since_this_morning
from enrolment.queries.visits import Visitor, visitor

__all__ = [
    "ArrivalSeen",
    "Seen",
    "Visitor",
    "answered",
    "arrivals",
    "by_link",
    "enrolment",
    "last_unanswered",
    "one_session",
    "participants",
    "programme",
    "room_refused",
    "since_this_morning",
    "visitor",
]
