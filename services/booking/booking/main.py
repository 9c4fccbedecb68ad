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
from booking.use_cases.adopt_charter import follow_the_charter
from booking.use_cases.expire_holds import expire_holds
from booking.use_cases.follow_the_house import follow_the_house
from booking.use_cases.settle_consents import settle_consents
from booking.use_cases.tell_statements import tell_statements

HERE = Path(__file__).parent


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI app; nothing is read or connected before it starts."""
    return service.build(
        settings,
        subscriptions=consuming(settings),
        routers=[*api.ROUTERS, pages.router],
        workers=lambda service: [
            Worker("rooms", lambda: _follow_the_house(service, settings), every=24 * 3600),
            Worker("holds", lambda: _expire_holds(service), every=settings.holds_every),
            Worker("charter", lambda: _follow_the_charter(service, settings), every=24 * 3600),
            Worker("consents", lambda: _settle_consents(service), every=settings.consents_every),
            Worker("statements", lambda: _tell_statements(service, settings), every=3600),
        ],
        migrations=HERE / "migrations",
        templates=HERE / "templates",
    )


async def _follow_the_house(service: Service, settings: Settings) -> bool:
    async with service.db.transaction() as tx:
        await follow_the_house(tx, settings, now=now())
    return False


async def _expire_holds(service: Service) -> bool:
    async with service.db.transaction() as tx:
        return await expire_holds(tx)


async def _follow_the_charter(service: Service, settings: Settings) -> bool:
    async with service.db.transaction() as tx:
        await follow_the_charter(tx, settings.house)
    return False


async def _tell_statements(service: Service, settings: Settings) -> bool:
    async with service.db.transaction() as tx:
        await tell_statements(tx, settings)
    return False


async def _settle_consents(service: Service) -> bool:
    async with service.db.transaction() as tx:
        return await settle_consents(tx, service.house)


settings = Settings()
app = build(settings)


def run() -> None:
    """The console script ronde-booking."""
    service.run("booking.main:app", settings)
