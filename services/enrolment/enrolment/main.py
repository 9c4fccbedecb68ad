"""The service `enrolment`, put together; the only module that knows all the others."""

from pathlib import Path

import ronde.service
from fastapi import FastAPI
from ronde.service import Service
from ronde.work import Worker

from enrolment import api, pages
from enrolment.consumers import consuming
from enrolment.settings import Settings
from enrolment.use_cases.expire_offers import expire_offers

HERE = Path(__file__).parent


def build(settings: Settings) -> FastAPI:
    """The service as an app. Nothing is connected before it starts."""

    def workers(service: Service) -> list[Worker]:
        async def step() -> bool:
            async with service.db.transaction() as tx:
                return await expire_offers(tx, settings.terms)

        return [Worker("expire offers", step, every=settings.expire_every)]

    return ronde.service.build(
        settings,
        subscriptions=consuming(settings),
        routers=[*api.ROUTERS, pages.router],
        workers=workers,
        migrations=HERE / "migrations",
        templates=HERE / "templates",
    )


settings = Settings()
app = build(settings)


def run() -> None:
    """The console script ronde-enrolment."""
    ronde.service.run("enrolment.main:app", settings)
