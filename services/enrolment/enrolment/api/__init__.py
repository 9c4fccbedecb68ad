"""JSON in and out, one module a noun: a route builds one command or runs one query."""

from fastapi import APIRouter

from enrolment.api import (
    agreements,
    applications,
    attendance,
    committee,
    creche,
    enrolments,
    entry,
    erasures,
    family,
    likeness,
    line,
    own_families,
    parties,
    rooms,
    series,
    sessions,
)

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    entry.router,
    family.router,
    likeness.router,
    erasures.router,
    parties.router,
    own_families.router,
    enrolments.router,
    series.router,
    agreements.router,
    line.router,
    rooms.router,
    attendance.router,
    creche.router,
    applications.router,
    committee.router,
)
"""Each module's, in the order of the documentation."""
