"""The round in one service: what is committed to its outbox comes back to its own queue and has its effect there.

Tests hurt the servers or the processes meanwhile; `proven()` then says whether each event had its effect, once.
"""

# ruff: noqa: S101 - asserts are its business

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from ronde_contracts.partners import SessionPlanned
from sqlalchemy import text

from ronde.database import Database
from ronde.rig import QUEUE, plan
from ronde.rig.replica import Replica
from ronde.testing import Amqp

ACCOUNT = text("""
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS untold,
        (SELECT count(*) FROM outbox WHERE id NOT IN (SELECT event_id FROM effects)) AS missing,
        (SELECT count(*) - count(DISTINCT event_id) FROM effects) AS twice,
        (SELECT count(*) FROM parked) AS parked
""")
GOOD = {"untold": 0, "missing": 0, "twice": 0, "parked": 0}


class Circle:
    """One database, one vhost, and as many replicas of the service as a test wants."""

    def __init__(self, amqp: Amqp, database_url: str, folder: Path, house_file: Path) -> None:
        self.amqp, self.database_url, self.folder, self.house_file = amqp, database_url, folder, house_file
        self.db = Database(database_url, house="villeurbanne", service="booking", pool_size=5)
        self.replicas: list[Replica] = []
        self.committed: set[UUID] = set()
        """What this side knows to be committed; a commit cut off by a fault may be so too."""

    @property
    def amqp_port(self) -> int:
        return urlsplit(self.amqp.url()).port or 5672

    async def replica(self, **settings: Any) -> Replica:
        """Start one more process of the service and wait until it is ready."""
        ours = {"house_file": self.house_file, "database_url": self.database_url, "amqp_url": self.amqp.url("booking")}
        replica = Replica(f"replica-{len(self.replicas) + 1}", self.folder, **{**ours, **settings})
        self.replicas.append(replica)
        return await replica.start()

    async def commit(self, count: int = 1) -> list[UUID]:
        """Say `count` events about as many subjects, in one transaction."""
        async with self.db.transaction() as tx:
            ids = [tx.publish(SessionPlanned.model_validate(plan()), sequence=1) for _ in range(count)]
        self.committed.update(ids)
        return ids

    async def commit_at_last(self, within: float = 15) -> list[UUID]:
        """Say one event as soon as the database takes it."""
        async with asyncio.timeout(within):
            while True:
                with suppress(Exception):
                    return await self.commit()
                await asyncio.sleep(0.1)

    @asynccontextmanager
    async def load(self, per_second: float = 40) -> AsyncIterator[None]:
        """Keep committing while the block runs, whatever happens to the servers."""
        stop = asyncio.Event()

        async def go_on() -> None:
            while not stop.is_set():
                with suppress(Exception):  # the database is away: this caller would have got a 503
                    async with asyncio.timeout(5):
                        await self.commit()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1 / per_second)

        task = asyncio.create_task(go_on())
        try:
            yield
        finally:
            stop.set()
            await task

    async def account(self) -> dict[str, int]:
        async with self.db.reading() as session:
            return dict((await session.execute(ACCOUNT)).mappings().one())

    async def value(self, sql: str, **values: Any) -> Any:
        async with self.db.reading() as session:
            return (await session.execute(text(sql), values)).scalar()

    async def until(self, sql: str, expected: Any, within: float = 15, **values: Any) -> None:
        """Wait until a query's value is `expected`."""
        seen = None
        try:
            async with asyncio.timeout(within):
                while (seen := await self.value(sql, **values)) != expected:  # noqa: ASYNC110 - another's row
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{sql}: {seen!r} after {within} s, expected {expected!r}") from None

    async def effects_of(self, ids: list[UUID], within: float = 20) -> None:
        """Wait until each of them had its effect."""
        await self.until("SELECT count(*) FROM effects WHERE event_id = ANY(:ids)", len(ids), within, ids=ids)

    async def proven(self, within: float = 30) -> None:
        """Every event has exactly one effect, nobody waits, everybody is ready, and nothing is left to deliver."""
        seen: dict[str, int] | str = {}
        try:
            async with asyncio.timeout(within):
                while seen != GOOD:
                    try:
                        seen = await self.account()
                    except Exception as error:  # connections of before a restart of the database
                        seen = repr(error)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            tails = "\n\n".join(f"{r.name}:\n{r.tail()}" for r in self.replicas)
            raise AssertionError(f"after {within} s: {seen}\n{tails}") from None
        alive = [replica for replica in self.replicas if replica.running]
        for replica in alive:
            await replica.until_ready(within=15)
        for replica in alive:
            await replica.stop()
        # All consumers are gone: what they had not acknowledged would lie in the queue again.
        assert await self.amqp.depth(QUEUE) == 0
        assert await self.account() == GOOD
        lost = self.committed - {id for (id,) in await self._all("SELECT id FROM outbox")}
        assert not lost, f"committed, and not in the outbox: {lost}"

    async def _all(self, sql: str) -> list[Any]:
        async with self.db.reading() as session:
            return list(await session.execute(text(sql)))

    async def close(self) -> None:
        for replica in self.replicas:
            replica.kill()
        await self.db.close()
