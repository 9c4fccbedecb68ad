"""Puts notify together: its consumers, its doors, and a sender for each channel."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

import ronde.service
from fastapi import FastAPI
from ronde.ears import Ears
from ronde.service import Service
from ronde.web.language import pick
from ronde.work import Worker
from ronde_contracts.notify import Channel

from notify import answers, api, pages, webhooks
from notify.afterwards import afterwards
from notify.chores import chores
from notify.consumers import subscriptions
from notify.notices import Courier
from notify.providers import Provider
from notify.providers.accounts import Account
from notify.providers.build import fleet
from notify.providers.gate import Gate, mailbox, phone
from notify.receipts import keeper
from notify.sending import HANDS, Hand, Looker, Sender, wake_one
from notify.settings import Settings
from notify.wording import Wording

HERE = Path(__file__).parent
CHANNEL = "notify_messages"
"""The NOTIFY that a new message or notice sends, by a trigger: "messages sms". Nobody else is woken."""


def workers(service: Service) -> list[Worker]:
    """Raises WordsMissing when a message could not be written: then the service does not start."""
    wording = Wording(service.house)
    settings = cast(Settings, service.settings)
    lease = timedelta(seconds=10 * settings.provider_timeout)  # a timeout is for one step, SMTP has seven
    found: list[Worker] = []
    lookers: list[Worker] = []
    wakes: dict[str, Callable[[], None]] = {}
    for channel, provider in providers(service).items():
        sender = Sender(service.db, channel, provider, wording, settings.terms, lease=lease)
        hands = [Hand(f"send {channel}", sender) for _ in range(HANDS)]
        courier = Courier(service.db, channel, provider, wording, settings.terms, lease=lease)
        notices = Worker(f"notices by {channel}", courier.send, every=1.0)
        wakes |= {f"messages {channel}": partial(wake_one, hands), f"notices {channel}": notices.wake}
        found += [*hands, notices]
        lookers.append(Looker(sender))

    def wake(said: str) -> None:
        for name, one in wakes.items():
            if said in ("", name):
                one()

    ears = Ears(service.db.engine, CHANNEL, wake)
    return [*found, *lookers, ears, *afterwards(service, settings), *chores(service, settings)]


def providers(service: Service) -> dict[Channel, Provider]:
    """Who carries what, by channel: nothing gets to a provider but through the gate."""
    settings = cast(Settings, service.settings)
    house = pick(service.house.name, service.house.languages[0])
    accounts: dict[Channel, Sequence[Account]] = {"sms": settings.sms_providers, "email": settings.email_providers}
    checks = {"sms": phone(settings.stage), "email": mailbox}
    carried: dict[Channel, Provider] = {}
    for channel, given in accounts.items():
        carriers = fleet(given, house=house, public_url=settings.public_url, timeout=settings.provider_timeout)
        carriers.listen(partial(keeper, service.db), answers.hearer(service.db, settings.terms))
        carried[channel] = Gate(carriers, stage=settings.stage, guests=settings.guests, check=checks[channel])
    return carried


def build(settings: Settings) -> FastAPI:
    """The service as an app. Nothing is connected before it starts."""
    return ronde.service.build(
        settings,
        subscriptions=subscriptions,
        routers=[api.router, pages.router, webhooks.router(settings.accounts), answers.router(settings.accounts)],
        workers=workers,
        migrations=HERE / "migrations",
        templates=HERE / "templates" / "pages",
    )


settings = Settings()
app = build(settings)


def run() -> None:
    """The console script `ronde-notify`."""
    ronde.service.run("notify.main:app", settings)
