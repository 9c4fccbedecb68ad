"""What a door has at hand: the house's terms."""

from typing import cast

from fastapi import Request
from ronde.service import service_of

from notify.settings import Settings, Terms


def terms_of(request: Request) -> Terms:
    return cast(Settings, service_of(request).settings).terms
