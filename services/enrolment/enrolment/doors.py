"""What a door has at hand: the running service, and the house's terms."""

from typing import cast

from fastapi import Request
from ronde.service import service_of
from starlette.responses import Response

from enrolment.reception import Reception
from enrolment.settings import Entry, Settings, Terms


def settings_of(request: Request) -> Settings:
    return cast(Settings, service_of(request).settings)


def terms_of(request: Request) -> Terms:
    return settings_of(request).terms


def entry_of(request: Request) -> Entry:
    return settings_of(request).entry


def asker(request: Request) -> str:
    """The network address that a request comes from: to count by, and kept as a hash only."""
    return request.client.host if request.client else "unknown"


def reception_of(request: Request) -> Reception:
    return cast(Reception, request.app.state.reception)


def sheet(content: bytes, name: str) -> Response:
    """A CSV to take away, as `name`.csv."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
