"""What a door has at hand: the house's terms, and its words."""

from typing import cast

from fastapi import Request
from ronde.service import service_of

from notify.settings import Settings, Terms
from notify.wording import Wording


def terms_of(request: Request) -> Terms:
    return cast(Settings, service_of(request).settings).terms


def wording_of(request: Request) -> Wording:
    """Read from its files when first asked for."""
    state = request.app.state
    if not hasattr(state, "wording"):
        state.wording = Wording(service_of(request).house)
    return cast(Wording, state.wording)
