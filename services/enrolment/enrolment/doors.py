"""What a door has at hand: the running service, and the house's terms."""

from typing import cast

from fastapi import Request
from ronde.service import service_of

from enrolment.settings import Entry, Settings, Terms


def terms_of(request: Request) -> Terms:
    return cast(Settings, service_of(request).settings).terms


def entry_of(request: Request) -> Entry:
    return cast(Settings, service_of(request).settings).entry


def asker(request: Request) -> str:
    """The network address that a request comes from: to count by, and kept as a hash only."""
    return request.client.host if request.client else "unknown"
