"""The service `enrolment`, put together; the only module that knows all the others."""

from datetime import timedelta
from pathlib import Path
from typing import cast

import ronde.service
from fastapi import FastAPI
from ronde.service import Service
from ronde.work import Worker

from enrolment import api, pages
from enrolment.consumers import consuming
from enrolment.reception import Reception
from enrolment.settings import Settings
from enrolment.use_cases.expire_care import expire_care
from enrolment.use_cases.expire_offers import expire_offers
from enrolment.use_cases.forget_old import forget_old, forget_visits
from enrolment.use_cases.suspend_session import suspend_session
from enrolment.use_cases.tell_places import tell_places

HERE = Path(__file__).parent


def build(settings: Settings) -> FastAPI:
    """The service as an app. Nothing is connected before it starts."""

    def workers(service: Service) -> list[Worker]:
        async def step() -> bool:
            async with service.db.transaction() as tx:
                return await expire_offers(tx, settings.terms)

        async def care() -> bool:
            async with service.db.transaction() as tx:
                return await expire_care(tx, settings.terms)

        async def lost() -> bool:
            async with service.db.transaction() as tx:
                return await suspend_session(tx, settings.terms)

        async def places() -> bool:
            for creche in settings.terms.creches:
                async with service.db.transaction() as tx:
                    await tell_places(tx, settings.terms, creche)
            return False

        reception = Reception(service.db, settings.terms)
        app.state.reception = reception
        looking = [
            Worker("expire offers", step, every=settings.expire_every),
            Worker("expire occasional care", care, every=settings.expire_every),
            Worker("suspend sessions", lost, every=settings.expire_every),
            Worker("tell free places", places, every=settings.places_every),
        ]
        return [*looking, *reception.workers, *_forgetting(service)]

    app = ronde.service.build(
        settings,
        subscriptions=consuming(settings),
        # routes are looked through in this order
        routers=[pages.RUSH, *api.ROUTERS, pages.router],
        workers=workers,
        migrations=HERE / "migrations",
        templates=HERE / "templates",
    )
    return app


def _forgetting(service: Service) -> list[Worker]:
    settings = cast(Settings, service.settings)

    async def old() -> bool:
        async with service.db.transaction() as tx:
            return await forget_old(tx, settings.terms, timedelta(days=settings.forget_after_days))

    async def visits() -> bool:
        async with service.db.transaction() as tx:
            return await forget_visits(tx)

    steps = {"forget visits": visits, **({"forget old families": old} if settings.forget_by_itself else {})}
    return [Worker(name, step, every=settings.forget_every) for name, step in steps.items()]


settings = Settings()
app = build(settings)


def run() -> None:
    """The console script ronde-enrolment."""
    ronde.service.run("enrolment.main:app", settings)
