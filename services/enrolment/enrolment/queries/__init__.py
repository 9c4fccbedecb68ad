"""Reads, one module a noun: the programme and its sessions, their lists, a family's own enrolment."""

from enrolment.queries.enrolments import Seen, by_link, enrolment, participants
from enrolment.queries.sessions import one_session, programme, room_refused, since_this_morning

__all__ = [
    "Seen",
    "by_link",
    "enrolment",
    "one_session",
    "participants",
    "programme",
    "room_refused",
    "since_this_morning",
]
