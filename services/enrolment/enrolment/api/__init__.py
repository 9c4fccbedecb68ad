"""JSON in and out, one module a noun: a route builds one command or runs one query."""

from fastapi import APIRouter

from enrolment.api import (
    agreements,
    applications,
    attendance,
    care,
    committee,
    creche,
    creche_files,
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
    care.router,  # /creches/{creche}/wishes/{id} before /creches/{creche}/{what}/{id}
    creche.router,
    applications.router,
    creche_files.router,
    committee.router,
)
"""Each module's, in the order of the documentation."""
