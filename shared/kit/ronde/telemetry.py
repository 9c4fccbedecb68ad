"""What ops see: one trace id from the first publish to the last effect, numbers for Prometheus, logs as JSON lines."""

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from prometheus_client import Counter, Gauge, Histogram

PUBLISHED = Counter("ronde_events_published_total", "events confirmed by the broker", ["type"])
PUBLISH_FAILED = Counter("ronde_publish_failed_total", "publishes not confirmed, to be retried", ["reason"])
OLDEST_UNPUBLISHED = Gauge("ronde_outbox_oldest_seconds", "age of the oldest unpublished row")
CONSUMED = Counter("ronde_events_consumed_total", "events consumed", ["queue", "outcome"])
REDELIVERED = Counter("ronde_events_redelivered_total", "deliveries of what had been delivered before", ["queue"])
HANDLER = Histogram("ronde_handler_seconds", "time from delivery to commit", ["queue"])
PARKED = Counter("ronde_events_parked_total", "messages put aside for a person", ["queue", "reason"])
PARKED_WAITING = Gauge("ronde_parked_waiting", "messages put aside that nobody has replayed or discarded yet")
READY = Gauge("ronde_ready", "1 while this part of readiness is well, see /health/ready", ["check"])
REFUSED = Counter("ronde_refusals_total", "refusals given at the doors", ["code"])

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def traceparent() -> str:
    """The W3C trace context to hand on: the trace we are in with a new span, or a new trace."""
    current = _traceparent.get()
    trace = current.split("-")[1] if current else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def enter_trace(incoming: str | None, otherwise: str | None = None) -> None:
    """Go on with the caller's trace, if it sent a well-formed one; else begin one. Lasts for the current task.

    `otherwise`: the trace id to begin with, 32 hex digits. An event's own id, so that every service that hears an
    event without a trace begins the same one.
    """
    parts = (incoming or "").split("-")
    known = len(parts) == 4 and len(parts[1]) == 32 and set(parts[1]) <= set("0123456789abcdef")
    value = incoming if known else f"00-{otherwise or secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    _traceparent.set(value)
    structlog.contextvars.bind_contextvars(trace=str(value).split("-")[1])


def trace() -> str | None:
    """The id of the trace we are in, 32 hex digits: to keep beside what will be done later."""
    current = _traceparent.get()
    return current.split("-")[1] if current else None


@contextmanager
def following(trace: str | None) -> Iterator[None]:
    """Inside, we are in that trace again (see `trace`), or in none; after, where we were."""
    token = _traceparent.set(f"00-{trace}-{secrets.token_hex(8)}-01" if trace else None)
    try:
        with structlog.contextvars.bound_contextvars(trace=trace):
            yield
    finally:
        _traceparent.reset(token)


def configure_logs(service: str) -> None:
    """JSON lines on standard output for our logs and the libraries'. No personal data goes in: ids only."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        lambda _logger, _method, event: {"service": service, **event},
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for noisy in ("aio_pika", "aiormq", "faststream", "httpx", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


log: structlog.stdlib.BoundLogger = structlog.get_logger("ronde")
