"""JSON in and out, one module a noun: a route builds one command or runs one query."""

from fastapi import APIRouter

from booking.api import reservations

ROUTERS: tuple[APIRouter, ...] = (reservations.router,)
"""Each module's, in the order of the documentation."""
