"""JSON in and out, one module a noun: a route builds one command or runs one query."""

from fastapi import APIRouter

from enrolment.api import enrolments, entry, likeness, parties, sessions

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    entry.router,
    likeness.router,
    parties.router,
    enrolments.router,
)
"""Each module's, in the order of the documentation."""
