"""What these doors need to know of the service that they serve, and nothing more."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection


class Settings(Protocol):
    """The part of ronde.settings.ServiceSettings that the doors read."""

    @property
    def service(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def keys_file(self) -> Path | None: ...


class Organisation(Protocol):
    """One of the equals: its id (a slug), its name, and the name of its colour (terracotta, lagoon, plum, …)."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def colour(self) -> str: ...


class House(Protocol):
    """The part of ronde.house.House that a page shows."""

    @property
    def name(self) -> Mapping[str, str]: ...
    @property
    def timezone(self) -> ZoneInfo: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def organisations(self) -> Sequence[Organisation]: ...


class Service(Protocol):
    """What lies in `app.state.service`."""

    @property
    def settings(self) -> Settings: ...
    @property
    def house(self) -> House: ...


def service_of(connection: HTTPConnection) -> Service:
    """The service that answers this request."""
    return cast(Service, connection.app.state.service)
