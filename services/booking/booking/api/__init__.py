"""JSON in and out, one module a noun: a route builds one command or runs one query."""

from fastapi import APIRouter

from booking.api import calendars, reservations

ROUTERS: tuple[APIRouter, ...] = (reservations.router, calendars.router)
"""Each module's, in the order of the documentation."""
