"""A POST that creates is done once, however often it is sent: the answer is kept with the rows that it made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, ClassVar

from fastapi import Depends, Header, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from ronde.clock import now
from ronde.database import Database, Tx
from ronde.refusal import Refused

FORM = ("application/x-www-form-urlencoded", "multipart/form-data")


class IdempotencyKeyNeeded(Refused):
    """The request has no key of its own."""

    code, status = "idempotency-key-needed", 400
    words: ClassVar[dict[str, str]] = {
        "fr": "Il faut un en-tête Idempotency-Key : un identifiant nouveau par demande, le même si elle est renvoyée.",
        "en": "An Idempotency-Key header is needed: a new id for each request, the same one when it is sent again.",
    }


class IdempotencyKeyReused(Refused):
    """The same key came with another request."""

    code, status = "idempotency-key-reused", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette Idempotency-Key a déjà servi pour une autre demande. Prenez-en une nouvelle.",
        "en": "This Idempotency-Key was used for another request already. Take a new one.",
    }


@dataclass(frozen=True)
class Attempt:
    """One sending of a request: its key, and what it asks."""

    key: str
    request_hash: bytes

    async def once(self, tx: Tx, caller: str, action: Callable[[], Awaitable[Response]]) -> Response:
        """Run `action` and keep its answer; see `once` below."""
        return await once(tx, caller, self.key, self.request_hash, action)

    async def once_in_parts(self, db: Database, caller: str, action: Callable[[], Awaitable[Response]]) -> Response:
        """Run `action`, which takes several transactions, and keep its answer in one of its own afterwards.

        Of two at once both run: so it is for what changes nothing when it is done again.
        """
        async with db.reading() as session:
            kept = await _kept(session, caller, self.key, self.request_hash)
        if kept is not None:
            return kept
        answer = await action()

        async def said() -> Response:
            return answer

        async with db.transaction() as tx:
            return await self.once(tx, caller, said)


async def attempt(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(description="a new id for each request, the same one when it is sent again")
    ] = None,
) -> Attempt:
    """The key from the header; from the hidden field `idempotency_key` when a page's form is posted."""
    key = idempotency_key or ""
    if not key and request.headers.get("content-type", "").startswith(FORM):
        key = str((await request.form()).get("idempotency_key", ""))
    if not (8 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise IdempotencyKeyNeeded
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return Attempt(key, sha256(asked + request.state.body_hash).digest())


Once = Annotated[Attempt, Depends(attempt)]
"""In a route: `attempt: Once`, then `await attempt.once(tx, caller, action)`."""

CLAIM = text(
    "INSERT INTO idempotency (caller, key, request_hash, status, content_type, body, created_at)"
    " VALUES (:caller, :key, :request_hash, 0, '', '', :at) ON CONFLICT DO NOTHING RETURNING 1"
)
READ = text(
    "SELECT request_hash, status, content_type, location, body FROM idempotency WHERE caller = :caller AND key = :key"
)
KEEP = text(
    "UPDATE idempotency SET status = :status, content_type = :content_type, location = :location, body = :body"
    " WHERE caller = :caller AND key = :key"
)


async def _kept(session: AsyncSession, caller: str, key: str, request_hash: bytes) -> Response | None:
    """The answer of the first time. Raises IdempotencyKeyReused."""
    kept = (await session.execute(READ, {"caller": caller, "key": key})).one_or_none()
    if kept is None:
        return None
    if kept.request_hash != request_hash:
        raise IdempotencyKeyReused
    headers = {"Idempotency-Replayed": "true"}
    if kept.content_type:
        headers["Content-Type"] = kept.content_type
    if kept.location:
        headers["Location"] = kept.location
    return Response(kept.body, kept.status, headers)


async def once(
    tx: Tx, caller: str, key: str, request_hash: bytes, action: Callable[[], Awaitable[Response]]
) -> Response:
    """Run `action` in `tx` and keep its answer, or give the answer kept from the first time.

    The second of two at once waits on the first one's row. When the first is refused or fails, its transaction and
    so its row are gone, and the second runs. Raises IdempotencyKeyReused when the same key asks for something else.
    """
    who = {"caller": caller, "key": key}
    claimed = await tx.session.scalar(CLAIM, {**who, "request_hash": request_hash, "at": now()})
    if claimed is None and (kept := await _kept(tx.session, caller, key, request_hash)) is not None:
        return kept
    answer = await action()
    await tx.session.execute(
        KEEP,
        {
            **who,
            "status": answer.status_code,
            "content_type": answer.headers.get("content-type", ""),
            "location": answer.headers.get("location"),
            "body": bytes(answer.body),
        },
    )
    return answer
