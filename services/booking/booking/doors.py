"""What a route finds in the request: the running service and its settings."""

from typing import cast

from fastapi import Request
from ronde.service import service_of

from booking.settings import Settings


def settings_of(request: Request) -> Settings:
    return cast(Settings, service_of(request).settings)
