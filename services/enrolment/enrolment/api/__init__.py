"""JSON in and out, one module a noun: a route builds one command or runs one query."""

from fastapi import APIRouter

from enrolment.api import attendance, enrolments, entry, erasures, family, likeness, line, parties, rooms, sessions

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    entry.router,
    family.router,
    likeness.router,
    erasures.router,
    parties.router,
    enrolments.router,
    line.router,
    rooms.router,
    attendance.router,
)
"""Each module's, in the order of the documentation."""
