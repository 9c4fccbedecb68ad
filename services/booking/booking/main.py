"""Booking, put together: the only module that knows all others."""

from pathlib import Path

from ronde import service

from booking import api
from booking.consumers import consuming
from booking.settings import Settings

HERE = Path(__file__).parent

settings = Settings()
app = service.build(
    settings,
    subscriptions=consuming(settings),
    routers=[api.router],
    migrations=HERE / "migrations",
    templates=HERE / "templates",
)


def run() -> None:
    """The console script ronde-booking."""
    service.run("booking.main:app", settings)
