"""Booking, put together: the only module that knows all others."""

from pathlib import Path

from fastapi import FastAPI
from ronde import service
from ronde.clock import now
from ronde.service import Service
from ronde.work import Worker

from booking import api, pages
from booking.consumers import consuming
from booking.settings import Settings
from booking.use_cases.follow_the_house import follow_the_house

HERE = Path(__file__).parent


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI app; nothing is read or connected before it starts."""
    return service.build(
        settings,
        subscriptions=consuming(settings),
        routers=[*api.ROUTERS, pages.router],
        workers=lambda service: [Worker("rooms", lambda: _follow_the_house(service, settings), every=24 * 3600)],
        migrations=HERE / "migrations",
        templates=HERE / "templates",
    )


async def _follow_the_house(service: Service, settings: Settings) -> bool:
    async with service.db.transaction() as tx:
        await follow_the_house(tx, settings, now=now())
    return False


settings = Settings()
app = build(settings)


def run() -> None:
    """The console script ronde-booking."""
    service.run("booking.main:app", settings)
