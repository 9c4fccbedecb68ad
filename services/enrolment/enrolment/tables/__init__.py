"""The rows that enrolment owns, one module a noun; importing this knows all of them."""

from enrolment.tables.base import Base
from enrolment.tables.enrolments import Enrolment, Link
from enrolment.tables.people import Child, Party
from enrolment.tables.sessions import Reservation, Session

__all__ = ["Base", "Child", "Enrolment", "Link", "Party", "Reservation", "Session"]
