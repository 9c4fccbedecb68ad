"""Puts notify together: its consumers, its doors, and a sender for each channel."""

from datetime import timedelta
from pathlib import Path

import ronde.service
from ronde.ears import Ears
from ronde.service import Service, build
from ronde.web.language import pick
from ronde.work import Worker
from ronde_contracts.notify import Channel

from notify import api, pages
from notify.codes import code_senders
from notify.consumers import subscriptions
from notify.providers import Provider
from notify.providers.sms import HttpSms
from notify.providers.smtp import Smtp
from notify.sending import Looker, Sender
from notify.settings import Settings
from notify.wording import Wording

HERE = Path(__file__).parent
CHANNEL = "notify_messages"
"""The NOTIFY that a new message sends, by a trigger."""
settings = Settings()


def workers(service: Service) -> list[Worker]:
    """Raises WordsMissing when a message could not be written: then the service does not start."""
    wording = Wording(service.house)
    lease = timedelta(seconds=10 * settings.provider_timeout)  # a timeout is for one step, SMTP has seven
    senders: list[Worker] = []
    lookers: list[Worker] = []
    carried = providers(service)
    for channel, provider in carried.items():
        sender = Sender(service.db, channel, provider, wording, lease=lease)
        senders.append(Worker(f"send {channel}", sender.send, every=1.0))
        lookers.append(Looker(sender))

    def wake() -> None:
        for worker in senders:
            worker.wake()

    return [
        *senders,
        *lookers,
        Ears(service.db.engine, CHANNEL, wake),
        *code_senders(service.db, carried, service.house),
    ]


def providers(service: Service) -> dict[Channel, Provider]:
    """Who carries what, by channel."""
    smtp = Smtp(
        settings.smtp_host,
        settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        name=pick(service.house.name, service.house.languages[0]),
        sender=settings.mail_from,
        timeout=settings.provider_timeout,
    )
    sms = HttpSms(
        settings.sms_url,
        token=settings.sms_token.get_secret_value(),
        sender=settings.sms_sender,
        timeout=settings.provider_timeout,
    )
    return {"sms": sms, "email": smtp}


app = build(
    settings,
    subscriptions=subscriptions,
    routers=[api.router, pages.router],
    workers=workers,
    migrations=HERE / "migrations",
    templates=HERE / "templates" / "pages",
)


def run() -> None:
    """The console script `ronde-notify`."""
    ronde.service.run("notify.main:app", settings)
