"""Messages that cannot be consumed: kept whole, with the reason, until a person replays or discards them.

The body stays in the database of the service that could not use it; `ronde.parked` gets a notice without it, so
that the whole house can hear that something waits and nobody's data travels.
"""

import hashlib
from typing import Any
from uuid import UUID

import orjson
from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from . import outbox
from .clock import now
from .database import Tx
from .ids import new_id
from .publisher import Publisher
from .retry import Origin, come_back

EXCHANGE = "ronde.parked"

INSERT = text("""
    INSERT INTO parked (id, queue, digest, reason, detail, sender, routing_key, content_type, headers, body)
    VALUES (:id, :queue, :digest, :reason, :detail, :sender, :routing_key, :content_type,
            CAST(:headers AS jsonb), :body)
    ON CONFLICT (queue, digest) WHERE settled_at IS NULL DO NOTHING RETURNING id
""")
LIST = text("""
    SELECT id, queue, reason, detail, sender, routing_key, length(body) AS bytes, parked_at FROM parked
    WHERE settled_at IS NULL ORDER BY parked_at LIMIT :limit
""")
COUNT = text("SELECT count(*) FROM parked WHERE settled_at IS NULL")
SHOW = text("SELECT * FROM parked WHERE id = :id")
SETTLE = text("""
    UPDATE parked SET settled_at = now(), settled_as = :how
    WHERE id = :id AND settled_at IS NULL RETURNING queue, body, content_type, headers, sender, routing_key
""")
# What was put aside and settled is not kept for ever: it may hold a contact.
PURGE = text("DELETE FROM parked WHERE settled_at < now() - interval '30 days'")


async def park(tx: Tx, queue: str, message: AbstractIncomingMessage, origin: Origin, reason: str, detail: str) -> None:
    """Put a message aside, once, and tell the house. A redelivery of the same message changes nothing."""
    id = new_id()
    found = await tx.session.execute(
        INSERT,
        {
            "id": id,
            "queue": queue,
            "digest": hashlib.sha256((message.message_id or "").encode() + b"\0" + message.body).digest(),
            "reason": reason,
            "detail": _storable(detail[:2000]),
            "sender": origin.user,
            "routing_key": _storable(origin.routing_key),
            "content_type": _storable(message.content_type or ""),
            "headers": _json(dict(message.headers)),
            "body": message.body,
        },
    )
    if found.first() is None:
        return
    service = queue.split(".", 1)[0]
    notice = {"id": str(id), "queue": queue, "reason": reason, "sender": origin.user, "at": now().isoformat()}
    tx.post(outbox.Row(new_id(), str(id), EXCHANGE, f"{service}.{reason}", "parked", orjson.dumps(notice)))


async def waiting(session: AsyncSession, limit: int = 200) -> list[dict[str, Any]]:
    """What waits for a person, oldest first: id, queue, reason, detail, sender, routing_key, bytes, parked_at."""
    return [dict(row) for row in (await session.execute(LIST, {"limit": limit})).mappings()]


async def count_waiting(session: AsyncSession) -> int:
    """How many wait for a person."""
    return int((await session.execute(COUNT)).scalar_one())


async def show(session: AsyncSession, id: UUID) -> dict[str, Any] | None:
    """One parked message, with its body and headers."""
    row = (await session.execute(SHOW, {"id": id})).mappings().first()
    return dict(row) if row else None


async def replay(session: AsyncSession, publisher: Publisher, id: UUID) -> bool:
    """Send it to its queue again, as it first came; False when it was settled before.

    Published inside the transaction that settles it: a crash between the two can only send it twice, and the inbox
    knows duplicates.
    """
    row = (await session.execute(SETTLE, {"id": id, "how": "replayed"})).first()
    if row is None:
        return False
    origin = Origin(user=row.sender, routing_key=row.routing_key)
    await come_back(publisher, row.queue, row.body, origin, content_type=row.content_type or "", headers=row.headers)
    return True


async def discard(session: AsyncSession, id: UUID) -> bool:
    """Never mind this message; False when it was settled before."""
    return (await session.execute(SETTLE, {"id": id, "how": "discarded"})).first() is not None


async def purge(session: AsyncSession) -> int:
    return (await session.execute(PURGE)).rowcount  # type: ignore[attr-defined, no-any-return]


def _storable(text: str) -> str:
    """Postgres keeps every character but NUL; a hostile sender must not make a message that cannot even be parked."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _json(headers: dict[str, Any]) -> str:
    def readable(value: Any) -> Any:
        return value.decode(errors="replace") if isinstance(value, bytes) else str(value)

    try:
        encoded = orjson.dumps(headers, default=readable, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError):
        encoded = orjson.dumps({"unreadable": repr(headers)[:2000]}).decode()
    return encoded.replace("\\u0000", "\\ufffd")
