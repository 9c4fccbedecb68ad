"""How a service is put together: doors, consumers, relay, workers, started and stopped in the right order."""

import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast

import uvicorn
from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import text

from . import health, inbox, outbox, parking
from .database import Database
from .house import House, load
from .migrations import upgrade
from .publisher import Publisher
from .relay import Relay
from .settings import ServiceSettings
from .subscriber import Consumers, Subscriptions
from .telemetry import configure_logs
from .web import install
from .work import Worker


@dataclass
class Service:
    """What a running service has in hand; routes find it at `request.app.state.service`."""

    settings: ServiceSettings
    house: House
    db: Database
    consumers: Consumers
    relay: Relay
    probe: Publisher
    workers: list[Worker] = field(default_factory=list)


def service_of(request: Request) -> Service:
    """The running service, for a route."""
    return cast(Service, request.app.state.service)


def build(
    settings: ServiceSettings,
    *,
    subscriptions: Subscriptions,
    routers: Sequence[APIRouter],
    workers: Callable[[Service], list[Worker]] = lambda _service: [],
    migrations: Path,
    templates: Path | None = None,
) -> FastAPI:
    """The service as an ASGI app. Nothing is connected before its lifespan starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logs(settings.service)
        spare_collector()
        service = _assemble(settings, subscriptions)
        app.state.service = service
        if settings.migrate:
            await upgrade(settings.database_url, migrations)
        service.workers = [*workers(service), Worker("purge", lambda: _purge(service), every=3600)]
        await service.relay.start()
        await service.consumers.start()
        for worker in service.workers:
            worker.start()
        try:
            yield
        finally:
            # No new work first; then what has been decided is told; then the connections.
            await service.consumers.stop()
            for worker in service.workers:
                await worker.stop()
            await service.relay.stop()
            await service.probe.close()
            await service.db.close()

    app = FastAPI(
        title=f"Ronde: {settings.service}",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.include_router(health.router)
    for router in routers:
        app.include_router(router)
    install(app, settings, templates=templates)
    return app


def _assemble(settings: ServiceSettings, subscriptions: Subscriptions) -> Service:
    house = load(settings.house_file)
    db = Database(settings.database_url, house=house.id, service=settings.service, pool_size=settings.database_pool)
    return Service(
        settings=settings,
        house=house,
        db=db,
        consumers=Consumers(subscriptions, db, settings.amqp_url, house=house.id, prefetch=settings.prefetch),
        relay=Relay(db.engine, settings.amqp_url, user=settings.service),
        probe=Publisher(settings.amqp_url, user=settings.service, timeout=health.PROBE_TIMEOUT),
    )


def spare_collector() -> None:
    """What was imported stays for good: the collector need not walk through it again and again (a tenth of the CPU)."""
    gc.collect()
    gc.freeze()


async def _purge(service: Service) -> bool:
    """Forget what nobody needs any more; True while there is more of it."""
    settings = service.settings
    async with service.db.transaction() as tx:
        gone = await outbox.purge(tx.session, timedelta(days=settings.outbox_days))
        gone += await inbox.purge(tx.session, timedelta(days=settings.inbox_days))
        await parking.purge(tx.session)
        await tx.session.execute(text("DELETE FROM idempotency WHERE created_at < now() - interval '2 days'"))
    return gone >= 5000


def run(app: FastAPI | str, settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        proxy_headers=True,
    )
