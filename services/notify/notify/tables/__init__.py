"""The rows notify owns: who can be reached and how, what they enrolled in, and every message with what became of it."""

from notify.tables.base import Base
from notify.tables.messages import Message, News, Task
from notify.tables.notices import Notice
from notify.tables.people import Erased, Link, Recipient, Suppression
from notify.tables.restored import Restored, ToldBefore
from notify.tables.sessions import Enrolment, Session

__all__ = [
    "Base",
    "Enrolment",
    "Erased",
    "Link",
    "Message",
    "News",
    "Notice",
    "Recipient",
    "Restored",
    "Session",
    "Suppression",
    "Task",
    "ToldBefore",
]
