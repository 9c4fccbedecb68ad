"""The service `enrolment`, put together; the only module that knows all the others."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import ronde.service
from fastapi import FastAPI
from ronde.database import Database, Tx
from ronde.service import Service
from ronde.work import Worker

from enrolment import api, pages
from enrolment.consumers import consuming
from enrolment.reception import Reception
from enrolment.settings import Settings, Terms
from enrolment.use_cases.expire_care import expire_care
from enrolment.use_cases.expire_offers import expire_offers
from enrolment.use_cases.expire_places import expire_places
from enrolment.use_cases.forget_old import forget_old, forget_visits
from enrolment.use_cases.suspend_session import suspend_session
from enrolment.use_cases.tell_places import tell_places
from enrolment.use_cases.watch_applications import let_lapse, remind_to_renew

HERE = Path(__file__).parent


def build(settings: Settings) -> FastAPI:
    """The service as an app. Nothing is connected before it starts."""

    def workers(service: Service) -> list[Worker]:
        reception = Reception(service.db, settings.terms)
        app.state.reception = reception
        return [*reception.workers, *_called_by_the_clock(service.db, settings)]

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


def _called_by_the_clock(db: Database, settings: Settings) -> Iterator[Worker]:
    """Use cases that nobody asks for: each in a transaction of its own, again at once while it finds something."""

    def worker(name: str, use_case: Callable[[Tx, Terms], Awaitable[bool | None]], every: float) -> Worker:
        async def step() -> bool:
            async with db.transaction() as tx:
                return bool(await use_case(tx, settings.terms))

        return Worker(name, step, every=every)

    yield worker("expire offers", expire_offers, settings.expire_every)
    yield worker("suspend sessions", suspend_session, settings.expire_every)
    yield worker("expire offers of crèche places", expire_places, settings.expire_every)
    yield worker("expire occasional care", expire_care, settings.expire_every)
    yield worker("remind to renew", remind_to_renew, settings.renew_every)
    yield worker("let applications lapse", let_lapse, settings.renew_every)
    for creche in settings.terms.creches:
        yield worker(f"tell free places of {creche.id}", partial(tell_places, creche=creche), settings.places_every)
    yield worker("forget visits", lambda tx, _: forget_visits(tx), settings.forget_every)
    if settings.forget_by_itself:
        after = timedelta(days=settings.forget_after_days)
        yield worker("forget old families", partial(forget_old, after=after), settings.forget_every)


settings = Settings()
app = build(settings)


def run() -> None:
    """The console script ronde-enrolment."""
    ronde.service.run("enrolment.main:app", settings)
