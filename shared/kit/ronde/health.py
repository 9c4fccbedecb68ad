"""Is it alive, is it ready: ready means that an event said now would leave, and one sent now would be heard."""

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from . import parking
from .clock import now
from .ids import new_id
from .outbox import oldest_unpublished
from .publisher import NotConfirmed
from .telemetry import OLDEST_UNPUBLISHED, PARKED_WAITING, READY

if TYPE_CHECKING:
    from .service import Service

router = APIRouter(include_in_schema=False)
PROBE_TIMEOUT = 3.0


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """200 with every check `ok`, or 503 naming what is not."""
    checks = await _checks(request.app.state.service)
    good = all(answer == "ok" for answer in checks.values())
    return JSONResponse({"ready": good, "checks": checks}, status_code=200 if good else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text, with what /health/ready would say now."""
    await _checks(request.app.state.service)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _checks(service: "Service") -> dict[str, str]:
    """`ok`, or what is wrong, of each."""
    found = await asyncio.gather(_database(service), _publish(service), _consume(service))
    checks = dict(zip(("database", "publish", "consume"), found, strict=True))
    for name, answer in checks.items():
        READY.labels(name).set(answer == "ok")
    return checks


async def _database(service: "Service") -> str:
    try:
        async with asyncio.timeout(PROBE_TIMEOUT), service.db.reading() as session:
            await session.execute(text("SELECT 1"))
            age = await oldest_unpublished(session)
            parked = await parking.count_waiting(session)
    except Exception as error:
        return f"no answer: {type(error).__name__}"
    OLDEST_UNPUBLISHED.set(age)
    PARKED_WAITING.set(parked)
    limit = service.settings.ready_oldest_seconds
    return "ok" if age <= limit else f"an event has waited {age:.0f} s to leave; limit {limit:.0f} s"


async def _publish(service: "Service") -> str:
    # A ping says healthy to a frozen broker or one in a memory alarm; only a confirm says that it takes messages.
    try:
        async with asyncio.timeout(PROBE_TIMEOUT):
            await service.probe.publish(
                "ronde.readiness",
                service.settings.service,
                b"",
                message_id=str(new_id()),
                kind="probe",
                content_type="text/plain",
                timestamp=now(),
            )
    except TimeoutError:
        return f"no confirm in {PROBE_TIMEOUT:g} s"
    except NotConfirmed as problem:
        return str(problem)
    return "ok"


async def _consume(service: "Service") -> str:
    return "ok" if service.consumers.running.is_set() else "queues without consumer"
