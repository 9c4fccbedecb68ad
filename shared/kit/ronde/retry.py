"""The ladder: a message that cannot be handled now comes back to its own queue after a while.

One delay queue per rung, because RabbitMQ only expires messages at the head of a queue. The message keeps the
target queue's name as routing key; where it came from travels in our headers, which are believed only in messages
whose user_id is the service itself or ops, who replays the journal (nobody else can publish as them).
"""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aio_pika.abc import AbstractIncomingMessage

from .clock import now
from .ids import new_id
from .publisher import Publisher
from .topology import OPS, RUNGS

ATTEMPTS = 8
"""1 s, 10 s, 1 min, then every 10 min: an hour for a handler that fails."""
PATIENCE = timedelta(days=3)
"""For what is not known yet: its cause may come from a service that is stopped over a long weekend."""


SAID_AGAIN: ContextVar[bool] = ContextVar("said_again", default=False)
"""Whether the event that is being handled may have been handled before, by a database that was lost since."""


class NotKnownYet(Exception):
    """The event is about something that this service has not heard of yet: it is tried again later."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message first came from, whatever way it took since."""

    user: str | None
    routing_key: str
    attempt: int = 0
    since: float = 0.0
    again: bool = False
    """It may have been handled before: delivered before, replayed, or published long after it was said."""

    @classmethod
    def of(cls, message: AbstractIncomingMessage, *, me: str) -> "Origin":
        headers: dict[str, Any] = dict(message.headers)
        if message.user_id in (me, OPS) and "ronde-key" in headers:
            return cls(
                user=headers.get("ronde-user"),
                routing_key=str(headers["ronde-key"]),
                attempt=int(headers.get("ronde-attempt", 0)),
                since=float(headers.get("ronde-since", 0)),
                again=bool(message.redelivered) or message.user_id == OPS or "ronde-again" in headers,
            )
        return cls(user=message.user_id, routing_key=message.routing_key or "", again=bool(message.redelivered))

    def headers(self) -> dict[str, Any]:
        """What carries the origin, in the headers of the message that goes round."""
        user = {} if self.user is None else {"ronde-user": self.user}
        again = {"ronde-again": 1} if self.again else {}
        return {
            "ronde-key": self.routing_key,
            "ronde-attempt": self.attempt,
            "ronde-since": f"{self.since:.3f}",
            **user,
            **again,
        }

    def next(self) -> "Origin":
        return replace(self, attempt=self.attempt + 1, since=self.since or now().timestamp())

    def exhausted(self, error: BaseException) -> bool:
        if isinstance(error, NotKnownYet):
            return bool(self.since) and now().timestamp() - self.since > PATIENCE.total_seconds()
        return self.attempt >= ATTEMPTS


def rung(attempt: int) -> str:
    """The delay of the n-th retry (from 1)."""
    names = list(RUNGS)
    return names[min(attempt, len(names)) - 1]


async def come_back(
    publisher: Publisher,
    queue: str,
    body: bytes,
    origin: Origin,
    *,
    content_type: str,
    headers: dict[str, Any],
) -> None:
    """Send a message round by the ladder to `queue`. Confirmed: the caller may forget it. Raises NotConfirmed."""
    theirs = {k: v for k, v in headers.items() if not k.startswith(("x-", "ronde-"))}
    await publisher.publish(
        f"ronde.delay.{rung(max(1, origin.attempt))}",
        queue,
        body,
        message_id=str(new_id()),
        kind="retry",
        content_type=content_type,
        headers={**theirs, **origin.headers()},
    )
