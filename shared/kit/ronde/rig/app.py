"""The rig as a whole service in a process of its own, for tests that kill it: `python -m ronde.rig.app`."""

from ronde_contracts.partners import SessionPlanned
from sqlalchemy import text

from ronde.database import Tx
from ronde.rig import MIGRATIONS
from ronde.service import build, run
from ronde.settings import ServiceSettings
from ronde.subscriber import Received, Subscriptions

settings = ServiceSettings(service="booking")
subscriptions = Subscriptions("booking")


@subscriptions.on(SessionPlanned)
async def on_session_planned(tx: Tx, event: Received[SessionPlanned]) -> None:
    await tx.session.execute(
        text("INSERT INTO effects (event_id, subject, sequence) VALUES (:id, :subject, :sequence)"),
        {"id": event.id, "subject": event.subject, "sequence": event.sequence},
    )


app = build(settings, subscriptions=subscriptions, routers=[], migrations=MIGRATIONS)

if __name__ == "__main__":
    run("ronde.rig.app:app", settings)
