"""JSON in and out, one module a noun: a route builds one command or runs one query."""

from fastapi import APIRouter

from booking.api import calendars, charter, consents, holds, imports, reservations, series

ROUTERS: tuple[APIRouter, ...] = (
    reservations.router,
    series.router,
    holds.router,
    calendars.router,
    imports.router,
    charter.router,
    consents.router,
)
"""Each module's, in the order of the documentation."""
