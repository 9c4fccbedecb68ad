"""The rig as a whole service in a process of its own, for tests that kill it."""

import ctypes
import os
import signal
import sys
from typing import Any

from fastapi import FastAPI
from ronde_contracts.partners import SessionPlanned
from sqlalchemy import text

from ronde.database import Tx
from ronde.rig import MIGRATIONS
from ronde.service import build, run
from ronde.settings import ServiceSettings
from ronde.subscriber import Received, Subscriptions

subscriptions = Subscriptions("booking")


@subscriptions.on(SessionPlanned)
async def on_session_planned(tx: Tx, event: Received[SessionPlanned]) -> None:
    await tx.session.execute(
        text("INSERT INTO effects (event_id, subject, sequence) VALUES (:id, :subject, :sequence)"),
        {"id": event.id, "subject": event.subject, "sequence": event.sequence},
    )


def app(settings: ServiceSettings) -> FastAPI:
    return build(settings, subscriptions=subscriptions, routers=[], migrations=MIGRATIONS)


def serve(log: str, settings: dict[str, Any]) -> None:
    """What the process does: its output goes to `log`, and it ends with the process that forked it."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    given = ServiceSettings(service="booking", **settings)
    run(app(given), given)
