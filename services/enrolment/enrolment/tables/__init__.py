"""The rows that enrolment owns, one module a noun; importing this knows all of them."""

from enrolment.tables.applications import CrecheApplication, CrecheApplicationAnswer, CrechePageLink
from enrolment.tables.arrivals import Arrival
from enrolment.tables.attendance import Attendance
from enrolment.tables.base import Base
from enrolment.tables.care import HELD, CareOffer, CareSlot, CareWish
from enrolment.tables.creche import (
    CrecheAbsence,
    CrecheAdaptation,
    CrecheChild,
    CrecheContract,
    CrecheShift,
    CrecheWeekTold,
)
from enrolment.tables.doorkeys import Code, FamilyLink
from enrolment.tables.enrolments import IN_LINE, Enrolment, Link, place_of
from enrolment.tables.erasures import Acknowledgement, Erasure
from enrolment.tables.line import LineChange
from enrolment.tables.people import Child, FormerId, Guardian, Party, ToldApart
from enrolment.tables.places import CrecheDecision, CrechePlaceOffer, CrecheRun
from enrolment.tables.sessions import Reservation, Session
from enrolment.tables.ties import OwnFamily, Signature

__all__ = [
    "HELD",
    "IN_LINE",
    "Acknowledgement",
    "Arrival",
    "Attendance",
    "Base",
    "CareOffer",
    "CareSlot",
    "CareWish",
    "Child",
    "Code",
    "CrecheAbsence",
    "CrecheAdaptation",
    "CrecheApplication",
    "CrecheApplicationAnswer",
    "CrecheChild",
    "CrecheContract",
    "CrecheDecision",
    "CrechePageLink",
    "CrechePlaceOffer",
    "CrecheRun",
    "CrecheShift",
    "CrecheWeekTold",
    "Enrolment",
    "Erasure",
    "FamilyLink",
    "FormerId",
    "Guardian",
    "LineChange",
    "Link",
    "OwnFamily",
    "Party",
    "Reservation",
    "Session",
    "Signature",
    "ToldApart",
    "place_of",
]
