"""Addresses that nothing goes to: who said STOP, and what bounced for good. One row an address, as a keyed hash."""

import hashlib
import hmac
from collections.abc import Iterable

from ronde.clock import now
from ronde_contracts.notify import Channel
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notify.settings import Terms
from notify.tables import Suppression
from notify.tables.people import Why


def hash_of(terms: Terms, channel: Channel, address: str) -> bytes:
    """Keyed: ten digits are guessed in a moment without. An e-mail address is the same in any case."""
    return hmac.digest(terms.secret, f"{channel}:{address.strip().lower()}".encode(), hashlib.sha256)


async def suppressed(session: AsyncSession, hashes: Iterable[bytes]) -> dict[bytes, Why]:
    """Those of the hashes that nothing goes to, with the reason."""
    rows = select(Suppression.address_hash, Suppression.why).where(Suppression.address_hash.in_(set(hashes)))
    return dict((await session.execute(rows)).all())


async def suppress(session: AsyncSession, channel: Channel, address_hash: bytes, why: Why) -> None:
    """From now on nothing goes there. A STOP outweighs a bounce: a person said it, and only a person takes it back."""
    row = insert(Suppression).values(channel=channel, address_hash=address_hash, why=why, since=now())
    where = Suppression.why != "stop" if why == "stop" else Suppression.why == why
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["channel", "address_hash"], set_={"why": why, "since": now()}, where=where
        )
    )


async def release(session: AsyncSession, address_hash: bytes, why: Why) -> None:
    """They want to be written to there again; what bounces goes on bouncing until somebody says otherwise."""
    of_it = (Suppression.address_hash == address_hash) & (Suppression.why == why)
    await session.execute(delete(Suppression).where(of_it))
