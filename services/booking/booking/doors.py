"""What a route finds in the request: the running service and its settings."""

from typing import cast

from fastapi import Request
from ronde.service import Service

from booking.settings import Settings


def service_of(request: Request) -> Service:
    return cast(Service, request.app.state.service)


def settings_of(request: Request) -> Settings:
    return cast(Settings, service_of(request).settings)
